using Cartage.Checks;
using Cartage.Ingest;
using Cartage.Models;

namespace Cartage.Projects;

/// <summary>What the user wrote, under <paramref name="Root"/> (an absolute folder); references to variables and secrets are still unresolved text.</summary>
public sealed record Project(string Name, string Root)
{
    /// <summary>The kind of warehouse and its settings; <c>path</c> for DuckDB.</summary>
    public ConnectionSpec Warehouse { get; init; } = new("warehouse", "duckdb", new Dictionary<string, string>(), "project.yml", 1);

    /// <summary>Where runs, users and notices are written down: a DuckDB file in the state folder, or a PostgreSQL database.</summary>
    public ConnectionSpec State { get; init; } = new("state", "duckdb", new Dictionary<string, string>(), "project.yml", 1);

    /// <summary>Folders or buckets by zone: inbox, raw, processed, reports.</summary>
    public IReadOnlyDictionary<string, string> Zones { get; init; } = new Dictionary<string, string>();

    /// <summary>The outside world, by name.</summary>
    public IReadOnlyDictionary<string, ConnectionSpec> Connections { get; init; } = new Dictionary<string, ConnectionSpec>();

    /// <summary>Values for <c>${var:name}</c> and <c>{{ var.name }}</c>.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>How long raw, reports and runs are kept.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Retention { get; init; } = new Dictionary<string, TimeSpan>();

    /// <summary>How long a server of several may be silent before others take over; null where one runs alone.</summary>
    public TimeSpan? ClusterLease { get; init; }

    /// <summary>Who is told of runs, and how.</summary>
    public NotificationSettings Notifications { get; init; } = new();

    /// <summary>How events from outside prove themselves; without it, by a token only.</summary>
    public EventSettings? Events { get; init; }

    /// <summary>Its pipelines, by name.</summary>
    public IReadOnlyList<Pipeline> Pipelines { get; init; } = [];

    /// <summary>The git-ignored folder with state, warehouse, zones and logs.</summary>
    public string StateFolder => Path.Combine(Root, ".cartage");
}

/// <summary>A named system and how to reach it; values may hold unresolved references.</summary>
public sealed record ConnectionSpec(string Name, string Type, IReadOnlyDictionary<string, string> Settings, string File, int Line);

/// <summary>Feeds, models and checks under one schedule.</summary>
public sealed record Pipeline(string Name, string File)
{
    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Who answers for it.</summary>
    public string? Owner { get; init; }

    /// <summary>Labels that selectors can name.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>When it runs by itself, in its time zone.</summary>
    public Cron? Schedule { get; init; }

    /// <summary>The zone bare dates and the schedule are in.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Where the first load begins.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>What becomes of ticks that came while nothing could run.</summary>
    public Catchup Catchup { get; init; } = Catchup.Latest;

    /// <summary>What a tick does while a run is open.</summary>
    public Overlap Overlap { get; init; }

    /// <summary>What starts a run besides the schedule.</summary>
    public IReadOnlyList<Trigger> Triggers { get; init; } = [];

    /// <summary>What a run that starts by itself waits for.</summary>
    public IReadOnlyList<WaitFor> WaitFor { get; init; } = [];

    /// <summary>Who is told of its runs; else the project says.</summary>
    public NotifyRule? Notify { get; init; }

    /// <summary>How often and how patiently transient failures are tried again.</summary>
    public RetryPolicy Retry { get; init; } = new();

    /// <summary>The longest a run may take.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What prepares the systems it reads from, by hand and in this order.</summary>
    public IReadOnlyList<SetupScript> Setup { get; init; } = [];

    /// <summary>Its feeds.</summary>
    public IReadOnlyList<Feed> Feeds { get; init; } = [];

    /// <summary>Its models.</summary>
    public IReadOnlyList<Model> Models { get; init; } = [];

    /// <summary>Its free checks: queries that return the rows that are wrong.</summary>
    public IReadOnlyList<Check> Checks { get; init; } = [];
}

/// <summary>How often a task is tried in all, and how long between.</summary>
public sealed record RetryPolicy(int Attempts = 1, TimeSpan Delay = default, bool Exponential = false, TimeSpan? MaxDelay = null)
{
    /// <summary>How long to wait after an attempt, counted from 1, has failed.</summary>
    public TimeSpan DelayAfter(int attempt) => new((long)Math.Min(Delay.Ticks * (Exponential ? Math.Pow(2, attempt - 1) : 1), (MaxDelay ?? TimeSpan.FromDays(1)).Ticks));
}
