using Cartage.Alerts;
using Cartage.Host.Access;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Triggers;
using Cartage.Warehouses;

namespace Cartage.Tests.Runs;

/// <summary>What a run store keeps, on each database that it can be in: it is read from a store that was opened anew.</summary>
public abstract class StoreConformance : IDisposable
{
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    protected abstract Task<RunDatabase> DatabaseAsync();

    public abstract void Dispose();

    [Fact]
    public async Task A_runs_newest_state_is_what_it_came_to()
    {
        await WithAsync(async store =>
        {
            foreach (var run in new[] { Run("a", RunState.Running), Run("b", RunState.Queued, "other"), Run("a", RunState.Succeeded) with { Message = "naïve", Equations = [new("orders", 3, 1, 1, 0, 1, 0, 0, 0)] } })
                await store.SaveAsync(run, Never);
        });
        await WithAsync(async store =>
        {
            var a = (await store.GetRunAsync(Id("a"), Never))!;
            Assert.Equal((RunState.Succeeded, "naïve", 3L, Noon, TimeSpan.FromSeconds(1.5)), (a.State, a.Message, a.Equations[0].Read, a.StartedAt, a.Took));
            Assert.Equal([Id("b"), Id("a")], Ids(await store.ListRunsAsync(10, Never)));
            Assert.Equal([Id("a")], Ids(await store.ListRunsAsync(new RunFilter(10, "shop", Before: Id("b")), Never)));
            Assert.Equal([Id("b")], Ids(await store.ListRunsAsync(new RunFilter(10, States: [RunState.Queued, RunState.Running], Brief: true), Never)));
            Assert.Equal([Id("b")], Ids(await store.TakeOverAsync(Never)));
            Assert.Equal([Id("b"), Id("a")], Ids(await store.LastRunsAsync(1, Never)));
            Assert.Equal([Id("a")], Ids(await store.TouchingAsync("shop", new(Noon.AddHours(-1), Noon.AddHours(1)), Never)));
            Assert.Equal([(RunState.Queued, 1L), (RunState.Succeeded, 1L)], (await store.CountAsync(Noon, Never)).Select(x => (x.Key, x.Value)).Order());
            Assert.Null(await store.GetRunAsync("20260305", Never)); // several begin so
            await store.SaveAsync(Run("b", RunState.Succeeded, "other"), Never);
            Assert.Equal(4, await store.ForgetAsync(Noon.AddDays(1), Never));
            Assert.Empty(await store.ListRunsAsync(10, Never));
            Assert.Empty(await store.LastRunsAsync(1, Never));
        });
    }

    // Behind many others, or while the server was off.
    [Fact]
    public async Task A_run_that_waits_is_not_forgotten_however_long()
    {
        await WithAsync(async store =>
        {
            foreach (var (which, state) in new[] { ("a", RunState.Queued), ("b", RunState.Queued), ("c", RunState.Queued) })
                await store.AskAsync(new(Id(which), "shop", new("shop.sales"), "ann", Noon), Run(which, state), Never);
            await store.SaveAsync(Run("a", RunState.Running) with { StartedAt = Noon.AddDays(3) }, Never);
            await store.SaveAsync(Run("b", RunState.Cancelled), Never);
            store.Add(new(Noon, Id("a"), "run", "", RunState.Running, "it began"));
            await store.SaveAsync(Run("d", RunState.Queued), Never);
            await store.SaveAsync(Run("d", RunState.Failed) with { StartedAt = Noon.AddDays(3) }, Never);

            Assert.Equal(2, await store.ForgetAsync(Noon.AddDays(2), Never));
        });
        await WithAsync(async store =>
        {
            Assert.Equal([Id("d"), Id("c"), Id("a")], Ids(await store.ListRunsAsync(10, Never)));
            Assert.Equal([Id("a"), Id("c")], (await store.OpenRequestsAsync(Never)).Select(x => x.RunId));
            Assert.Single(await store.LogAsync(Id("a"), 0, Never));
        });
    }

