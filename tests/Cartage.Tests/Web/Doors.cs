using System.Net;
using System.Text;
using Cartage.Host.Access;
using Cartage.Host.Api;
using Cartage.Tests.Cli;
using Microsoft.AspNetCore.Routing;

namespace Cartage.Tests.Web;

/// <summary>Every endpoint there is, by every role and by nobody.</summary>
public sealed class Doors : IAsyncLifetime
{
    /// <summary>A key of the sender's own, and no role.</summary>
    const string Key = "key";

    /// <summary>What a request to an address needs; <c>null</c> lets anybody in.</summary>
    static readonly (string Method, string Path, string? Needs)[] Table =
    [
        ("GET", "/health/live", null), ("GET", "/health/ready", null), ("GET", "/metrics", Scope.Read), ("GET", "/_framework/opaque-redirect", Scope.Read),
        ("GET", "/login", null), ("POST", "/login", null), ("GET", "/enter", null), ("POST", "/logout", null),
        ("GET", "/", Scope.Read), ("GET", "/runs", Scope.Read), ("GET", "/runs/{Id}", Scope.Read), ("GET", "/pipelines/{Name}", Scope.Read),
        ("GET", "/tables", Scope.Read), ("GET", "/tables/{Schema}/{Name}", Scope.Read), ("GET", "/quality", Scope.Read), ("GET", "/quarantine", Scope.Read),
        ("GET", "/quarantine/{Pipeline}/{Feed}", Scope.Read), ("GET", "/sql", Scope.Read), ("GET", "/settings", Scope.Read), ("GET", "/settings/once", Scope.Read),
        ("GET", "/sql.csv", Scope.Read), ("GET", "/reports/{run}", Scope.Read), ("GET", "/api/events", Scope.Read), ("GET", "/api/openapi.json", Scope.Read),
        ("POST", "/do/run", Scope.Run), ("POST", "/do/cancel", Scope.Run), ("POST", "/do/again", Scope.Run), ("POST", "/do/pause", Scope.Run), ("POST", "/do/backfill", Scope.Run),
        ("POST", "/do/quarantine", Scope.Edit), ("POST", "/do/release", Scope.Edit),
        ("POST", "/do/password", Scope.Read), ("POST", "/do/token", Scope.Read), ("POST", "/do/token-revoke", Scope.Read),
        ("POST", "/do/user", Scope.Admin), ("POST", "/do/user-link", Scope.Admin), ("POST", "/do/user-remove", Scope.Admin),
        ("GET", "/api/runs", Scope.Read), ("POST", "/api/runs", Scope.Run), ("GET", "/api/runs/{run}", Scope.Read), ("GET", "/api/runs/{run}/log", Scope.Read),
        ("POST", "/api/runs/{run}/cancel", Scope.Run), ("POST", "/api/runs/{run}/again", Scope.Run),
        ("GET", "/api/overview", Scope.Read), ("GET", "/api/quality", Scope.Read), ("GET", "/api/connections", Scope.Read), ("GET", "/api/pipelines/{pipeline}", Scope.Read), ("GET", "/api/pipelines/{pipeline}/days", Scope.Read),
        ("GET", "/api/pipelines", Scope.Read), ("GET", "/api/schedules", Scope.Read), ("POST", "/api/pipelines/{pipeline}/pause", Scope.Run), ("POST", "/api/pipelines/{pipeline}/resume", Scope.Run), ("POST", "/api/pipelines/{pipeline}/backfill", Scope.Run),
        ("GET", "/api/tables", Scope.Read), ("GET", "/api/tables/{schema}/{table}", Scope.Read), ("POST", "/api/sql", Scope.Read), ("POST", "/api/sql/csv", Scope.Read),
        ("GET", "/api/tables/{schema}/{table}/rows", Scope.Read), ("GET", "/api/tables/{schema}/{table}/profile", Scope.Read), ("GET", "/api/tables/{schema}/{table}/counts", Scope.Read), ("GET", "/api/tables/{schema}/{table}/objects", Scope.Read), ("GET", "/api/reports/{run}", Scope.Read),
        ("GET", "/api/quarantine", Scope.Read), ("GET", "/api/quarantine/{pipeline}/{feed}", Scope.Read), ("POST", "/api/quarantine/{pipeline}/{feed}/fix", Scope.Edit),
        ("POST", "/api/quarantine/{pipeline}/{feed}/mark", Scope.Edit), ("POST", "/api/quarantine/{pipeline}/{feed}/release", Scope.Edit),
        ("GET", "/api/users", Scope.Admin), ("PUT", "/api/users/{user}", Scope.Admin), ("DELETE", "/api/users/{user}", Scope.Admin), ("POST", "/api/users/{user}/link", Scope.Admin), ("PUT", "/api/password", Scope.Read),
        ("GET", "/api/tokens", Scope.Read), ("POST", "/api/tokens", Scope.Read), ("DELETE", "/api/tokens/{token}", Scope.Read), ("GET", "/api/audit", Scope.Admin),
        ("POST", "/api/events/objects", Key), ("POST", "/api/hooks/{pipeline}", Key),
    ];

