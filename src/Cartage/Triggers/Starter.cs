using System.Collections.Concurrent;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Triggers;

/// <summary>A wish for a run: of what, why, and what is written down in the commit that asks for it; <paramref name="Key"/> tells one wish from another.</summary>
public sealed record Wish(Pipeline Pipeline, RunRequest Request, string Key, string By, Mark Mark);

/// <summary>Asks for runs, at once or when what their pipeline waits for is there; a run that waits holds nothing.</summary>
public sealed class Starter(Orders orders, Sensors sensors, Func<Workspace> workspace, TimeProvider clock) : IAsyncDisposable
{
    readonly CancellationTokenSource _closing = new();
    readonly ConcurrentDictionary<string, (Wish Wish, string For, Task Task)> _waiting = [];

    /// <summary>The pipelines that wait, and for what.</summary>
    public IReadOnlyList<(string Pipeline, string For)> Waiting => [.. _waiting.Values.Select(w => (w.Wish.Pipeline.Name, w.For))];

    /// <summary>Whether this wish waits already.</summary>
    public bool IsWaiting(string key) => _waiting.ContainsKey(key);

    /// <summary>Asks for the run, or begins to wait for what it waits for.</summary>
    public async Task StartAsync(Wish wish, CancellationToken ct)
    {
        if (wish.Pipeline.WaitFor.Count == 0)
            await AskAsync(wish, ct);
        else if (!_waiting.ContainsKey(wish.Key))
        {
            var interval = await workspace().IntervalAsync(wish.Pipeline, wish.Request, ct);
            var words = string.Join(", ", wish.Pipeline.WaitFor.Select(w => Sensors.Describe(w, interval)));
            var waiting = new Task<Task>(() => WaitAsync(wish, interval));
            if (_waiting.TryAdd(wish.Key, (wish, words, waiting.Unwrap())))
                waiting.Start(TaskScheduler.Default); // it takes itself out when it ends, so it is in before it begins
        }
    }

    /// <summary>Stops waiting; wishes that were not granted come again at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_waiting.Values.Select(w => w.Task));
        _closing.Dispose();
    }

    async Task WaitAsync(Wish wish, Interval interval)
    {
        var (began, at) = (clock.GetTimestamp(), clock.GetUtcNow());
        try
        {
            foreach (var wait in wish.Pipeline.WaitFor)
            {
                string? problem = null;
                while (!await IsThereAsync())
                {
                    var left = wait.Timeout - clock.GetElapsedTime(began);
                    if (left <= TimeSpan.Zero)
                    {
                        await FailAsync(wish, interval, at, clock.GetElapsedTime(began), wait, problem);
                        return;
                    }
                    await Task.Delay(left < wait.Every ? left : wait.Every, clock, _closing.Token);
                }

                async Task<bool> IsThereAsync()
                {
                    try
                    {
                        return await sensors.IsThereAsync(wish.Pipeline, wait, interval, _closing.Token);
                    }
                    catch (Exception e) when (e is PipelineException or System.Data.Common.DbException or IOException or UnauthorizedAccessException)
                    {
                        problem = e.Message; // a table that is not there yet is what it may wait for
                        return false;
                    }
                }
            }
            await AskAsync(wish, _closing.Token);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            _waiting.TryRemove(wish.Key, out _);
        }
    }

    Task AskAsync(Wish wish, CancellationToken ct) => orders.AskAsync(wish.Request with { Selector = $"{wish.Pipeline.Name}.*" }, wish.By, wish.Mark, ct);

    async Task FailAsync(Wish wish, Interval interval, DateTimeOffset at, TimeSpan took, WaitFor wait, string? problem)
    {
        var run = new RunResult(workspace().NewRunId(), wish.Pipeline.Name, RunState.Failed, interval, at, took)
        {
            Message = $"{wish.Pipeline.File}:{wait.Line}: waited {wait.Timeout.TotalSeconds:0.#} s for {Sensors.Describe(wait, interval)}, which did not come{(problem is null ? "" : $" ({problem})")}",
            Hint = $"Nothing was run. When it is there: cartage run {wish.Pipeline.Name}.*",
        };
        await workspace().Store.SaveAsync(run, wish.Mark, CancellationToken.None);
    }
}