    [Fact]
    public async Task What_a_run_told_is_read_in_the_order_it_was_told()
    {
        await WithAsync(async store =>
        {
            foreach (var i in Enumerable.Range(0, 250))
                store.Add(new(Noon.AddSeconds(i), Id("a"), "load", $"feed {i}", RunState.Succeeded, $"{i} rows"));
            await store.SaveAsync(Run("a", RunState.Succeeded), Never);
        });
        await WithAsync(async store =>
        {
            var log = await store.LogAsync(Id("a"), 0, Never);
            Assert.Equal(Enumerable.Range(0, 250).Select(i => $"{i} rows"), log.Select(x => x.Event.Message));
            store.Add(new(Noon, Id("a"), "run", "", RunState.Succeeded, "done"));
            Assert.Equal(["done"], (await store.LogAsync(Id("a"), log[^1].Seq, Never)).Select(x => x.Event.Message));
        });
    }

    [Fact]
    public async Task A_request_is_open_until_its_run_has_ended()
    {
        var asked = new AskedRun(Id("a"), "shop", new("shop.*") { From = Noon, Only = new HashSet<string> { "build" } }, "ann", Noon);
        await WithAsync(store => store.AskAsync(asked, Run("a", RunState.Queued), Never));
        await WithAsync(async store =>
        {
            var open = Assert.Single(await store.OpenRequestsAsync(Never));
            Assert.Equal(("ann", Noon, "build", Noon), (open.By, open.At, open.Request.Only.Single(), open.Request.From));
            await store.SaveAsync(Run("a", RunState.Failed), Never);
            Assert.Empty(await store.OpenRequestsAsync(Never));
            Assert.Equal("ann", (await store.AskedAsync(Id("a"), Never))!.By);
        });
    }

    [Fact]
    public async Task What_is_open_is_known_after_a_start_whether_it_waited_before_comes_new_or_is_opened_again()
    {
        async Task BothAsync(RunStore store, params string[] runs)
        {
            Assert.Equal(runs.Select(Id), Ids(await store.ListRunsAsync(new RunFilter(10, States: [RunState.Queued, RunState.Running]), Never)).Order());
            Assert.Equal(runs.Select(Id), (await store.OpenRequestsAsync(Never)).Select(r => r.RunId).Order());
        }
        Task AskAsync(RunStore store, string run) => store.AskAsync(new(Id(run), "shop", new("shop"), "ann", Noon), Run(run, RunState.Queued), Never);
        await WithAsync(async store =>
        {
            foreach (var run in "abc")
                await AskAsync(store, $"{run}");
            await store.SaveAsync(Run("c", RunState.Cancelled), Never);
        });
        await WithAsync(async store =>
        {
            Assert.Equal([Id("a"), Id("b")], Ids(await store.TakeOverAsync(Never)).Order());
            await AskAsync(store, "d");
            await store.SaveAsync(Run("c", RunState.Queued), Never);
            await BothAsync(store, "a", "b", "c", "d");
            foreach (var run in "abd")
                await store.SaveAsync(Run($"{run}", RunState.Succeeded), Never);
            await BothAsync(store, "c");
            Assert.Equal([Id("c")], Ids(await store.TakeOverAsync(Never)));
            await store.SaveAsync(Run("c", RunState.Succeeded), Never);
            Assert.Empty(await store.TakeOverAsync(Never));
            await BothAsync(store);
            await AskAsync(store, "e");
            await BothAsync(store, "e");
        });
    }

    [Fact]
    public async Task A_reader_gets_each_run_that_ended_once()
    {
        List<string> seen = [];
        Task ReadAsync(RunStore store) => new EndedRuns(store, "test").ReadAsync(run => { seen.Add(run.RunId); return Task.CompletedTask; }, Never);
        await WithAsync(async store =>
        {
            await store.SaveAsync(Run("a", RunState.Succeeded), Never);
            await ReadAsync(store); // what ended before it was there is not its business
            await store.SaveAsync(Run("b", RunState.Running), Never);
            await store.SaveAsync(Run("c", RunState.Failed), Never);
            await ReadAsync(store);
            await store.SaveAsync(Run("b", RunState.Succeeded), Never);
        });
        await WithAsync(ReadAsync);
        Assert.Equal([Id("c"), Id("b")], seen);
    }

