using System.Collections.Concurrent;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Triggers;

namespace Cartage.Tests.Automation;

/// <summary>Triggers and schedules over a small project and a queue that only writes down what it is asked; a run stays open until it is ended.</summary>
sealed class Bench : IAsyncDisposable
{
    public required TestProject Files { get; init; }
    public required Workspace Workspace { get; init; }
    public required TimeProvider Clock { get; init; }
    public ConcurrentQueue<(string Run, RunRequest Request, string By)> Asked { get; } = [];
    public List<string> Cancelled { get; } = [];
    public required Project Project { get; set; }
    public Orders Orders => new(() => Project, AskAsync, run => { Cancelled.Add(run); return true; });
    public Sensors Sensors => new(() => Workspace, (_, place) => throw new PipelineException($"no bucket in this test: {place}"));

    public static Task<Bench> OpenAsync(TimeProvider clock, string pipeline) => OpenAsync(clock, SmallShop.Create().Write("pipelines/shop/pipeline.yml", pipeline + "\n"));

    /// <summary>The same over a project of one pipeline.</summary>
    public static async Task<Bench> OpenAsync(TimeProvider clock, TestProject files)
    {
        var loaded = files.Load();
        Assert.Empty(loaded.Findings);
        return new Bench { Files = files, Workspace = await files.OpenAsync(given: clock), Clock = clock, Project = loaded.Project };
    }

    public Pipeline Pipeline => Assert.Single(Project.Pipelines);

    public async Task<IReadOnlyList<string>> AskAsync(RunRequest request, string by, Mark mark, CancellationToken ct)
    {
        var run = Workspace.NewRunId();
        if (!await Workspace.Store.AskAsync(new(run, Pipeline.Name, request, by, Clock.GetUtcNow()), new(run, Pipeline.Name, RunState.Queued, Workspace.Span(request), Clock.GetUtcNow(), TimeSpan.Zero), mark, ct))
            return [];
        Asked.Enqueue((run, request, by));
        return [run];
    }

    public async Task EndAsync(RunState state = RunState.Succeeded)
    {
        foreach (var run in await Workspace.Store.ListRunsAsync(new RunFilter(1000, States: [RunState.Queued, RunState.Running]), CancellationToken.None))
            await SaveAsync(run.RunId, state);
    }

    public Task SaveAsync(string run, RunState state) =>
        Workspace.Store.SaveAsync(new RunResult(run, Pipeline.Name, state, new(Clock.GetUtcNow(), Clock.GetUtcNow()), Clock.GetUtcNow(), TimeSpan.FromSeconds(1)), CancellationToken.None);

    /// <summary>Waits until something holds, while the clock, where it is one of ours, goes on whenever somebody waits for it: work takes no time on it, however slow the machine is.</summary>
    public async Task UntilAsync(Func<bool> holds, TimeSpan? step = null)
    {
        using var limit = new CancellationTokenSource(Wait.Longest);
        for (; !holds(); await Task.Delay(10, limit.Token))
            if (Clock is FakeClock { IsWaitedFor: true } fake && step is { } by)
                fake.Advance(by);
    }

    public async ValueTask DisposeAsync()
    {
        await Workspace.DisposeAsync();
        Files.Dispose();
    }
}
