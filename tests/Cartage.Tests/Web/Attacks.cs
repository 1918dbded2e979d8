using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Cartage.Host.Access;
using Cartage.Tests.Cli;

namespace Cartage.Tests.Web;

public sealed class Attacks : IDisposable
{
    static readonly CancellationToken Never = CancellationToken.None;
    readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Ten_thousand_wrong_passwords_are_few_hashes_and_the_owner_still_gets_in()
    {
        await using var served = await Served.StartAsync(_shop.Path, clock: new StandingClock()); // however long the hashes take, no more guesses are let through
        await served.Desk.Accounts.SetAsync("ann", Role.Admin, "a long enough sentence", Never);
        using var owner = served.Stranger();
        Assert.Equal("/", (await Served.SubmitAsync(owner, "/login", "/login", ("name", "ann"), ("password", "a long enough sentence"))).Headers.Location?.ToString());
        await owner.PostAsync("/logout", null, Never);

        var gate = served.Desk.Gate;
        var tried = 0;
        for (var i = 0; i < 10_000; i++)
            if (gate.Refuses("ann", null) is null)
            {
                tried++;
                Assert.False(served.Desk.Accounts.Verify("ann", $"guess {i}"));
            }
        using var stranger = served.Stranger();
        var refused = await Served.SubmitAsync(stranger, "/login", "/login", ("name", "ann"), ("password", "one more guess"));

        Assert.Equal(5, tried);
        Assert.Equal("/login?why=wait&ReturnUrl=%2F", refused.Headers.Location?.ToString());
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("/", (await Served.SubmitAsync(owner, "/login", "/login", ("name", "ann"), ("password", "a long enough sentence"))).Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("/settings"), InlineData("/api/connections")]
    public async Task Nobody_is_shown_what_lets_in_elsewhere(string page)
    {
        _shop.Write("project.yml", """
            name: shop
            variables: { data: data }
            connections:
              chat: { type: webhook, url: "https://chat.example/hooks/Key1" }
              erp: { type: postgres, url: "Host=db.example;Username=ann;Password=Key2;Database=erp" }
              crm: { type: postgres, url: "postgres://ann:Key3@crm.example/crm" }
            """);
        await using var served = await Served.StartAsync(_shop.Path);
        using var program = await served.ProgramAsync(Role.Viewer);

        var shown = await program.GetStringAsync(page, Never);

        foreach (var place in new[] { "chat.example", "db.example", "crm.example" })
            Assert.Contains(place, shown, StringComparison.Ordinal);
        foreach (var key in new[] { "Key1", "Key2", "Key3" })
            Assert.DoesNotContain(key, shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forged_cookie_is_nobodys()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var forger = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = served.Url };
        forger.DefaultRequestHeaders.Add("Cookie", $"{served.Desk.Cookie("session")}=CfDJ8AAAAAAAAAAAAAAAAAAAAADmAdE; {served.Desk.Cookie("known")}=CfDJ8AAAA");

        Assert.Equal(HttpStatusCode.Unauthorized, (await forger.GetAsync("/api/runs", Never)).StatusCode);
    }

    [Fact]
    public async Task A_session_ends_with_its_users_password_and_role()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var browser = await served.BrowserAsync(Role.Editor);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/runs", Never)).StatusCode);

        await served.Desk.Accounts.SetAsync("editor", Role.Viewer, null, Never);

        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/runs", Never)).StatusCode);
    }

