using System.Net;
using Cartage.Connectors.Warehouses;
using Cartage.Host.Access;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Triggers;

namespace Cartage.Tests.Web;

/// <summary>Two servers over one run store, each in a folder of its own: what is done at one is so at the other.</summary>
public sealed class WhatServersShare(SharedPostgres postgres)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_may_come_in_may_at_both_and_who_may_not_any_more_at_neither()
    {
        await using var pair = await Pair.StartAsync(postgres);
        using var browser = await pair.First.BrowserAsync(Role.Operator);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(new Uri(pair.Second.Url, "/"), Ct)).StatusCode); // the cookie is of the host, whichever server it is
        using var program = await pair.First.ProgramAsync();
        await Wait.UntilAsync(async () => (await program.GetAsync(new Uri(pair.Second.Url, "/api/runs"), Ct)).StatusCode == HttpStatusCode.OK);

        await pair.Second.Desk.Accounts.SetAsync("dora", Role.Viewer, "a long sentence", Ct);
        await Wait.UntilAsync(() => Task.FromResult(pair.First.Desk.Accounts.Verify("dora", "a long sentence")));
        await pair.Second.Desk.Accounts.RemoveAsync(Served.NameOf(Role.Operator), Ct);
        await Wait.UntilAsync(async () => (await browser.GetAsync(new Uri(pair.First.Url, "/"), Ct)).StatusCode == HttpStatusCode.Redirect);
        await pair.First.Desk.Accounts.Audit.WriteAsync("ann", "test", "", "", Ct);
        Assert.Equal("ann", (await pair.Second.Desk.Accounts.Audit.ListAsync(1, long.MaxValue, Ct)).Single().Who);
    }

    [Fact]
    public async Task A_link_of_one_lets_in_once_at_the_other_and_what_one_made_is_shown_once_by_the_other()
    {
        await using var pair = await Pair.StartAsync(postgres);
        using var browser = pair.Second.Stranger();
        var link = new Uri(pair.Second.Url, new Uri(await pair.First.Desk.EntryForAsync(Served.NameOf(Role.Admin), Ct)).PathAndQuery);
        Assert.Equal("cartage-session-small", pair.First.Desk.Cookie("session")); // whatever the port
        Assert.Equal("/", (await browser.GetAsync(link, Ct)).Headers.Location?.ToString());
        Assert.StartsWith("/login", (await browser.GetAsync(new Uri(pair.First.Url, link.PathAndQuery), Ct)).Headers.Location?.ToString(), StringComparison.Ordinal);

        var made = await Served.SubmitAsync(browser, "/settings?tab=tokens", "/do/token", ("name", "monitor"), ("scope", "read"));
        Assert.Equal("/settings/once", made.Headers.Location?.ToString());
        Assert.Contains("cartage_", await browser.GetStringAsync(new Uri(pair.First.Url, "/settings/once"), Ct), StringComparison.Ordinal);
        foreach (var server in pair.Both)
            Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(new Uri(server.Url, "/settings/once"), Ct)).StatusCode);
    }

    [Fact]
    public async Task A_run_is_seen_live_at_both_and_told_of_once()
    {
        await using var mail = new MailServer();
        await using var pair = await Pair.StartAsync(postgres, $$"""
            connections: { mail: { type: smtp, url: "smtp://127.0.0.1:{{mail.Port}}", to: [ops@shop.example] } }
            notifications: { on: [succeeded], via: [mail], digest: 0s }
            """);
        using var limit = new CancellationTokenSource(Wait.Longest);
        var heard = Task.Run(async () =>
        {
            await foreach (var e in pair.Second.Store.FollowAsync(limit.Token))
                if (e is { Kind: "run", Task: "", State: RunState.Succeeded })
                    return e.RunId;
            return null;
        }, limit.Token);
        var run = (await pair.First.Desk.Queue.AskAsync(new("shop.*"), "ann", Ct))[0];
        await pair.First.EndAsync(run);

        Assert.Equal(run, await heard);
        Assert.Equal([run], (await pair.Second.Store.ListRunsAsync(10, Ct)).Select(x => x.RunId));
        Assert.Equal("ann", (await pair.Second.Store.AskedAsync(run, Ct))!.By);
        using var program = await pair.Second.ProgramAsync();
        Assert.Contains("cartage_runs{pipeline=\"shop\",state=\"succeeded\"} 1", await program.GetStringAsync("/metrics", Ct), StringComparison.Ordinal);
        await Wait.UntilAsync(async () => !mail.Mails.IsEmpty && (await pair.Second.Desk.Automation.Herald.Outbox.OpenAsync(Ct)).Count == 0);
        await pair.First.Desk.Automation.Herald.DeliverAsync(waitForMore: false, Ct);
        await pair.Second.Desk.Automation.Herald.DeliverAsync(waitForMore: false, Ct);
        Assert.Single(mail.Mails);
    }

    [Fact]
    public async Task An_event_told_to_both_starts_one_run_and_a_pause_holds_for_both()
    {
        await using var pair = await Pair.StartAsync(postgres);
        await Task.WhenAll(pair.Both.Select(x => x.Desk.Automation.Inbox.AddAsync([new PipelineEvent("shop", "1", "it came")], Ct)));
        await Wait.UntilAsync(async () => (await pair.First.Store.ListRunsAsync(10, Ct)) is [{ State: RunState.Succeeded }]);
        await pair.First.Store.SetAsync("shop", paused: true, "ann", DateTimeOffset.UnixEpoch, Ct);
        Assert.Contains("shop", await pair.Second.Store.PausedAsync(Ct));
        await Task.WhenAll(pair.Both.Select((x, n) => x.Desk.Automation.Inbox.AddAsync([new PipelineEvent("shop", $"{n + 2}", "it came"), new PipelineEvent("shop", "4", "it came")], Ct)));
        Assert.Equal(3, (await pair.First.Desk.Automation.Inbox.PendingAsync(Ct)).Single().Count);
        await pair.Second.Store.SetAsync("shop", paused: false, "ann", DateTimeOffset.UnixEpoch, Ct);
        await Wait.UntilAsync(async () => (await pair.First.Desk.Automation.Inbox.PendingAsync(Ct)).Count == 0);

        var runs = await pair.Second.Store.ListRunsAsync(10, Ct);
        Assert.True(runs.Count == 2, string.Join('\n', runs.Select(x => $"{x.RunId} {x.State} {x.Message}")));
    }

    [Fact]
    public async Task A_run_of_one_is_ended_through_the_other()
    {
        await using var pair = await Pair.StartAsync(postgres);
        var held = new TaskCompletionSource();
        var holding = pair.First.Desk.Workspace.AloneAsync(async _ => { await held.Task; return 0; }, Ct);
        var run = (await pair.First.Desk.Queue.AskAsync(new("shop.*"), "ann", Ct))[0];
        using var program = await pair.Second.ProgramAsync();
        var answer = await program.PostAsync($"/api/runs/{run}/cancel", null, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));

        await Wait.UntilAsync(async () => (await pair.Second.Store.GetRunAsync(run, Ct))!.State == RunState.Cancelled);
        held.SetResult();
        await holding;
    }

    [Fact]
    public async Task What_a_server_that_stops_has_not_done_another_does()
    {
        await using var pair = await Pair.StartAsync(postgres);
        var holding = pair.First.Desk.Workspace.AloneAsync(async stop => { await Task.WhenAny(Task.Delay(Timeout.Infinite, stop)); return 0; }, Ct);
        var run = (await pair.First.Desk.Queue.AskAsync(new("shop.*"), "ann", Ct))[0];
        await pair.StopFirstAsync();
        await Wait.UntilAsync(async () => (await pair.First.Store.GetRunAsync(run, Ct))!.State == RunState.Succeeded);
    }

    [Fact]
    public async Task What_was_open_when_one_had_the_store_for_itself_is_done_when_several_have()
    {
        var url = await postgres.CreateDatabaseAsync();
        using var project = Pair.Project(url, "");
        await using (var alone = await RunStore.OpenAsync(PostgresRunStore.Open(url, "cartage_state", "small", null), TimeProvider.System, Ct))
        {
            await AskAsync(alone, "20260305T120000Z-aaaa");
            await AskAsync(alone, "20260305T120000Z-aaab");
            await alone.SaveAsync(Run("20260305T120000Z-aaab", RunState.Failed), Ct);
        }
        await using var served = await Served.StartAsync(project.Root);
        await served.EndAsync("20260305T120000Z-aaaa");

        Assert.Equal([RunState.Failed, RunState.Succeeded], (await served.Store.ListRunsAsync(10, Ct)).Select(x => x.State));
        Assert.Empty(await served.Store.OpenRequestsAsync(Ct));

        static Task AskAsync(RunStore store, string run) => store.AskAsync(new(run, "shop", new("shop.*"), "ann", DateTimeOffset.UnixEpoch), Run(run, RunState.Queued), Ct);
        static RunResult Run(string run, RunState state) => new(run, "shop", state, new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch, TimeSpan.Zero);
    }

    sealed class Pair : IAsyncDisposable
    {
        readonly List<TestProject> _projects = [];

        public List<Served> Both { get; } = [];

        public Served First => Both[0];

        public Served Second => Both[1];

        public static async Task<Pair> StartAsync(SharedPostgres postgres, string more = "")
        {
            var (pair, url) = (new Pair(), await postgres.CreateDatabaseAsync());
            for (var n = 0; n < 2; n++)
            {
                pair._projects.Add(Project(url, more));
                pair.Both.Add(await Served.StartAsync(pair._projects[n].Root));
            }
            await pair.First.Desk.Accounts.RefreshAsync(Ct); // the second made the same users anew
            return pair;
        }

        public static TestProject Project(string url, string more) =>
            new TestProject()
                .Write("project.yml", $"name: small\nwarehouse: {{ type: postgres, url: \"{url}\" }}\nstate: {{ type: postgres, url: \"{url}\" }}\ncluster: {{ lease: 20s }}\n{more}")
                .Write("pipelines/shop/pipeline.yml", "owner: ann\n")
                .Write("pipelines/shop/models/one.sql", "/* ---\nkind: table\n--- */\nselect 1 as id\n");

        public async Task StopFirstAsync()
        {
            await First.DisposeAsync();
            Both.RemoveAt(0);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var served in Both)
                await served.DisposeAsync();
            foreach (var project in _projects)
                project.Dispose();
        }
    }
}
