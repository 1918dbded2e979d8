using System.Text.Json.Serialization;
using Cartage.Checks;
using Cartage.Ingest;
using Cartage.Runs;

namespace Cartage.Host.Output;

/// <summary>A run as data, in the words of the command line; who asked for it is told of a run looked at alone.</summary>
sealed record RunData(
    string Run, string Pipeline, RunState State, DateTimeOffset From, DateTimeOffset To, DateTimeOffset StartedAt, TimeSpan Took, bool Changed, string? Message, string? Hint, string? Report,
    IReadOnlyList<RowEquation> Feeds, IReadOnlyList<TaskResult> Tasks, IReadOnlyList<CheckData> Checks)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AskedForBy { get; init; }

    public static RunData Of(RunResult run) => new(
        run.RunId, run.Pipeline, run.State, run.Interval.Start, run.Interval.End, run.StartedAt, run.Took, !RunSummary.IsUnchanged(run), run.Message, run.Hint, run.Report,
        run.Equations, run.Tasks, [.. run.Checks.Select(CheckData.Of)]);
}

/// <summary>What a check found, as data.</summary>
sealed record CheckData(string Check, string Table, string Severity, bool Passed, long Failing, long Rows, bool Accepted, string? Message, IReadOnlyList<string> Samples)
{
    public static CheckData Of(CheckResult x) => new(x.Check.Name, x.Table, x.Check.Severity.ToString().ToLowerInvariant(), x.Passed, x.Failing, x.Rows, x.Accepted, x.Message, x.Samples);
}

/// <summary>Something that happened in a run, as data.</summary>
sealed record EventData(DateTimeOffset At, string Run, string Event, string Task, RunState State, string Message)
{
    public static EventData Of(RunEvent e) => new(e.At, e.RunId, e.Kind, e.Task, e.State, e.Message);
}
