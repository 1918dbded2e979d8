using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cartage.Host.Access;
using Cartage.Host.Api;
using Cartage.Tests.Cli;
using Microsoft.AspNetCore.Authorization;

namespace Cartage.Tests.Web;

/// <summary>The API does and tells all that the pages do and tell.</summary>
public sealed partial class ProgramsDoWhatPagesDo : IAsyncLifetime
{
    static readonly CancellationToken Never = CancellationToken.None;

    /// <summary>What each form of the pages is as an operation of the API.</summary>
    static readonly Dictionary<string, string[]> Forms = new()
    {
        ["/do/run"] = ["startRuns"], ["/do/cancel"] = ["cancelRun"], ["/do/again"] = ["runAgain"], ["/do/pause"] = ["pausePipeline", "resumePipeline"], ["/do/backfill"] = ["backfillPipeline"],
        ["/do/quarantine"] = ["fixRows", "markRows"], ["/do/release"] = ["releaseRows"],
        ["/do/password"] = ["changePassword"], ["/do/token"] = ["makeToken"], ["/do/token-revoke"] = ["revokeToken"], ["/do/user"] = ["setUser"], ["/do/user-link"] = ["makeLink"], ["/do/user-remove"] = ["removeUser"],
    };

    /// <summary>What tells a program what each page tells a person; <c>{run}</c> is a run.</summary>
    static readonly (string Page, string[] Told)[] Pages =
    [
        ("/", ["/api/overview", "/api/pipelines", "/api/runs?limit=10"]),
        ("/runs", ["/api/runs"]),
        ("/runs/{run}", ["/api/runs/{run}", "/api/runs/{run}/log", "/api/reports/{run}"]),
        ("/pipelines/shop", ["/api/pipelines/shop", "/api/runs?pipeline=shop", "/api/schedules", "/api/pipelines/shop/days"]),
        ("/tables?kind=all", ["/api/tables"]),
        ("/tables/shop/sales", ["/api/tables/shop/sales", "/api/tables/shop/sales/rows", "/api/tables/shop/sales/profile", "/api/tables/shop/sales/counts"]),
        ("/tables/shop_raw/orders?profile=now", ["/api/tables/shop_raw/orders", "/api/tables/shop_raw/orders/rows", "/api/tables/shop_raw/orders/profile?now=true", "/api/tables/shop_raw/orders/counts", "/api/tables/shop_raw/orders/objects"]),
        ("/quality", ["/api/quality"]),
        ("/quarantine", ["/api/quarantine"]),
        ("/quarantine/shop/orders", ["/api/quarantine/shop/orders"]),
        ("/settings", ["/api/connections"]), ("/settings?tab=users", ["/api/users"]), ("/settings?tab=tokens", ["/api/tokens"]), ("/settings?tab=audit", ["/api/audit"]), ("/settings?tab=me", []),
        ("/sql", ["/api/tables"]),
    ];

    /// <summary>Words of the pages' own.</summary>
    static readonly HashSet<string> Ours = ["=", "view", "null", "by", "hand", "UTC", "row", "rows", "passed", "failed", "yes", "no", "none", "never", "set", "Report", "Zone", "until", "revoked"];

    static readonly string[] Strict = ["no_big_orders"];

    readonly Shop _shop = new();
    Served _served = null!;
    string _run = "";

    public async ValueTask InitializeAsync()
    {
        _shop.Write("project.yml", "name: shop\nvariables: { data: data }\nconnections: { erp: { type: postgres, url: \"postgres://ann:secret@127.0.0.1:1/erp\" } }\n");
        _shop.Write("pipelines/shop/checks/no_big_orders.sql", "/* ---\nseverity: warn\n--- */\nselect * from sales where total > 90");
        _served = await Served.StartAsync(_shop.Path);
        _run = (await _served.Desk.Queue.AskAsync(new("shop"), "test", Never))[0];
        await _served.EndAsync(_run);
    }

    public async ValueTask DisposeAsync()
    {
        await _served.DisposeAsync();
        _shop.Dispose();
    }

