using System.Collections.Concurrent;
using Cartage.Runs;

namespace Cartage.Host.Serving;

/// <summary>What was counted since the server started.</summary>
sealed class Counters(TimeProvider clock)
{
    readonly ConcurrentDictionary<(string Kind, string State), long> _tasks = [];
    readonly ConcurrentDictionary<int, long> _requests = [];

    /// <summary>When that was, as the clock's timestamp.</summary>
    public long Began { get; } = clock.GetTimestamp();

    /// <summary>Tasks that ended.</summary>
    public IEnumerable<(string Kind, string State, long Count)> Tasks => _tasks.Select(x => (x.Key.Kind, x.Key.State, x.Value)).Order();

    /// <summary>Requests answered.</summary>
    public IEnumerable<(int Status, long Count)> Requests => _requests.Select(x => (x.Key, x.Value)).Order();

    public void Answered(int status) => _requests.AddOrUpdate(status, 1, (_, n) => n + 1);

    /// <summary>Counts what the runs tell, until it is stopped.</summary>
    public async Task WatchAsync(RunStore store, CancellationToken ct)
    {
        try
        {
            await foreach (var e in store.FollowAsync(ct))
                if (e is { Task.Length: > 0, State: not (RunState.Running or RunState.Queued) })
                    _tasks.AddOrUpdate((e.Kind, e.State.ToString().ToLowerInvariant()), 1, (_, n) => n + 1);
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }
}
