using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cartage.Host;
using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Runs;
using Cartage.Tests.Cli;
using Cartage.Tests.Support;

namespace Cartage.Tests.Web;

public sealed class Serving : IDisposable
{
    static readonly CancellationToken Never = CancellationToken.None;
    readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Runs_what_the_command_line_asks_of_it()
    {
        await using var served = await Served.StartAsync(_shop.Path);

        var run = await _shop.TypeAsync("run", "--strict");
        var query = await _shop.TypeAsync("query", "select count(*) as n from shop.sales", "--format", "csv");
        var again = await _shop.TypeAsync("run");
        var fix = await _shop.TypeAsync("quarantine", "fix", "orders", "--set", "total=7.50");
        var release = await _shop.TypeAsync("quarantine", "release", "orders");

        Assert.Equal((5, "n\n99\n"), (run.Code, query.Out));
        Assert.Contains("extract", run.Error, StringComparison.Ordinal);
        Assert.Contains("Nothing changed", again.Out, StringComparison.Ordinal);
        Assert.Contains("Mended 1 row", fix.Error, StringComparison.Ordinal);
        Assert.Equal(0, release.Code);
        Assert.Equal("n\n100\n", (await _shop.TypeAsync("query", "select count(*) as n from shop.sales", "--format", "csv")).Out);
    }

    [Fact]
    public async Task Lets_in_once_by_a_link()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var first = served.Stranger();
        using var second = served.Stranger();
        var link = await served.Desk.EntryForAsync("admin", CancellationToken.None);