    [Fact]
    public async Task The_last_word_on_a_pause_holds()
    {
        await WithAsync(async store =>
        {
            foreach (var (pipeline, paused) in new[] { ("shop", true), ("other", true), ("other", false) })
                await store.SetAsync(pipeline, paused, "ann", Noon, Never);
        });
        await WithAsync(async store => Assert.Equal(["shop"], await store.PausedAsync(Never)));
    }

    [Fact]
    public async Task A_tick_is_done_with_once_and_a_schedule_begins_when_it_is_first_seen()
    {
        var pipeline = new Pipeline("shop", "pipeline.yml") { Schedule = Cron.TryParse("0 * * * *", out var cron, out _) ? cron : null };
        await WithAsync(async store =>
        {
            var ticks = new TickStore(store, TimeProvider.System);
            Assert.Null(await ticks.BeganAsync(pipeline, Never));
            await ticks.ReadAsync(pipeline, () => Task.FromResult(Noon.AddHours(-3)), Never);
            await ticks.HandledAsync(pipeline, Noon, "run 1", "asked", Never);
            await ticks.HandledAsync(pipeline, Noon, "run 2", "asked", Never);
            await ticks.HandledAsync(pipeline, Noon.AddHours(-1), "run 0", "asked", Never);
        });
        await WithAsync(async store =>
        {
            var ticks = new TickStore(store, TimeProvider.System);
            var known = await ticks.ReadAsync(pipeline, () => throw new InvalidOperationException("it is known"), Never);
            Assert.Equal((Noon.AddHours(-3), 2), (known.Since, known.Handled.Count));
            Assert.Equal((Noon, "run 1"), await ticks.NewestAsync(pipeline, Never));
            Assert.Equal(1, await ticks.ForgetAsync([pipeline], Noon.AddDays(1), Never));
            Assert.Equal((Noon, "run 1"), await ticks.NewestAsync(pipeline, Never));
        });
    }

    [Fact]
    public async Task Ticks_that_are_forgotten_do_not_come_again_and_missed_ones_still_come()
    {
        var pipeline = new Pipeline("shop", "pipeline.yml") { Schedule = Cron.TryParse("0 * * * *", out var cron, out _) ? cron : null, Catchup = Catchup.All };
        await WithAsync(async store =>
        {
            var ticks = new TickStore(store, TimeProvider.System);
            await ticks.ReadAsync(pipeline, () => Task.FromResult(Noon.AddHours(-10)), Never);
            foreach (var hour in new[] { -9, -8, -7, -5, -4 })
                await ticks.HandledAsync(pipeline, Noon.AddHours(hour), $"run {hour}", "asked", Never);
            Assert.Equal(2, await ticks.ForgetAsync([pipeline], Noon.AddHours(-1), Never));
            Assert.Equal(0, await ticks.ForgetAsync([pipeline], Noon.AddHours(-1), Never));
        });
        await WithAsync(async store =>
        {
            var known = await new TickStore(store, TimeProvider.System).ReadAsync(pipeline, () => throw new InvalidOperationException("it is known"), Never);
            var due = DueTicks.Of(pipeline, known, Noon).OrderBy(d => d.At);
            Assert.Equal([-6, -3, -2, -1, 0], due.Select(d => (int)(d.At - Noon).TotalHours));
            Assert.All(due, d => Assert.Equal(d.At.AddHours(-1), d.From));
        });
    }

    [Fact]
    public async Task An_event_counts_once_until_a_run_was_asked_for_after_it()
    {
        await WithAsync(async store =>
        {
            using var inbox = new EventInbox(store, TimeProvider.System);
            Assert.Equal(2, await inbox.AddAsync([new("shop", "1", "first"), new("shop", "2", "second")], Never));
            Assert.Equal(1, await inbox.AddAsync([new("shop", "2", "again"), new("shop", "3", "third")], Never));
        });
        await WithAsync(async store =>
        {
            using var inbox = new EventInbox(store, TimeProvider.System);
            var pending = Assert.Single(await inbox.PendingAsync(Never));
            Assert.Equal((3L, "first"), (pending.Count, pending.First));
            await inbox.AddAsync([new("shop", "4", "fourth")], Never);
            Assert.True(await store.SaveAsync(Run("a", RunState.Failed), (x, run, ct) => inbox.TakeAsync(x, pending, run, ct), Never));
            Assert.False(await store.SaveAsync(Run("b", RunState.Failed), (x, run, ct) => inbox.TakeAsync(x, pending, run, ct), Never));
            Assert.Equal([Id("a")], Ids(await store.ListRunsAsync(10, Never)));
            Assert.Equal((1L, "fourth"), (Assert.Single(await inbox.PendingAsync(Never)) is var rest ? rest.Count : 0, rest.First));
            await inbox.EndedAsync(Run("a", RunState.Failed), Never);
            var back = Assert.Single(await inbox.PendingAsync(Never));
            Assert.Equal((4L, "first", 1L, Noon.AddSeconds(1.5)), (back.Count, back.First, back.Failed?.Count, back.Failed?.Last));
            Assert.True(await store.SaveAsync(Run("c", RunState.Succeeded), (x, run, ct) => inbox.TakeAsync(x, back with { UpTo = back.UpTo - 1 }, run, ct), Never));
            Assert.Equal(3, await inbox.ForgetAsync(DateTimeOffset.UnixEpoch.AddYears(1000), Never));
        });
    }

