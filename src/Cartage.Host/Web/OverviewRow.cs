using Cartage.Host.Serving;
using Cartage.Projects;
using Cartage.Runs;

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
    public static IEnumerable<Alarm> Of(OverviewRow row, DateTimeOffset now)
    {
        var ended = row.Runs.FirstOrDefault(x => !Say.IsOpen(x.State));
        if (ended is { State: RunState.Failed or RunState.Rejected })
            yield return new($"{row.Pipeline.Name} {Say.State(ended.State)}", ended.Message ?? "", Links.Run(ended.RunId), ended.State == RunState.Failed ? "danger" : "warning");
        if (!row.Paused && row.Pipeline.Schedule is { } schedule && row.Runs is [var newest, ..] && schedule.Last(now, row.Pipeline.TimeZone) is var due && newest.StartedAt < due && now - due > TimeSpan.FromMinutes(10))
            yield return new($"{row.Pipeline.Name} is overdue", $"Its schedule {schedule.Text} should have fired at {Say.At(due)}; the last run started at {Say.At(newest.StartedAt)}.", Links.Pipeline(row.Pipeline.Name), "warning");
    }
}
