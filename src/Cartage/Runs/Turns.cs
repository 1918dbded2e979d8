using System.Collections.Concurrent;

namespace Cartage.Runs;

/// <summary>One run at a time per warehouse: fresh runs before back-fills, then in the order they came.</summary>
sealed class Turns
{
    readonly Lock _lock = new();
    readonly PriorityQueue<TaskCompletionSource, (bool Behind, long Arrival)> _waiting = new();
    readonly ConcurrentDictionary<string, CancellationTokenSource> _stops = [];
    bool _taken;
    long _arrivals;

    /// <summary>Waits for the run's turn and does the work, until the caller or <see cref="Cancel"/> ends it.</summary>
    public async Task<T> TakeAsync<T>(string runId, bool behind, Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _stops[runId] = stop;
        try
        {
            await EnterAsync(behind, stop.Token);
            try
            {
                return await work(stop.Token);
            }
            finally
            {
                Leave();
            }
        }
        finally
        {
            _stops.TryRemove(runId, out _);
        }
    }

    /// <summary>Ends a run that waits or works; false where there is none of that id.</summary>
    public bool Cancel(string runId)
    {
        if (!_stops.TryGetValue(runId, out var stop))
            return false;
        try
        {
            stop.Cancel();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false; // it has ended this moment
        }
    }

    async Task EnterAsync(bool behind, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!_taken)
            {
                _taken = true;
                return;
            }
            _waiting.Enqueue(turn, (behind, _arrivals++));
        }
        await using var given = ct.Register(() => turn.TrySetCanceled(ct));
        await turn.Task;
    }

    // Whoever gave up waiting is passed over.
    void Leave()
    {
        lock (_lock)
        {
            while (_waiting.TryDequeue(out var next, out _))
                if (next.TrySetResult())
                    return;
            _taken = false;
        }
    }
}