    [Fact]
    public async Task Every_form_of_a_page_is_an_operation_with_the_same_right()
    {
        var taken = _served.Endpoints.Where(x => x.RoutePattern.RawText!.StartsWith("/do/", StringComparison.Ordinal)).ToDictionary(x => x.RoutePattern.RawText!);
        using var browser = await _served.BrowserAsync();
        var sent = new HashSet<string>();
        foreach (var (page, _) in Pages)
            foreach (Match form in PostForm().Matches(await browser.GetStringAsync(page.Replace("{run}", _run, StringComparison.Ordinal), Never)))
                sent.Add(form.Groups["action"].Value);

        Assert.Equal(Forms.Keys.Order(StringComparer.Ordinal), taken.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(sent.Except(Forms.Keys).Except(["/logout"]));
        foreach (var (form, operations) in Forms)
            foreach (var operation in operations)
                Assert.Equal(taken[form].Metadata.GetMetadata<IAuthorizeData>()?.Policy, Assert.Single(Endpoints.All, x => x.Id == operation).Scope);
    }

    [Fact]
    public async Task Every_page_is_among_those_compared()
    {
        var pages = _served.Endpoints.Where(x => x.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is not null).Select(x => x.RoutePattern.RawText!).Where(x => x is not ("/login" or "/settings/once" or "/{*path:nonfile}"));
        using var browser = await _served.BrowserAsync();

        foreach (var page in pages.Where(x => x != "/_framework/opaque-redirect"))
            Assert.Contains(Pages, x => Regex.IsMatch(x.Page.Split('?')[0], $"^{Regex.Replace(page, "{[^}]+}", "[^/]+")}$"));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/", Never)).StatusCode);
    }

    [Fact]
    public async Task Every_name_and_number_in_a_table_of_a_page_is_told_to_programs_too()
    {
        using var browser = await _served.BrowserAsync();
        using var program = await _served.ProgramAsync();
        await Served.JsonAsync(await program.PostAsJsonAsync("/api/tokens", new { name = "monitor", scopes = Scope.Of(Role.Viewer) }, Never));
        List<string> missing = [];
        var compared = 0;
        foreach (var (page, addresses) in Pages)
        {
            var html = await browser.GetStringAsync(page.Replace("{run}", _run, StringComparison.Ordinal), Never);
            List<string> told = [];
            foreach (var address in addresses)
                told.AddRange(Texts(await Served.JsonAsync(await program.GetAsync(address.Replace("{run}", _run, StringComparison.Ordinal), Never))));
            var shown = Values(html).ToList();
            missing.AddRange(shown.Where(x => !told.Exists(t => t.Contains(x, StringComparison.OrdinalIgnoreCase))).Select(x => $"{page} shows '{x}', and none of {string.Join(", ", addresses)} tells it"));
            compared += shown.Count;
        }
        Assert.True(missing.Count == 0, string.Join('\n', missing));
        Assert.True(compared > 100, $"only {compared} values were compared");
    }

    [Fact]
    public async Task A_program_changes_its_users_password_only_with_the_one_there_is()
    {
        await _served.Desk.Accounts.SetAsync("editor", Role.Editor, "a long enough sentence", Never);
        using var limited = await _served.ProgramAsync(Role.Viewer, Scope.Read);
        using var reader = await _served.ProgramAsync(Role.Operator, Scope.Read);
        using var editor = await _served.ProgramAsync(Role.Editor, Scope.Read);
        Task<HttpResponseMessage> SetAsync(HttpClient client, string? old) => client.PutAsJsonAsync("/api/password", new { old, @new = "another long sentence" }, Never);

        Assert.Equal(HttpStatusCode.OK, (await SetAsync(limited, null)).StatusCode); // may all that its user may
        Assert.Equal(HttpStatusCode.BadRequest, (await SetAsync(reader, null)).StatusCode); // would be more than it was given
        Assert.Equal(HttpStatusCode.BadRequest, (await SetAsync(editor, "a wrong sentence")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SetAsync(editor, "a long enough sentence")).StatusCode);
        Assert.True(_served.Desk.Accounts.Verify("editor", "another long sentence"));
    }