    [Fact]
    public async Task A_token_that_is_over_revoked_or_changed_is_nobodys()
    {
        var clock = new MovableClock();
        await using var served = await Served.StartAsync(_shop.Path, clock: clock);
        var user = served.Desk.Accounts.Find("viewer")!;
        var (over, first) = await served.Desk.Accounts.Tokens.CreateAsync(user, "over", [Scope.Read], TimeSpan.FromDays(1), Never);
        var (revoked, second) = await served.Desk.Accounts.Tokens.CreateAsync(user, "revoked", [Scope.Read], null, Never);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], [await AskAsync(first), await AskAsync(second), await AskAsync(second[..^1] + (second[^1] == 'a' ? 'b' : 'a')), await AskAsync("cartage_" + over.Id + "_")]);
        clock.Move(TimeSpan.FromDays(1));
        await served.Desk.Accounts.Tokens.RevokeAsync(revoked.Id, Never);
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], [await AskAsync(first), await AskAsync(second)]);

        async Task<HttpStatusCode> AskAsync(string secret)
        {
            using var client = new HttpClient { BaseAddress = served.Url };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
            return (await client.GetAsync("/api/runs", Never)).StatusCode;
        }
    }

    [Fact]
    public async Task Data_shown_on_a_page_is_text()
    {
        const string Script = "<script>alert(1)</script>";
        _shop.Write("data/stores.csv", $"store_id,store_name\n1,\"{Script}\"\n2,\"<img src=x onerror=alert(2)>\"\n");
        _shop.Write("pipelines/shop/pipeline.yml", $"description: \"{Script}\"\n");
        _shop.Write("data/orders.csv", $"order_id,store_id,total\n1,1,5\n2,2,\"{Script}\"\n");
        await using var served = await Served.StartAsync(_shop.Path);
        using var browser = await served.BrowserAsync();
        var run = await served.EndAsync((await served.Desk.Queue.AskAsync(new("shop"), "test", Never))[0]);

        foreach (var page in new[] { "/", "/pipelines/shop", "/tables/shop/sales?profile=now", "/tables/shop_raw/stores", "/quarantine", "/quarantine/shop/orders?text=%3Cscript%3Ealert(1)", "/sql?q=select%20*%20from%20stores", "/sql?q=%3Cscript%3Ealert(1)%3C/script%3E", $"/runs/{run.RunId}", $"/reports/{run.RunId}", "/tables?find=%3Cscript%3Ealert(1)%3C/script%3E" })
        {
            var html = await browser.GetStringAsync(page, Never);
            Assert.DoesNotContain(Script, html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img src=x", html, StringComparison.OrdinalIgnoreCase);
        }
        Assert.Contains("&lt;script&gt;", await browser.GetStringAsync("/quarantine/shop/orders", Never), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Personal_data_is_hidden_from_viewers_wherever_they_look()
    {
        _shop.Write("pipelines/shop/feeds/shop.yml", File.ReadAllText(Path.Combine(_shop.Path, "pipelines/shop/feeds/shop.yml")).Replace("store_name: { type: text }", "store_name: { type: text, pii: true, matches: \"^[A-Z]\" }", StringComparison.Ordinal));
        _shop.Write("data/stores.csv", "store_id,store_name\n1,Baldwin\n2,Rowlett\n3,lowercase\n");
        _shop.Write("pipelines/shop/models/labels.sql", "select store_id, 'Store ' || store_name as label from stores");
        await using var served = await Served.StartAsync(_shop.Path);
        var run = await served.EndAsync((await served.Desk.Queue.AskAsync(new("shop"), "test", Never))[0]);
        using var viewer = await served.ProgramAsync(Role.Viewer);
        using var editor = await served.ProgramAsync(Role.Editor);

        foreach (var sql in new[] { "select store_name from sales", "select label from labels", "select upper(STORE_NAME) as x from Shop_Raw.Stores", "select s from stores s", "with s as (select * from shop_raw.stores) select max(store_name) from s", "select * from shop_quarantine.stores", "select string_agg(store_name, '|') from (select * from sales)", "summarize shop_raw.stores", "select * from (describe stores)", "select * from (summarize stores)", "select * from (select store_name as n from stores union all select store_name from sales)" })
        {
            var said = await (await viewer.PostAsJsonAsync("/api/sql", new { sql }, Never)).Content.ReadAsStringAsync(Never);
            Assert.DoesNotMatch("(?i)baldwin|rowlett|lowercase", said);
        }
        foreach (var page in new[] { "/tables/shop_raw/stores?profile=now", "/tables/shop/sales", "/tables/shop/labels?profile=now", "/tables/shop_quarantine/stores", "/quarantine", "/quarantine/shop/stores", "/api/quarantine", "/api/quarantine/shop/stores", $"/reports/{run.RunId}", $"/api/reports/{run.RunId}", "/sql.csv?q=select%20*%20from%20stores", $"/runs/{run.RunId}",
            "/api/overview", "/api/quality", $"/api/runs/{run.RunId}", $"/api/runs/{run.RunId}/log", "/api/tables/shop_raw/stores/rows", "/api/tables/shop_raw/stores/profile?now=true", "/api/tables/shop/labels/rows", "/api/tables/shop/labels/profile", "/api/tables/shop_quarantine/stores/rows", "/api/tables/shop_quarantine/stores/profile?now=true" })
            Assert.DoesNotMatch("(?i)baldwin|rowlett|lowercase", await viewer.GetStringAsync(page, Never));
        Assert.DoesNotMatch("(?i)baldwin|rowlett", await (await viewer.PostAsJsonAsync("/api/sql/csv", new { sql = "select * from stores" }, Never)).Content.ReadAsStringAsync(Never));
        Assert.Contains("Baldwin", await editor.GetStringAsync("/api/tables/shop_raw/stores/profile?now=true", Never), StringComparison.Ordinal);
        Assert.Contains("Baldwin", await (await editor.PostAsJsonAsync("/api/sql", new { sql = "select store_name from sales" }, Never)).Content.ReadAsStringAsync(Never), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_host_name_is_refused()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var nobody = served.Stranger();
        var message = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { Host = "evil.example" } };

        Assert.Equal(HttpStatusCode.BadRequest, (await nobody.SendAsync(message, Never)).StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var program = await served.ProgramAsync();

        var answer = await program.PostAsync("/api/sql", new StringContent($$"""{"sql":"select '{{new string('x', 2 << 20)}}'"}""", Encoding.UTF8, "application/json"), Never);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Every_answer_keeps_to_itself()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var browser = await served.BrowserAsync();
        foreach (var path in new[] { "/", "/api/runs", "/app/app.js", "/nothing", "/login" })
        {
            var answer = await browser.GetAsync(path, Never);
            var policy = string.Join(' ', answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", string.Join(' ', answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.False(answer.Headers.Contains("Server"));
        }
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task Login_leads_to_this_server_only(string to)
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await served.Desk.Accounts.SetAsync("ann", Role.Viewer, "a long enough sentence", Never);
        using var browser = served.Stranger();

        var answer = await Served.SubmitAsync(browser, "/login", "/login", ("name", "ann"), ("password", "a long enough sentence"), ("returnUrl", to));

        Assert.Equal("/", answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task What_was_done_is_written_down()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var browser = await served.BrowserAsync();
        await Served.SubmitAsync(browser, "/", "/do/run", ("pipeline", "shop"));
        await Served.SubmitAsync(browser, "/settings?tab=users", "/do/user", ("name", "bob"), ("role", "viewer"), ("password", "a long enough sentence"));

        var page = await browser.GetStringAsync("/settings?tab=audit", Never);

        foreach (var expected in new[] { "login by link", "run", "shop", "bob: viewer, a new password", "127.0.0.1" })
            Assert.Contains(expected, page, StringComparison.Ordinal);
        Assert.DoesNotContain("a long enough sentence", page, StringComparison.Ordinal);
    }

    sealed class StandingClock : TimeProvider
    {
        readonly DateTimeOffset _now = System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => 0;
    }

    sealed class MovableClock : TimeProvider
    {
        TimeSpan _moved;

        public void Move(TimeSpan by) => _moved += by;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _moved;
    }
}