    readonly Shop _shop = new();
    Served _served = null!;

    public async ValueTask InitializeAsync() => _served = await Served.StartAsync(_shop.Path);

    public async ValueTask DisposeAsync()
    {
        await _served.DisposeAsync();
        _shop.Dispose();
    }

    [Fact]
    public void Every_endpoint_is_in_the_table()
    {
        var there = _served.Endpoints.SelectMany(x => (x.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => $"{method} {x.RoutePattern.RawText}")).Where(x => !x.EndsWith("{*path:nonfile}", StringComparison.Ordinal)).ToHashSet();
        // Pages answer to GET and POST alike for the framework; no page takes a form.
        var pages = there.Where(x => x.StartsWith("POST ", StringComparison.Ordinal) && there.Contains("GET" + x[4..]) && !Table.Any(t => $"{t.Method} {t.Path}" == x)).ToList();

        Assert.Equal(Table.Select(x => $"{x.Method} {x.Path}").Order(StringComparer.Ordinal), there.Except(pages).Order(StringComparer.Ordinal));
        Assert.All(pages, x => Assert.Contains(Table, t => t.Method == "GET" && t.Path == x[5..]));
    }

    [Fact]
    public async Task Nobody_gets_further_than_login_and_health()
    {
        foreach (var (method, path, needs) in Table)
        {
            using var nobody = _served.Stranger();
            nobody.DefaultRequestHeaders.Remove("Accept");
            var answer = await SendAsync(nobody, method, path);
            Assert.True(needs is null ? (int)answer.StatusCode is not (401 or 403) || path == "/login" : answer.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path}: {(int)answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("Viewer")]
    [InlineData("Operator")]
    [InlineData("Editor")]
    [InlineData("Admin")]
    public async Task A_role_may_what_it_may_and_no_more(string name)
    {
        var role = Enum.Parse<Role>(name);
        using var program = await _served.ProgramAsync(role);
        foreach (var (method, path, needs) in Table.Where(x => x.Path is not ("/api/events" or "/logout") && x.Needs != Key))
        {
            var answer = await SendAsync(program, method, path);
            var may = needs is null || Scope.Of(role).Contains(needs);
            Assert.True(may ? answer.StatusCode != HttpStatusCode.Forbidden : answer.StatusCode == HttpStatusCode.Forbidden, $"{name} {method} {path}: {(int)answer.StatusCode}");
            Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_name_in_an_address_that_is_not_there_is_nothing_that_was_asked_wrongly()
    {
        using var program = await _served.ProgramAsync();
        foreach (var (method, path, _) in Table.Where(x => x.Path.StartsWith("/api/", StringComparison.Ordinal) && x.Path.Contains('{') && x.Needs != Key && x.Method != "PUT"))
        {
            var body = path.Split('/')[^1] switch { "backfill" => """{ "days": ["2024-01-01"] }""", "fix" => """{ "rows": [], "values": {} }""", "mark" => """{ "rows": [], "status": "open" }""", _ => "{}" };
            var answer = await SendAsync(program, method, path, body);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
    }

    [Fact]
    public async Task A_token_may_no_more_than_its_scopes()
    {
        using var program = await _served.ProgramAsync(Role.Admin, Scope.Read);
        foreach (var (method, path, needs) in Table.Where(x => x.Needs is not (null or Scope.Read or Key)))
            Assert.True((await SendAsync(program, method, path)).StatusCode == HttpStatusCode.Forbidden, $"{method} {path} needs {needs}");
    }

    [Fact]
    public async Task A_form_without_its_token_changes_nothing()
    {
        using var browser = await _served.BrowserAsync();
        foreach (var (method, path, needs) in Table.Where(x => x.Method != "GET" && x.Needs != Key))
        {
            var answer = await SendAsync(browser, method, path);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{method} {path}: {(int)answer.StatusCode} {needs}");
            Assert.Contains("form is out of date", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_document_describes_every_operation()
    {
        using var program = await _served.ProgramAsync(Role.Viewer);
        var document = await Served.JsonAsync(await program.GetAsync("/api/openapi.json", TestContext.Current.CancellationToken));
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(x => x.Value.EnumerateObject().Select(o => $"{o.Name.ToUpperInvariant()} {x.Name}"));

        var there = Table.Where(x => x.Path.StartsWith("/api/", StringComparison.Ordinal) && x.Path is not "/api/openapi.json").Select(x => $"{x.Method} {x.Path}");
        Assert.Equal(there.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.Equal(Endpoints.All.Count, Endpoints.All.Select(x => x.Id).Distinct().Count());
    }

    static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path, string body = "{}")
    {
        var address = System.Text.RegularExpressions.Regex.Replace(path, "{[^}]+}", "nothing");
        var message = new HttpRequestMessage(new(method), address);
        if (method != "GET")
            message.Content = path.StartsWith("/api", StringComparison.Ordinal) ? new StringContent(body, Encoding.UTF8, "application/json") : new FormUrlEncodedContent([]);
        return client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }
}