    [Fact]
    public async Task A_program_accepts_a_check_takes_csv_and_makes_a_link()
    {
        var before = _served.Desk.Project;
        _shop.Write("pipelines/shop/checks/no_big_orders.sql", "/* ---\nseverity: reject\n--- */\nselect * from sales where total > 90 and 1 = 1");
        while (ReferenceEquals(before, await _served.Desk.Projects.RefreshAsync(Never)))
            await Task.Delay(50, Never); // until the files are read again
        using var program = await _served.ProgramAsync();
        using var stranger = _served.Stranger();
        var rejected = await RunAsync("/api/runs", new { selector = "shop", full_refresh = true });
        var accepted = await RunAsync($"/api/runs/{rejected}/again", new { accept = Strict });
        var again = await program.PostAsync($"/api/runs/{rejected}/again", null, Never);
        var csv = await program.PostAsJsonAsync("/api/sql/csv", new { sql = "select '=1' as a, 2 as b" }, Never);
        var link = (await Served.JsonAsync(await program.PostAsync("/api/users/viewer/link", null, Never))).GetProperty("link").GetString()!;

        Assert.Equal(["rejected", "quarantined"], [await StateAsync(rejected), await StateAsync(accepted)]);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal("a,b\r\n'=1,2\r\n", await csv.Content.ReadAsStringAsync(Never));
        Assert.Equal("/", (await stranger.GetAsync(link, Never)).Headers.Location?.ToString());

        async Task<string> RunAsync(string address, object body) => (await Served.JsonAsync(await program.PostAsJsonAsync(address, body, Never))).GetProperty("runs")[0].GetString()!;
        async Task<string> StateAsync(string run)
        {
            await _served.EndAsync(run);
            return (await Served.JsonAsync(await program.GetAsync($"/api/runs/{run}", Never))).GetProperty("state").GetString()!;
        }
    }

    [Fact]
    public async Task How_many_rows_a_feeds_table_had_adds_up_to_what_it_has()
    {
        using var program = await _served.ProgramAsync();
        _shop.Write("data/orders.csv", "order_id,store_id,total\n200,1,5\n201,1,6\n1,1,9\n");
        await _served.EndAsync((await _served.Desk.Queue.AskAsync(new("shop"), "test", Never))[0]);
        await _served.EndAsync((await _served.Desk.Queue.AskAsync(new("shop") { FullRefresh = true }, "test", Never))[0]);
        _shop.Write("data/orders.csv", "order_id,store_id,total\n202,1,5\n");
        await _served.EndAsync((await _served.Desk.Queue.AskAsync(new("shop"), "test", Never))[0]);

        var counts = await Served.JsonAsync(await program.GetAsync("/api/tables/shop_raw/orders/counts", Never));
        var rows = (await Served.JsonAsync(await program.GetAsync("/api/tables/shop_raw/orders", Never))).GetProperty("rows").GetInt64();

        Assert.Equal([99, 101, 101, 102], counts.EnumerateArray().Select(x => x.GetProperty("rows").GetInt64()));
        Assert.Equal(102, rows);
    }

    // Names, ids and numbers; times, spans and sizes are said in other words.
    static IEnumerable<string> Values(string html) =>
        Told().Matches(html).Select(x => Unit().Replace(WebUtility.HtmlDecode(Tag().Replace(x.Groups["text"].Value, " ")), "").Trim()).SelectMany(x => x.Split([' ', '\n', '…'], StringSplitOptions.RemoveEmptyEntries))
            .Select(x => Number().IsMatch(x) ? x.Replace(",", "", StringComparison.Ordinal).TrimStart('+', '~', '−') : x.TrimEnd('.', ',')).Where(x => !Ours.Contains(x)).Distinct();

    static IEnumerable<string> Texts(JsonElement at) => at.ValueKind switch
    {
        JsonValueKind.Array => at.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => at.EnumerateObject().SelectMany(x => Texts(x.Value).Prepend(x.Name)),
        JsonValueKind.Number => [at.ToString(), at.GetDouble().ToString("0.##", CultureInfo.InvariantCulture)], // a page rounds
        _ => [at.ToString()],
    };

    [GeneratedRegex("""<form[^>]*method="post"[^>]*action="(?<action>[^"]+)""", RegexOptions.ExplicitCapture)]
    private static partial Regex PostForm();

    [GeneratedRegex("<td[^>]*>(?<text>.*?)</td>", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Told();

    [GeneratedRegex("[0-9.,]+ (?:ms|s|min|h|B|KB|MB)\\b")]
    private static partial Regex Unit();

    [GeneratedRegex("<(?:time|form|svg|title)[^>]*>.*?</(?:time|form|svg|title)>|<[^>]+>", RegexOptions.Singleline)]
    private static partial Regex Tag();

    [GeneratedRegex("^[+~−]?[0-9][0-9,]*(?:\\.[0-9]+)?$")]
    private static partial Regex Number();
}
