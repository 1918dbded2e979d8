namespace Cartage.Runs;

/// <summary>What the user asked to run.</summary>
public sealed record RunRequest(string? Selector = null)
{
    /// <summary>The start of the interval, where given.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The end of the interval, where given.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Whether the interval is a schedule's: sources go on from where they are, for nobody asked for a part of them.</summary>
    public bool Onward { get; init; }

    /// <summary>Whether every table is rebuilt from what has landed.</summary>
    public bool FullRefresh { get; init; }

    /// <summary>The phases to run of <c>extract, load, build, check</c>; empty means all.</summary>
    public IReadOnlySet<string> Only { get; init; } = new HashSet<string>();

    /// <summary>The most objects of each feed that are loaded, the oldest first; the rest waits for the next run.</summary>
    public int? Limit { get; init; }

    /// <summary>Checks that may fail this once.</summary>
    public IReadOnlySet<string> Accept { get; init; } = new HashSet<string>();

    /// <summary>Rules whose rejected rows go to the quarantine this once.</summary>
    public IReadOnlySet<string> SetAside { get; init; } = new HashSet<string>();

    /// <summary>Whether everything is rebuilt aside from the raw zone and compared with what is published, and what happens then.</summary>
    public ReplayEnd? Replay { get; init; }

    /// <summary>The run before which an object must have been loaded to be rebuilt from; with a replay that only shows.</summary>
    public string? Before { get; init; }

    /// <summary>The only pipeline taken of those the selector means.</summary>
    public string? Pipeline { get; init; }

    /// <summary>The id of the run, where it was given out before it began; for a request of one pipeline.</summary>
    public string? RunId { get; init; }

    /// <summary>Whether it waits behind fresh runs, as a back-fill does.</summary>
    public bool Behind { get; init; }

    /// <summary>Whether the phase runs.</summary>
    public bool Runs(string phase) => Only.Count == 0 || Only.Contains(phase);
}

/// <summary>Something that happened in a run, as it happens; <paramref name="Task"/> is empty for the run itself.</summary>
public sealed record RunEvent(DateTimeOffset At, string RunId, string Kind, string Task, RunState State, string Message)
{
    /// <summary>The kind of event that tells the server whose the run is to end it.</summary>
    public const string Cancel = "cancel";
}
