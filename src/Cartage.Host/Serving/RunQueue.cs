using System.Collections.Concurrent;
using Cartage.Host.Commands;
using Cartage.Runs;

namespace Cartage.Host.Serving;

/// <summary>Runs that were asked of the server: written down first, so that a server that was killed does them at its next start.</summary>
sealed class RunQueue(Workspace workspace, LiveProject projects, TextWriter problems) : IAsyncDisposable
{
    static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    readonly CancellationTokenSource _closing = new();
    readonly ConcurrentDictionary<string, Task> _running = [];

    /// <summary>Writes down a run for each pipeline the request means, starts them when it is their turn, and returns their ids.</summary>
    public Task<IReadOnlyList<string>> AskAsync(RunRequest request, string by, CancellationToken ct) => AskAsync(request, by, null, ct);

    /// <summary>The same with a mark made in the commit of each; where it was there already, nothing is asked.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(RunRequest request, string by, Mark? mark, CancellationToken ct)
    {
        List<string> ids = [];
        var now = workspace.Clock.GetUtcNow();
        foreach (var pipeline in await workspace.Under(await projects.RefreshAsync(ct)).SelectAsync(request.Selector, ct))
        {
            if (request.Pipeline is not null && request.Pipeline != pipeline.Name)
                continue;
            var asked = new AskedRun(workspace.NewRunId(), pipeline.Name, request, by, now);
            if (!await workspace.Store.AskAsync(asked, Queued(asked, null), mark, CancellationToken.None))
                continue;
            workspace.Store.Add(Asked(asked));
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
        foreach (var asked in (await workspace.Store.OwnRequestsAsync(ct)).Where(x => !_running.ContainsKey(x.RunId)))
            Start(asked);
    }

    /// <summary>Of several servers, goes on with what one that is silent had begun or was asked for.</summary>
    public async Task TakeOverAsync(CancellationToken ct)
    {
        await workspace.RecoverAsync(ct);
        await ResumeAsync(ct);
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
        try
        {
            var result = await ResultAsync(asked);
            if (result.State == RunState.Cancelled && _closing.IsCancellationRequested)
                await workspace.Store.SaveAsync(Queued(asked, "the server stopped; it runs at the next start"), CancellationToken.None);
            else if (result.StartedAt == default || result.Took == default)
                workspace.Store.Add(new(workspace.Clock.GetUtcNow(), asked.RunId, "run", "", result.State, result.Message ?? ""));
        }
        catch (Exception e) when (_closing.IsCancellationRequested && e is PipelineException or OperationCanceledException)
        {
            return; // the next start goes on with it
        }
        catch (Exception e)
        {
            await problems.WriteLineAsync($"{asked.Pipeline}, run {asked.RunId}: {e}");
            var ended = Queued(asked, $"{e.Message} (a defect of Cartage; the server's output says where)") with { State = await workspace.PublishedAsync(asked.RunId, CancellationToken.None) ?? RunState.Failed };
            await workspace.Store.SaveAsync(ended, CancellationToken.None);
            workspace.Store.Add(new(workspace.Clock.GetUtcNow(), asked.RunId, "run", "", ended.State, ended.Message!));
        }
        finally
        {
            _running.TryRemove(asked.RunId, out _);
        }
    }

    // While the history cannot be written a run's end cannot either; what became of the run the warehouse knows.
    async Task<RunResult> ResultAsync(AskedRun asked)
    {
        for (var isAgain = false; ; isAgain = true)
            try
            {
                if (isAgain && await workspace.PublishedAsync(asked.RunId, _closing.Token) is { } state)
                {
                    var published = Queued(asked, "it was published while the run store was away") with { State = state };
                    await workspace.Store.SaveAsync(published, CancellationToken.None);
                    return published;
                }
                return await workspace.Under(projects.Current).RunAsync(asked, _closing.Token);
            }
            catch (PipelineException e) when (e.IsTransient && !_closing.IsCancellationRequested)
            {
                await Task.Delay(Later, workspace.Clock, _closing.Token);
            }
    }

    RunEvent Asked(AskedRun asked) => new(asked.At, asked.RunId, "run", "", RunState.Queued, $"{asked.Pipeline} asked for by {asked.By}");

    RunResult Queued(AskedRun asked, string? message) => new(asked.RunId, asked.Pipeline, RunState.Queued, workspace.Span(asked.Request), asked.At, TimeSpan.Zero) { Message = message };
}