    [Fact]
    public async Task What_comes_when_all_before_it_is_forgotten_is_still_new()
    {
        List<string> seen = [];
        Task ReadAsync(RunStore store) => new EndedRuns(store, "test").ReadAsync(run => { seen.Add(run.RunId); return Task.CompletedTask; }, Never);
        var ages = DateTimeOffset.UnixEpoch.AddYears(1000);
        await WithAsync(async store =>
        {
            using var inbox = new EventInbox(store, TimeProvider.System);
            await ReadAsync(store);
            await inbox.AddAsync([new("shop", "1", "first"), new("shop", "2", "second")], Never);
            var pending = Assert.Single(await inbox.PendingAsync(Never));
            Assert.True(await store.SaveAsync(Run("a", RunState.Succeeded), (x, run, ct) => inbox.TakeAsync(x, pending, run, ct), Never));
            await ReadAsync(store);
            await inbox.ForgetAsync(ages, Never);
            await store.ForgetAsync(ages, Never);
        });
        await WithAsync(async store =>
        {
            using var inbox = new EventInbox(store, TimeProvider.System);
            await inbox.AddAsync([new("shop", "3", "third")], Never);
            Assert.Equal("third", Assert.Single(await inbox.PendingAsync(Never)).First);
            await store.SaveAsync(Run("b", RunState.Succeeded), Never);
            await ReadAsync(store);
        });
        Assert.Equal([Id("a"), Id("b")], seen);
    }

    [Fact]
    public async Task A_notice_waits_until_it_is_sent_and_the_same_again_is_counted()
    {
        var notice = new Notice(NoticeKind.Failed, "shop", Id("a"), Noon, "shop failed") { Facts = ["one"] };
        await WithAsync(async store =>
        {
            var outbox = new Cartage.Alerts.Outbox(store, TimeProvider.System);
            await outbox.PutAsync(notice, "mail", TimeSpan.FromHours(4), Never);
            await outbox.PutAsync(notice, "mail", TimeSpan.FromHours(4), Never); // by one that did not know that it was put
            await outbox.PutAsync(notice with { Run = Id("b") }, "mail", TimeSpan.FromHours(4), Never);
            await outbox.PutAsync(notice, "chat", TimeSpan.FromHours(4), Never);
        });
        await WithAsync(async store =>
        {
            var outbox = new Cartage.Alerts.Outbox(store, TimeProvider.System);
            var open = await outbox.OpenAsync(Never);
            Assert.Equal([("mail", "one"), ("chat", "one")], open.Select(x => (x.Via, x.Notice.Facts[0])));
            await outbox.DoneAsync(open, "sent", "", Never);
            await outbox.PutAsync(notice with { Run = Id("c") }, "mail", TimeSpan.Zero, Never);
            Assert.Equal(1, Assert.Single(await outbox.OpenAsync(Never)).Repeats);
            await outbox.ForgetAsync(DateTimeOffset.UnixEpoch.AddYears(1000), Never);
        });
    }

