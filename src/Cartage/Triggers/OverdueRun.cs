using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Triggers;

/// <summary>A schedule that should have fired and has not, or whose run has not begun.</summary>
public sealed record OverdueRun(string Pipeline, DateTimeOffset Tick, string Why)
{
    /// <summary>What is overdue of a pipeline that is not paused: its last tick, when that is longer ago than is allowed.</summary>
    public static async Task<OverdueRun?> FindAsync(Pipeline pipeline, TickStore ticks, Starter starter, Workspace workspace, TimeSpan allowed, DateTimeOffset now, CancellationToken ct)
    {
        if (pipeline.Schedule is not { } cron || starter.Waiting.Any(w => w.Pipeline == pipeline.Name))
            return null;
        var tick = cron.Last(now - allowed, pipeline.TimeZone);
        if (await ticks.NewestAsync(pipeline, ct) is { } newest && newest.Tick >= tick)
            return newest.Tick <= now - allowed && await workspace.Store.GetRunAsync(newest.Run, ct) is { State: RunState.Queued }
                ? new(pipeline.Name, newest.Tick, $"run {newest.Run} waits and has not begun: other runs are before it")
                : null;
        var began = await ticks.BeganAsync(pipeline, ct);
        return began is null || tick <= began || await workspace.LastEndAsync(pipeline, ct) >= tick ? null : new(pipeline.Name, tick, "the schedule did not fire: the server was down, or its clock stands still");
    }
}
