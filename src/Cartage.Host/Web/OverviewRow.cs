using Cartage.Host.Serving;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Triggers;

namespace Cartage.Host.Web;

/// <summary>A pipeline with its last runs, when it runs next by itself, and up to when its tables know the world.</summary>
sealed record OverviewRow(Pipeline Pipeline, IReadOnlyList<RunResult> Runs, bool Paused, DateTimeOffset? Next, DateTimeOffset? Fresh)
{
    const int Shown = 24;

    public static async Task<IReadOnlyList<OverviewRow>> ReadAsync(Desk desk, DateTimeOffset now, CancellationToken ct)
    {
        var runs = (await desk.Store.LastRunsAsync(Shown, ct)).ToLookup(x => x.Pipeline);
        var paused = await desk.Store.PausedAsync(ct);
        return [.. desk.Project.Pipelines.Select(x => new OverviewRow(x, [.. runs[x.Name]], paused.Contains(x.Name), x.Schedule?.Next(now, x.TimeZone), Freshest(runs[x.Name])))];
    }

    static DateTimeOffset? Freshest(IEnumerable<RunResult> runs) =>
        runs.Where(x => x.State is RunState.Succeeded or RunState.Quarantined).Select(x => (DateTimeOffset?)x.Interval.End).Max();
}

/// <summary>Something a person should look at.</summary>
sealed record Alarm(string Title, string Text, string Href, string Tone)
{
    /// <summary>Last runs that went wrong, and the schedules that are overdue.</summary>
    public static IReadOnlyList<Alarm> Of(IReadOnlyList<OverviewRow> rows, IReadOnlyList<OverdueRun> overdue) =>
        [.. rows.SelectMany(Of), .. overdue.Select(x => new Alarm($"{x.Pipeline} is overdue", $"It should have run at {Say.At(x.Tick)}: {x.Why}.", Links.Pipeline(x.Pipeline), "warning"))];

    static IEnumerable<Alarm> Of(OverviewRow row)
    {
        var ended = row.Runs.FirstOrDefault(x => !Say.IsOpen(x.State));
        if (ended is { State: RunState.Failed or RunState.Rejected })
            yield return new($"{row.Pipeline.Name} {Say.State(ended.State)}", ended.Message ?? "", Links.Run(ended.RunId), ended.State == RunState.Failed ? "danger" : "warning");
    }
}
