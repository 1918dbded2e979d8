using System.Globalization;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Triggers;

/// <summary>What a schedule does when it is looked at: asks for the runs of ticks that are due, as catchup and overlap say.</summary>
public sealed class Schedules(Orders orders, Starter starter, TickStore ticks, Func<Workspace> workspace, TimeProvider clock)
{
    const int MissedOpen = 20;
    static readonly TimeSpan Soon = TimeSpan.FromMinutes(1); // missed ticks come in portions
    static readonly RunState[] Open = [RunState.Queued, RunState.Running];

    /// <summary>Does what is due and returns the next tick.</summary>
    public async Task<DateTimeOffset?> LookAsync(Pipeline pipeline, CancellationToken ct)
    {
        if (pipeline.Schedule is not { } cron)
            return null;
        var history = await ticks.ReadAsync(pipeline, () => BeginningAsync(pipeline, ct), ct);
        var (now, later) = (clock.GetUtcNow(), false);
        if (!(await workspace().Store.PausedAsync(ct)).Contains(pipeline.Name))
        {
            var room = MissedOpen - (await workspace().Store.OpenRequestsAsync(ct)).Count(r => r.Pipeline == pipeline.Name && r.Request.Behind);
            foreach (var due in DueTicks.Of(pipeline, history, now).Where(d => !starter.IsWaiting(Key(pipeline, d))))
                if (due.Behind && room-- <= 0 || !await RunAsync(pipeline, due, ct) || due.Behind)
                    later = true;
        }
        if (workspace().Cluster is not null && starter.Waiting.Any(w => w.Pipeline == pipeline.Name))
            later = true; // another server waits as well, lest this one be gone
        var next = cron.Next(now, pipeline.TimeZone);
        return later && next > now + Soon ? now + Soon : next;
    }

    // False where the tick is looked at again later.
    async Task<bool> RunAsync(Pipeline pipeline, DueTick due, CancellationToken ct)
    {
        if (!due.Behind && pipeline.Overlap == Overlap.Skip && starter.Waiting.Any(w => w.Pipeline == pipeline.Name))
            return await LeaveOutAsync(pipeline, due, "", "skipped: the run before still waits", ct);
        if (!due.Behind && await FreshOpenAsync(pipeline, ct) is { Count: > 0 } open)
            if (pipeline.Overlap == Overlap.Skip)
                return await LeaveOutAsync(pipeline, due, open[0], "skipped: the run before is still open", ct);
            else if (pipeline.Overlap == Overlap.Cancel)
                foreach (var run in open)
                    orders.Cancel(run);
        var request = new RunRequest { From = due.From, To = due.At, Behind = due.Behind, Onward = true };
        var by = $"schedule {due.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture)}";
        await starter.StartAsync(new(pipeline, request, Key(pipeline, due), by, (store, run, stop) => ticks.TakeAsync(store, pipeline, due.At, run, stop)), ct);
        return true;
    }

    // Where each tick has a run over its own interval, it comes among the missed ones.
    async Task<bool> LeaveOutAsync(Pipeline pipeline, DueTick due, string run, string why, CancellationToken ct)
    {
        if (pipeline.Catchup == Catchup.All)
            return false;
        await ticks.HandledAsync(pipeline, due.At, run, why, ct);
        return true;
    }

    // Back-fills take long and are no reason to leave a fresh run out.
    async Task<List<string>> FreshOpenAsync(Pipeline pipeline, CancellationToken ct)
    {
        var store = workspace().Store;
        var behind = (await store.OpenRequestsAsync(ct)).Where(r => r.Request.Behind).Select(r => r.RunId).ToHashSet();
        return [.. (await store.ListRunsAsync(new RunFilter(1000, pipeline.Name, Open, Brief: true), ct)).Select(r => r.RunId).Where(r => !behind.Contains(r))];
    }

    // A schedule that is first seen goes on where the pipeline's data ends, or begins at its start; without either, now.
    async Task<DateTimeOffset> BeginningAsync(Pipeline pipeline, CancellationToken ct) =>
        pipeline.Catchup == Catchup.None ? clock.GetUtcNow() : await workspace().LastEndAsync(pipeline, ct) ?? pipeline.Start ?? clock.GetUtcNow();

    static string Key(Pipeline pipeline, DueTick due) => $"{pipeline.Name}@{due.At.UtcTicks}";
}
