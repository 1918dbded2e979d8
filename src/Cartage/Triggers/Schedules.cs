using System.Globalization;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Triggers;

/// <summary>What a schedule does when it is looked at: asks for the runs of ticks that are due, as catchup and overlap say.</summary>
public sealed class Schedules(Orders orders, Starter starter, TickStore ticks, Func<Workspace> workspace, TimeProvider clock)
{
    static readonly RunState[] Open = [RunState.Queued, RunState.Running];

    /// <summary>Does what is due and returns the next tick.</summary>
    public async Task<DateTimeOffset?> LookAsync(Pipeline pipeline, CancellationToken ct)
    {
        if (pipeline.Schedule is not { } cron)
            return null;
        var history = await ticks.ReadAsync(pipeline, () => BeginningAsync(pipeline, ct), ct);
        var now = clock.GetUtcNow();
        if (!(await workspace().Store.PausedAsync(ct)).Contains(pipeline.Name))
            foreach (var due in DueTicks.Of(pipeline, history, now).Where(d => !starter.IsWaiting(Key(pipeline, d))))
                await RunAsync(pipeline, due, ct);
        return cron.Next(now, pipeline.TimeZone);
    }

    async Task RunAsync(Pipeline pipeline, DueTick due, CancellationToken ct)
    {
        if (!due.Behind && await FreshOpenAsync(pipeline, ct) is { Count: > 0 } open)
            if (pipeline.Overlap == Overlap.Skip)
            {
                await ticks.HandledAsync(pipeline, due.At, open[0], "skipped: the run before is still open", ct);
                return;
            }
            else if (pipeline.Overlap == Overlap.Cancel)
                foreach (var run in open)
                    orders.Cancel(run);
        var request = new RunRequest { From = due.From, To = due.At, Behind = due.Behind };
        var by = $"schedule {due.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture)}";
        await starter.StartAsync(new(pipeline, request, Key(pipeline, due), by, (run, stop) => ticks.HandledAsync(pipeline, due.At, run, "asked", stop)), ct);
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
