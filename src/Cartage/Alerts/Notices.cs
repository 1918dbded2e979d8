using System.Globalization;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Alerts;

/// <summary>What a run's end is worth telling; pure.</summary>
public static class Notices
{
    /// <summary>The notice of a run, seen how the run before it ended (null for the first); none of one that was cancelled.</summary>
    public static Notice? Of(RunResult run, RunState? before, string? link) =>
        Kind(run.State, before) is not { } kind ? null : new Notice(kind, run.Pipeline, run.RunId, run.StartedAt + run.Took, Title(kind, run))
        {
            Facts = Facts(run),
            Error = run.Message is { } message && kind is not (NoticeKind.Succeeded or NoticeKind.Recovered) ? message : null,
            Next = run.Hint ?? Next(kind, run),
            Link = link is null ? null : $"{link.TrimEnd('/')}/runs/{run.RunId}",
        };

    /// <summary>The notice of a schedule that should have fired and has not, or whose run does not begin.</summary>
    public static Notice Overdue(Pipeline pipeline, DateTimeOffset tick, DateTimeOffset now, string why, string? link) =>
        new(NoticeKind.Overdue, pipeline.Name, null, now, $"{pipeline.Name} is overdue: it should have run at {Show(tick)}")
        {
            Facts = [$"schedule {pipeline.Schedule} ({pipeline.TimeZone.Id}), {Math.Floor((now - tick).TotalMinutes):N0} minutes late"],
            Error = why,
            Next = $"cartage run {pipeline.Name}.*",
            Link = link is null ? null : $"{link.TrimEnd('/')}/pipelines/{pipeline.Name}",
        };

    /// <summary>Whether a state is one that a recovery ends.</summary>
    public static bool IsBad(RunState? state) => state is RunState.Failed or RunState.Rejected;

    static NoticeKind? Kind(RunState state, RunState? before) =>
        state switch
        {
            RunState.Failed => NoticeKind.Failed,
            RunState.Rejected => NoticeKind.Rejected,
            RunState.Succeeded or RunState.Quarantined when IsBad(before) => NoticeKind.Recovered,
            RunState.Quarantined => NoticeKind.Quarantined,
            RunState.Succeeded => NoticeKind.Succeeded,
            _ => null,
        };

    static string Title(NoticeKind kind, RunResult run) =>
        kind switch
        {
            NoticeKind.Failed => $"{run.Pipeline} failed",
            NoticeKind.Rejected => $"{run.Pipeline} was rejected: nothing was published",
            NoticeKind.Quarantined => $"{run.Pipeline} set {Rows(run.Equations.Sum(e => e.Quarantined))} aside",
            NoticeKind.Recovered => $"{run.Pipeline} runs again",
            _ => $"{run.Pipeline} succeeded",
        };

    static IReadOnlyList<string> Facts(RunResult run)
    {
        List<string> facts = [$"data from {Show(run.Interval.Start)} to {Show(run.Interval.End)}, took {Took(run.Took)}"];
        foreach (var e in run.Equations.Where(e => e.Read > 0))
            facts.Add(string.Create(CultureInfo.InvariantCulture, $"{e.Feed}: {e.Read:N0} read, {e.Inserted:N0} new, {e.Updated:N0} changed{(e.Quarantined > 0 ? $", {e.Quarantined:N0} set aside" : "")}"));
        var failed = run.Checks.Where(c => !c.Passed).ToList();
        if (failed.Count > 0)
            facts.Add($"checks failed: {string.Join(", ", failed.Take(5).Select(c => c.Check.Name))}{(failed.Count > 5 ? $" and {failed.Count - 5} more" : "")}");
        return facts;
    }

    static string? Next(NoticeKind kind, RunResult run) =>
        kind switch
        {
            NoticeKind.Failed or NoticeKind.Rejected => $"cartage explain {run.RunId}",
            NoticeKind.Quarantined or NoticeKind.Recovered when run.Equations.FirstOrDefault(e => e.Quarantined > 0) is { } e => $"cartage quarantine show {run.Pipeline}.{e.Feed}",
            _ => null,
        };

    static string Rows(long n) => string.Create(CultureInfo.InvariantCulture, $"{n:N0} row{(n == 1 ? "" : "s")}");

    static string Show(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm' UTC'", CultureInfo.InvariantCulture);

    static string Took(TimeSpan took) => took < TimeSpan.FromMinutes(1) ? string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.#} s") : string.Create(CultureInfo.InvariantCulture, $"{took.TotalMinutes:0.#} min");
}
