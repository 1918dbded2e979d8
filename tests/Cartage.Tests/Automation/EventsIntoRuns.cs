using Cartage.Projects;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Triggers;

namespace Cartage.Tests.Automation;

/// <summary>Events are written down once, and every one is followed by a run that was asked for after it.</summary>
public sealed class EventsIntoRuns
{
    const string ByObjects = "triggers: [ { object_created: 's3://shop/in/*.csv' } ]";

    [Fact]
    public async Task A_burst_of_ten_thousand_becomes_few_runs_and_loses_none()
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), ByObjects);
        using var inbox = new EventInbox(bench.Workspace.Store, bench.Clock);
        await using var starter = new Starter(bench.Orders, bench.Sensors, () => bench.Workspace, bench.Clock);
        var starts = new EventStarts(bench.Orders, starter, inbox, () => bench.Workspace, bench.Clock);
        long added = 0;
        for (var from = 0; from < 10_000; from += 100)
        {
            ObjectEvent[] objects = [.. Enumerable.Range(from, 100).Select(n => new ObjectEvent($"s3://shop/in/{n}.csv", $"{n}", null))];
            added += await inbox.AddObjectsAsync(bench.Project, objects, CancellationToken.None);
            added += await inbox.AddObjectsAsync(bench.Project, objects[..10], CancellationToken.None); // told twice
            ((FakeClock)bench.Clock).Advance(TimeSpan.FromMilliseconds(50));
            await starts.PassAsync(CancellationToken.None);
            if (from % 3000 == 0)
                await bench.EndAsync();
        }
        ((FakeClock)bench.Clock).Advance(TimeSpan.FromSeconds(1));
        await bench.EndAsync();
        await starts.PassAsync(CancellationToken.None);

        Assert.Equal(10_000, added);
        Assert.InRange(bench.Asked.Count, 1, 5);
        Assert.Empty(await inbox.PendingAsync(CancellationToken.None));
    }

    [Fact]
    public async Task What_comes_while_a_run_is_open_is_followed_by_another()
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), ByObjects);
        using var inbox = new EventInbox(bench.Workspace.Store, bench.Clock);
        await using var starter = new Starter(bench.Orders, bench.Sensors, () => bench.Workspace, bench.Clock);
        var starts = new EventStarts(bench.Orders, starter, inbox, () => bench.Workspace, bench.Clock);
        async Task<int> TellAsync(string name)
        {
            await inbox.AddObjectsAsync(bench.Project, [new($"s3://shop/in/{name}", name, null)], CancellationToken.None);
            ((FakeClock)bench.Clock).Advance(TimeSpan.FromSeconds(1));
            await starts.PassAsync(CancellationToken.None);
            return bench.Asked.Count;
        }

        Assert.Equal(1, await TellAsync("1.csv"));
        Assert.Equal(1, await TellAsync("2.csv")); // a run is open
        await bench.EndAsync(RunState.Failed);
        await starts.PassAsync(CancellationToken.None);
        Assert.Equal(2, bench.Asked.Count);
        await bench.EndAsync();
        Assert.Equal(2, await TellAsync("1.csv")); // told again
        Assert.Equal(2, await TellAsync("note.txt")); // nobody's
    }

    [Fact]
    public async Task What_a_run_failed_for_is_run_again_later_and_later_for_a_day_or_at_once_with_what_is_new()
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), ByObjects);
        using var inbox = new EventInbox(bench.Workspace.Store, bench.Clock);
        await using var starter = new Starter(bench.Orders, bench.Sensors, () => bench.Workspace, bench.Clock);
        var starts = new EventStarts(bench.Orders, starter, inbox, () => bench.Workspace, bench.Clock);

        await TellAsync("1.csv");
        Assert.Equal(1, await AfterAsync(1));
        foreach (var (minutes, asked) in new[] { (0.9, 1), (0.2, 2), (1.9, 2), (0.2, 3), (3.9, 3), (0.2, 4) })
        {
            if (bench.Asked.Count < asked || minutes > 0.5)
                await FailAsync();
            Assert.Equal(asked, await AfterAsync(minutes * 60));
        }
        await FailAsync();
        await TellAsync("2.csv");
        Assert.Equal(5, await AfterAsync(1));
        for (var hour = 0; hour < 40; hour++)
        {
            await FailAsync();
            await AfterAsync(3601);
        }
        Assert.InRange(bench.Asked.Count, 20, 40);
        var before = bench.Asked.Count;
        Assert.Equal(before, await AfterAsync(100 * 3600));
        Assert.Equal(2, Assert.Single(await inbox.PendingAsync(CancellationToken.None)).Count);
        await TellAsync("3.csv");
        Assert.Equal(before + 1, await AfterAsync(1));

        Task TellAsync(string name) => inbox.AddObjectsAsync(bench.Project, [new($"s3://shop/in/{name}", name, null)], CancellationToken.None);
        async Task<int> AfterAsync(double seconds)
        {
            ((FakeClock)bench.Clock).Advance(TimeSpan.FromSeconds(seconds));
            await starts.PassAsync(CancellationToken.None);
            return bench.Asked.Count;
        }
        async Task FailAsync()
        {
            foreach (var run in await bench.Workspace.Store.ListRunsAsync(new RunFilter(1, States: [RunState.Queued]), CancellationToken.None))
            {
                await bench.Workspace.Store.SaveAsync(run with { State = RunState.Failed, StartedAt = bench.Clock.GetUtcNow() }, CancellationToken.None);
                for (var told = 0; told < 2; told++) // servers that share a store each hear of it
                    await inbox.EndedAsync((await bench.Workspace.Store.GetRunAsync(run.RunId, CancellationToken.None))!, CancellationToken.None);
            }
        }
    }

    [Theory]
    [InlineData(RunState.Succeeded, true, 0), InlineData(RunState.Quarantined, true, 0)]
    [InlineData(RunState.Succeeded, false, 1), InlineData(RunState.Rejected, true, 1), InlineData(RunState.Cancelled, true, 1)] // did not look at the sources, or published nothing
    public async Task What_a_run_failed_for_is_done_with_when_another_that_asked_the_sources_has_published(RunState state, bool asks, int left)
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), ByObjects);
        using var inbox = new EventInbox(bench.Workspace.Store, bench.Clock);
        await inbox.AddAsync([new("shop", "1", "1.csv")], CancellationToken.None);
        var pending = Assert.Single(await inbox.PendingAsync(CancellationToken.None));
        var failed = Run("a", RunState.Failed);
        Assert.True(await bench.Workspace.Store.SaveAsync(failed, (x, run, ct) => inbox.TakeAsync(x, pending, run, ct), CancellationToken.None));
        Assert.Empty(await inbox.PendingAsync(CancellationToken.None));
        await inbox.EndedAsync(failed, CancellationToken.None);
        Assert.Single(await inbox.PendingAsync(CancellationToken.None));

        await inbox.EndedAsync(Run("b", state) with { Tasks = [new(asks ? "extract" : "build", "orders", RunState.Succeeded, default, default, "")] }, CancellationToken.None);

        Assert.Equal(left, (await inbox.PendingAsync(CancellationToken.None)).Count);

        RunResult Run(string id, RunState how) => new($"20260305T120000Z-aaa{id}", "shop", how, new(bench.Clock.GetUtcNow(), bench.Clock.GetUtcNow()), bench.Clock.GetUtcNow(), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task What_was_written_down_outlives_the_process()
    {
        await using var bench = await Bench.OpenAsync(TimeProvider.System, ByObjects);
        using (var inbox = new EventInbox(bench.Workspace.Store, bench.Clock))
            await inbox.AddObjectsAsync(bench.Project, [new("s3://shop/in/1.csv", "1", null)], CancellationToken.None);
        await bench.Workspace.DisposeAsync();
        await using var workspace = await bench.Files.OpenAsync();
        using var again = new EventInbox(workspace.Store, bench.Clock);

        Assert.Equal(1, Assert.Single(await again.PendingAsync(CancellationToken.None)).Count);
    }

    [Theory]
    [InlineData("object: 'data/ready-{{ end:yyyy-MM-dd }}.txt', every: 5s, timeout: 60s", "data/ready-2026-03-05.txt")]
    [InlineData("query: \"SELECT count(*) FROM glob('*')\", every: 5s, timeout: 60s", null)]
    public async Task A_run_waits_for_what_its_pipeline_waits_for_and_fails_when_it_does_not_come(string wait, string? file)
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), $"{ByObjects}\nwait_for: [ {{ {wait} }} ]");
        await using var starter = new Starter(bench.Orders, bench.Sensors, () => bench.Workspace, bench.Clock);
        List<string> done = [];
        Task WishAsync(string key) => starter.StartAsync(new(bench.Pipeline, new(), key, "test", (_, run, _) => { done.Add(run); return Task.FromResult(true); }), CancellationToken.None);

        await WishAsync("one");
        await bench.UntilAsync(() => starter.Waiting.Count == 0, TimeSpan.FromSeconds(1));
        Assert.Empty(bench.Asked);
        var failed = (await bench.Workspace.Store.GetRunAsync(Assert.Single(done), CancellationToken.None))!;
        Assert.Equal(RunState.Failed, failed.State);
        Assert.Contains("which did not come", failed.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(60), failed.Took);

        if (file is null)
            return;
        await WishAsync("two");
        Assert.Equal(("shop", true), (starter.Waiting[0].Pipeline, starter.Waiting[0].For.EndsWith(file, StringComparison.Ordinal)));
        bench.Files.Write(file, "");
        await bench.UntilAsync(() => bench.Asked.Count == 1, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_run_that_published_starts_what_comes_after_it_and_what_reads_what_it_changed()
    {
        Pipeline Named(string name, params Trigger[] triggers) => new(name, "pipeline.yml") { Triggers = triggers };
        var project = new Project("p", "/") { Pipelines = [Named("shop"), Named("next", new Trigger.After("shop", 1)), Named("reader", new Trigger.Catalog("shop.fact", 1)), Named("other", new Trigger.Catalog("shop.dim", 1))] };
        RunResult Run(RunState state) => new("r", "shop", state, new(default, default), default, default) { Tasks = [new("build", "fact", RunState.Succeeded, default, default, "") { Inserted = 1 }, new("build", "dim", RunState.Succeeded, default, default, "") { Unchanged = 5 }] };

        Assert.Equal(["next", "reader"], Aftermath.Of(project, Run(RunState.Succeeded)).Select(e => e.Pipeline));
        Assert.Equal(["next", "reader"], Aftermath.Of(project, Run(RunState.Quarantined)).Select(e => e.Pipeline));
        Assert.Empty(Aftermath.Of(project, Run(RunState.Rejected)));
        Assert.Empty(Aftermath.Of(project, Run(RunState.Failed)));
    }

    [Fact]
    public async Task Files_are_told_once_they_stand_still()
    {
        using var files = new TestProject().Write("in/a/1.csv", "x").Write("in/note.txt", "x");
        var watch = new FolderWatch(Path.Combine(files.Root, "in/**/*.csv"), TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(20), TimeProvider.System);
        List<string> told = [];
        using var stop = new CancellationTokenSource(Wait.Longest);
        var seen = new SemaphoreSlim(0);
        var watching = watch.WatchAsync((objects, _) =>
        {
            told.AddRange(objects.Select(o => Path.GetFileName(o.Place)));
            seen.Release(objects.Count);
            return Task.CompletedTask;
        }, stop.Token);
        await seen.WaitAsync(stop.Token);
        Put("x"); // heard of: the next look is an hour away
        await seen.WaitAsync(stop.Token);
        Put("changed");
        await seen.WaitAsync(stop.Token);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        Assert.Equal(["1.csv", "2.csv", "2.csv"], told);

        // Whole at once: a machine may stop for longer than a file must stand still between its making and its writing.
        void Put(string text)
        {
            files.Write("coming", text);
            File.Move(Path.Combine(files.Root, "coming"), Path.Combine(files.Root, "in/2.csv"), overwrite: true);
        }
    }

    [Fact]
    public void A_file_that_nothing_was_heard_of_is_found_by_looking_and_one_being_written_is_not_taken_for_whole()
    {
        using var files = new TestProject().Write("in/1.csv", "x");
        var watch = new FolderWatch(Path.Combine(files.Root, "in/*.csv"), TimeSpan.FromHours(1), TimeSpan.Zero, TimeProvider.System);

        Assert.Equal((0, true), (watch.Look() is var first ? first.Settled.Count : -1, first.Moving));
        File.AppendAllText(Path.Combine(files.Root, "in/1.csv"), "more");
        Assert.Equal((0, true), (watch.Look() is var second ? second.Settled.Count : -1, second.Moving));
        Assert.Equal((1, false), (watch.Look() is var third ? third.Settled.Count : -1, third.Moving));
    }
}
