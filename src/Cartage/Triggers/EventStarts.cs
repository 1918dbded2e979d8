using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Triggers;

/// <summary>Asks for one run for all that has happened to a pipeline: not before it is quiet for a moment, not while a run is open that may have begun before it, and again when that run failed.</summary>
public sealed class EventStarts(Orders orders, Starter starter, EventInbox inbox, Func<Workspace> workspace, TimeProvider clock)
{
    static readonly RunState[] Open = [RunState.Queued, RunState.Running];
    static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(400), Longest = TimeSpan.FromSeconds(5);

    /// <summary>Asks for what can be asked for now; true where events wait for quiet or for a run's end.</summary>
    public async Task<bool> PassAsync(CancellationToken ct)
    {
        var pending = await inbox.PendingAsync(ct);
        if (pending.Count == 0)
            return false;
        var store = workspace().Store;
        var paused = await store.PausedAsync(ct);
        var open = (await store.ListRunsAsync(new RunFilter(1000, null, Open, Brief: true), ct)).Select(r => r.Pipeline).ToHashSet();
        var now = clock.GetUtcNow();
        var later = false;
        foreach (var events in pending.Where(p => !paused.Contains(p.Pipeline)))
            if (orders.Project().Pipelines.FirstOrDefault(p => p.Name == events.Pipeline) is not { } pipeline)
                await inbox.DropAsync(events, ct); // the pipeline is gone
            else if (events.NotBefore is not { } next)
                continue;
            else if (next > now || open.Contains(events.Pipeline) || now - events.Last < Quiet && now - events.Since < Longest || starter.IsWaiting(Key(pipeline)))
                later = true;
            else
                await starter.StartAsync(new(pipeline, new(), Key(pipeline), Words(events), (store, run, stop) => inbox.TakeAsync(store, events, run, stop)), ct);
        return later;
    }

    static string Key(Pipeline pipeline) => $"{pipeline.Name}!";

    static string Words(PendingEvents events) => events.Count == 1 ? events.First : $"{events.Count:N0} events, first {events.First}";
}
