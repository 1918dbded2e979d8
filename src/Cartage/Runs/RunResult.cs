using Cartage.Checks;
using Cartage.Ingest;

namespace Cartage.Runs;

/// <summary>How a run or a task stands.</summary>
public enum RunState { Queued, Running, Succeeded, Quarantined, Rejected, Failed, Cancelled, Skipped }

/// <summary>What a run of one pipeline came to.</summary>
public sealed record RunResult(string RunId, string Pipeline, RunState State, Interval Interval, DateTimeOffset StartedAt, TimeSpan Took)
{
    /// <summary>Its tasks, in the order they ended.</summary>
    public IReadOnlyList<TaskResult> Tasks { get; init; } = [];

    /// <summary>Where the rows of each feed went.</summary>
    public IReadOnlyList<RowEquation> Equations { get; init; } = [];

    /// <summary>What the checks found.</summary>
    public IReadOnlyList<CheckResult> Checks { get; init; } = [];

    /// <summary>What a replay found every table to differ in.</summary>
    public IReadOnlyList<Warehouses.TableDifference> Differences { get; init; } = [];

    /// <summary>Rules of feeds that rows broke and came in all the same.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Why it did not succeed, in one message.</summary>
    public string? Message { get; init; }

    /// <summary>Whether it failed for what the user wrote; known to who asked for the run, and not kept.</summary>
    public bool IsMistake { get; init; }

    /// <summary>What to do next.</summary>
    public string? Hint { get; init; }

    /// <summary>The path of its HTML quality report.</summary>
    public string? Report { get; init; }

    /// <summary>Whether every table was built anew from all that has landed.</summary>
    public bool IsAnew => Tasks.Any(x => x is { Kind: "publish", Why: Swapped });

    internal const string Swapped = "one transaction, by swap";
}

/// <summary>What a task came to: its kind (<c>extract</c>, <c>load</c>, <c>build</c>, <c>check</c>, <c>publish</c>, <c>report</c>), counts, and why it ran or was skipped.</summary>
public sealed record TaskResult(string Kind, string Name, RunState State, DateTimeOffset StartedAt, TimeSpan Took, string Why)
{
    /// <summary>Rows in its table afterwards, where it has one.</summary>
    public long? Rows { get; init; }

    /// <summary>Rows added.</summary>
    public long Inserted { get; init; }

    /// <summary>Rows changed in place.</summary>
    public long Updated { get; init; }

    /// <summary>Rows removed.</summary>
    public long Deleted { get; init; }

    /// <summary>Rows looked at and left alone.</summary>
    public long Unchanged { get; init; }

    /// <summary>Versions that ended.</summary>
    public long Closed { get; init; }

    /// <summary>Where what it wrote is: the report, the exported files.</summary>
    public string? Place { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Message { get; init; }
}