    [Fact]
    public async Task Users_tokens_and_who_did_what_are_remembered()
    {
        var secret = "";
        await WithAsync(async store =>
        {
            var accounts = await Accounts.OpenAsync(store, TimeProvider.System, Never);
            var ann = await accounts.SetAsync("ann", Role.Admin, "a long sentence", Never);
            await accounts.SetAsync("bob", Role.Viewer, null, Never);
            await accounts.SetAsync("eve", Role.Viewer, null, Never);
            await accounts.RemoveAsync("eve", Never);
            (_, secret) = await accounts.Tokens.CreateAsync(ann, "monitor", [Scope.Read], null, Never);
            await accounts.Audit.WriteAsync("ann", "user", "bob: viewer", "127.0.0.1", Never);
        });
        await WithAsync(async store =>
        {
            var accounts = await Accounts.OpenAsync(store, TimeProvider.System, Never);
            Assert.Equal(["ann", "bob"], accounts.Users.Select(x => x.Name));
            Assert.True(accounts.Verify("ann", "a long sentence"));
            Assert.Equal("ann", accounts.Tokens.Find(secret)?.User);
            Assert.Equal("bob: viewer", Assert.Single(await accounts.Audit.ListAsync(10, long.MaxValue, Never)).Detail);
        });
    }

    [Fact]
    public async Task A_store_of_an_older_version_is_brought_up_to_date_and_kept_as_it_was_beside()
    {
        const string Add = "ALTER TABLE runs ADD COLUMN note VARCHAR", Fill = "UPDATE runs SET note = 'from format 2'";
        await WithAsync(store => store.SaveAsync(Run("a", RunState.Succeeded), Never));

        await Assert.ThrowsAnyAsync<Exception>(() => OpenedAsync(Add, "UPDATE nothing SET a = 1")); // all of it or nothing
        foreach (var changes in new string[][] { [Add], [Add], [Add, Fill] }) // the second time there is nothing to do
            Assert.Equal(RunState.Succeeded, await OpenedAsync(changes));
        await using var third = await RunStore.OpenAsync(await WithChangesAsync(Add, Fill), TimeProvider.System, Never);
        async Task<(string?, string)> ReadAsync(string schema, string column) => (schema, string.Join(',', await third.UseAsync(x => x.QueryAsync($"SELECT {column} FROM {third.Dialect.Quote(schema)}.runs", r => r.IsDBNull(0) ? "null" : r.GetString(0), Never), Never)));
        var home = (await third.UseAsync(x => x.ScalarAsync<string>("SELECT current_schema()", Never), Never))!;
        var (before, between, now) = (await ReadAsync($"{home}_format_1", "run"), await ReadAsync($"{home}_format_2", "note"), await ReadAsync(home, "note"));
        await third.DisposeAsync();

        Assert.Equal((Id("a"), "null", "from format 2"), (before.Item2, between.Item2, now.Item2));
        var older = await Assert.ThrowsAsync<PipelineException>(() => OpenedAsync(Add));
        Assert.Contains("format 3; this one knows 2", older.Message, StringComparison.Ordinal);

        async Task<RunDatabase> WithChangesAsync(params string[] changes) => await DatabaseAsync() with { Changes = changes };
        async Task<RunState?> OpenedAsync(params string[] changes)
        {
            await using var store = await RunStore.OpenAsync(await WithChangesAsync(changes), TimeProvider.System, Never);
            return (await store.GetRunAsync(Id("a"), Never))?.State;
        }
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_left_alone()
    {
        await WithAsync(store => store.ChangeAsync(x => x.ExecuteAsync("UPDATE store_version SET version = 99", Never), Never));
        var refused = await Assert.ThrowsAsync<PipelineException>(() => WithAsync(_ => Task.CompletedTask));
        Assert.Contains("a newer version (format 99; this one knows 1)", refused.Message, StringComparison.Ordinal);
    }

    async Task WithAsync(Func<RunStore, Task> work)
    {
        await using var store = await RunStore.OpenAsync(await DatabaseAsync(), TimeProvider.System, Never);
        await work(store);
    }

    static string Id(string which) => $"20260305T120000Z-aaa{which}";

    static RunResult Run(string which, RunState state, string pipeline = "shop") => new(Id(which), pipeline, state, new(Noon.AddDays(-1), Noon), Noon, TimeSpan.FromSeconds(1.5));

    static IEnumerable<string> Ids(IEnumerable<RunResult> runs) => runs.Select(x => x.RunId);
}