        Assert.Equal("/", (await first.GetAsync(link, Never)).Headers.Location?.ToString());
        Assert.Equal("/login?why=link", (await second.GetAsync(link, Never)).Headers.Location?.ToString());
        Assert.Contains("Overview", await first.GetStringAsync("/", Never), StringComparison.Ordinal);
        Assert.StartsWith("/login?ReturnUrl", (await second.GetAsync("/", Never)).Headers.Location?.PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_what_a_run_does_while_it_does_it()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var program = await served.ProgramAsync();
        using var stream = await program.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, Never);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Never));
        Assert.Equal("event: beat", await reader.ReadLineAsync(Never));

        var asked = await Served.JsonAsync(await program.PostAsJsonAsync("/api/runs", new { selector = "shop" }, Never));
        var id = asked.GetProperty("runs")[0].GetString()!;
        List<string> tasks = [];
        for (string? state = null; state is not ("succeeded" or "quarantined");)
        {
            var line = await reader.ReadLineAsync(Never) ?? throw new EndOfStreamException();
            if (!line.StartsWith("data: {", StringComparison.Ordinal))
                continue;
            var told = JsonDocument.Parse(line[6..]).RootElement;
            Assert.Equal(id, told.GetProperty("run").GetString());
            tasks.Add($"{told.GetProperty("event").GetString()} {told.GetProperty("task").GetString()}".Trim());
            state = told.GetProperty("event").GetString() == "run" ? told.GetProperty("state").GetString() : null;
        }
        Assert.Contains("load orders", tasks);
        Assert.Contains("build sales", tasks);
        var run = await Served.JsonAsync(await program.GetAsync($"/api/runs/{id}", Never));
        Assert.Equal(100, run.GetProperty("feeds").EnumerateArray().Single(x => x.GetProperty("feed").GetString() == "orders").GetProperty("read").GetInt64());
    }

    [Fact]
    public async Task Shows_a_run_with_its_counts_tasks_and_log()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var browser = await served.BrowserAsync();

        var sent = await Served.SubmitAsync(browser, "/", "/do/run", ("pipeline", "shop"));
        var address = sent.Headers.Location!.ToString();
        var run = await served.EndAsync(address.Split('/')[^1]);
        var page = await browser.GetStringAsync(address, Never);

        Assert.Equal(RunState.Quarantined, run.State);
        foreach (var expected in new[] { "quarantined", "Where every row went", "Timeline", "build", "sales", "sales.order_id.unique" })
            Assert.Contains(expected, page, StringComparison.Ordinal);
        Assert.Contains("quarantined", await browser.GetStringAsync("/", Never), StringComparison.Ordinal);
        Assert.Contains(run.RunId, await browser.GetStringAsync("/runs?state=quarantined", Never), StringComparison.Ordinal);
        Assert.DoesNotContain(run.RunId, await browser.GetStringAsync("/runs?state=failed", Never), StringComparison.Ordinal);
        foreach (var (nothing, said) in new[] { ("/runs/20000101T000000Z-none", "It may have been removed by"), ("/tables/shop/none", "It may not have been built yet"), ("/pipelines/none", "It may have been renamed"), ("/quarantine/shop/none", "It may have been renamed") })
        {
            var none = await browser.GetAsync(nothing, Never);
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
            Assert.Contains(said, await none.Content.ReadAsStringAsync(Never), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Runs_again_from_what_has_landed()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var program = await served.ProgramAsync();
        var first = (await served.Desk.Queue.AskAsync(new("shop"), "test", Never))[0];
        await served.EndAsync(first);
        File.Delete(Path.Combine(_shop.Path, "data/orders.csv"));

        var again = (await Served.JsonAsync(await program.PostAsync($"/api/runs/{first}/again", null, Never))).GetProperty("runs")[0].GetString()!;
        var run = await served.EndAsync(again);

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.DoesNotContain(run.Tasks, x => x.Kind == "extract");
    }

    [Fact]
    public async Task Runs_one_of_several_that_were_asked_for_together_again_alone()
    {
        foreach (var pipeline in new[] { "shop", "other" })
            _shop.Write($"pipelines/{pipeline}/pipeline.yml", "tags: [both]\n");
        await using var served = await Served.StartAsync(_shop.Path);
        using var program = await served.ProgramAsync();
        var ids = await served.Desk.Queue.AskAsync(new("tag:both"), "test", Never);
        foreach (var id in ids)
            await served.EndAsync(id);
        var shop = (await served.Store.ListRunsAsync(10, Never)).Single(x => x.Pipeline == "shop").RunId;

        var again = (await Served.JsonAsync(await program.PostAsync($"/api/runs/{shop}/again", null, Never))).GetProperty("runs")[0].GetString()!;

        Assert.Equal("shop", (await served.EndAsync(again)).Pipeline);
        Assert.Equal(3, (await served.Store.ListRunsAsync(10, Never)).Count);
    }

    [Fact]
    public async Task A_defect_ends_its_run_and_is_written_where_the_server_tells()
    {
        _shop.Write("pipelines/shop/models/sales.sql", "selekt order_id from orders"); // nobody validates it here
        await using var served = await Served.StartAsync(_shop.Path);
        served.Forgives = "";

        var run = await served.EndAsync((await served.Desk.Queue.AskAsync(new("shop"), "test", Never))[0]);

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("a defect of Cartage", run.Message, StringComparison.Ordinal);
        await Wait.UntilAsync(() => Task.FromResult(served.Problems.Contains("NotOneSelectException", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Cancels_a_run_that_waits()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var program = await served.ProgramAsync();
        var hold = new TaskCompletionSource();
        var holding = served.Desk.Workspace.AloneAsync(async _ => { await hold.Task; return 0; }, Never);
        var id = (await served.Desk.Queue.AskAsync(new("shop"), "test", Never))[0];

        var answer = await program.PostAsync($"/api/runs/{id}/cancel", null, Never);
        var run = await served.EndAsync(id);
        hold.SetResult();
        await holding;

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal((RunState.Cancelled, "it was cancelled before it began"), (run.State, run.Message));
        Assert.Equal(HttpStatusCode.BadRequest, (await program.PostAsync($"/api/runs/{id}/cancel", null, Never)).StatusCode);
    }

    [Fact]
    public async Task Refuses_the_ends_of_time()
    {
        _shop.Write("pipelines/shop/pipeline.yml", "timezone: Asia/Bangkok\n");
        await using var served = await Served.StartAsync(_shop.Path);
        using var program = await served.ProgramAsync();
        foreach (var (path, body) in new[] { ("/api/runs", """{ "selector": "shop", "from": "0001-01-01T00:00:00Z" }"""), ("/api/runs", """{ "selector": "shop", "to": "9999-12-31T00:00:00Z" }"""), ("/api/pipelines/shop/backfill", """{ "days": ["0001-01-01"] }""") })
        {
            var answer = await program.PostAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Never);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("its year is not between 1900 and 9000", await answer.Content.ReadAsStringAsync(Never), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Leaves_what_waits_to_the_next_start()
    {
        string id;
        await using (var served = await Served.StartAsync(_shop.Path))
        {
            var held = new TaskCompletionSource();
            var holding = served.Desk.Workspace.AloneAsync(async stop => { await Task.WhenAny(held.Task, Task.Delay(Timeout.Infinite, stop)); return 0; }, Never);
            id = (await served.Desk.Queue.AskAsync(new("shop"), "ann", Never))[0];
            await served.Desk.Queue.DisposeAsync();
            held.SetResult();
            await holding;
            Assert.Equal(RunState.Queued, (await served.Store.GetRunAsync(id, Never))!.State);
        }
        await using var next = await Served.StartAsync(_shop.Path);

        Assert.Equal(RunState.Quarantined, (await next.EndAsync(id)).State);
        Assert.Equal("ann", (await next.Store.AskedAsync(id, Never))!.By);
    }

    [Fact]
    public async Task Says_how_it_is()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var nobody = served.Stranger();
        using var program = await served.ProgramAsync(Role.Viewer);
        await served.EndAsync((await served.Desk.Queue.AskAsync(new("shop"), "test", Never))[0]);

        Assert.Equal("live", await nobody.GetStringAsync("/health/live", Never));
        Assert.Equal("ready", await nobody.GetStringAsync("/health/ready", Never));
        Assert.Equal(HttpStatusCode.Redirect, (await nobody.GetAsync("/metrics", Never)).StatusCode);
        var figures = await program.GetStringAsync("/metrics", Never);
        Assert.Contains("cartage_runs{pipeline=\"shop\",state=\"quarantined\"} 1", figures, StringComparison.Ordinal);
        Assert.Contains("cartage_tasks_total{kind=\"build\",state=\"succeeded\"} 1", figures, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080", null, false, "no admin has a password")]
    [InlineData("http://0.0.0.0:8080", null, true, "say how TLS is done")]
    [InlineData("https://0.0.0.0:8443", null, true, "a certificate is needed")]
    [InlineData("http://10.0.0.1:8080", "none", false, "no admin has a password")]
    [InlineData("ftp://127.0.0.1", null, true, "not an address")]
    public void Refuses_an_address_that_others_reach_without_password_and_a_word_on_tls(string url, string? tls, bool password, string why) =>
        Assert.Contains(why, Assert.Throws<UsageException>(() => new ServeOptions(new(url)) { Tls = tls }.Require(password)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://127.0.0.1:8080", null, false)]
    [InlineData("http://[::1]:8080", null, false)]
    [InlineData("http://0.0.0.0:8080", "proxy", true)]
    [InlineData("http://0.0.0.0:8080", "none", true)]
    [InlineData("https://0.0.0.0:8443", "shop.pem", true)]
    public void Listens_where_that_is_decided(string url, string? tls, bool password) => new ServeOptions(new(url)) { Tls = tls }.Require(password);
}
