namespace Cartage.Projects;

/// <summary>What starts a run besides its schedule and people; <paramref name="Line"/> is where it is written.</summary>
public abstract record Trigger(int Line)
{
    /// <summary>An object appears or changes; <paramref name="Pattern"/> is a place such as <c>inbox://orders/*.csv</c>, <c>s3://bucket/orders/*.csv</c> or a path.</summary>
    public sealed record ObjectCreated(string Pattern, int Line) : Trigger(Line);

    /// <summary>A run of another pipeline published.</summary>
    public sealed record After(string Pipeline, int Line) : Trigger(Line);

    /// <summary>A run changed the rows or columns of a table, named <c>pipeline.table</c>.</summary>
    public sealed record Catalog(string Table, int Line) : Trigger(Line);

    /// <summary>A request to <c>/api/hooks/PIPELINE</c> with this key, which may be an unresolved reference.</summary>
    public sealed record Webhook(string Key, int Line) : Trigger(Line);
}

/// <summary>What must be there before a run that nobody asked for in person begins: an object by its place, or a query whose first value is true, not null and not zero.</summary>
public sealed record WaitFor(string? Object, string? Query, TimeSpan Every, TimeSpan Timeout, int Line);

/// <summary>Which of the ticks that came while nothing could run are run: none, the last, each.</summary>
public enum Catchup { None, Latest, All }

/// <summary>What a tick does while a run of its pipeline is open: nothing, wait behind it, end it.</summary>
public enum Overlap { Skip, Queue, Cancel }
