using System.Collections.Concurrent;
using Cartage.Host.Commands;
using Cartage.Runs;

namespace Cartage.Host.Serving;

/// <summary>Runs that were asked of the server: written down first, so that a server that was killed does them at its next start.</summary>
sealed class RunQueue(Workspace workspace, LiveProject projects) : IAsyncDisposable
{
    readonly CancellationTokenSource _closing = new();
    readonly ConcurrentDictionary<string, Task> _running = [];

    /// <summary>Writes down a run for each pipeline the request means, starts them when it is their turn, and returns their ids.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(RunRequest request, string by, CancellationToken ct)
    {
        List<string> ids = [];
        var now = workspace.Clock.GetUtcNow();
        foreach (var pipeline in await workspace.Under(await projects.RefreshAsync(ct)).SelectAsync(request.Selector, ct))
        {
            var asked = new AskedRun(workspace.NewRunId(), pipeline.Name, request, by, now);
            workspace.Store.Add(Asked(asked));
            await workspace.Store.AskAsync(asked, Queued(asked, null), CancellationToken.None);
            Start(asked);
            ids.Add(asked.RunId);
        }
        return ids;
    }

    /// <summary>How many runs wait or work.</summary>
    public int Open => _running.Count;

    /// <summary>Ends a run that waits or works; false where there is none of that id.</summary>
    public bool Cancel(string runId) => workspace.Cancel(runId);

    /// <summary>Starts again what a process that ended had not finished.</summary>
    public async Task ResumeAsync(CancellationToken ct)
    {
        foreach (var asked in await workspace.Store.OpenRequestsAsync(ct))
            Start(asked);
    }

    /// <summary>Stops: what runs is rolled back and, with what waits, runs again at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_running.Values);
    }

    void Start(AskedRun asked) => _running[asked.RunId] = Task.Run(() => RunAsync(asked));

    async Task RunAsync(AskedRun asked)
    {
        await Task.Yield();
        var result = await workspace.Under(projects.Current).RunAsync(asked, _closing.Token);
        if (result.State == RunState.Cancelled && _closing.IsCancellationRequested)
            await workspace.Store.SaveAsync(Queued(asked, "the server stopped; it runs at the next start"), CancellationToken.None);
        else if (result.StartedAt == default || result.Took == default)
            workspace.Store.Add(new(workspace.Clock.GetUtcNow(), asked.RunId, "run", "", result.State, result.Message ?? ""));
        _running.TryRemove(asked.RunId, out _);
    }

    RunEvent Asked(AskedRun asked) => new(asked.At, asked.RunId, "run", "", RunState.Queued, $"{asked.Pipeline} asked for by {asked.By}");

    RunResult Queued(AskedRun asked, string? message) => new(asked.RunId, asked.Pipeline, RunState.Queued, workspace.Span(asked.Request), asked.At, TimeSpan.Zero) { Message = message };
}
