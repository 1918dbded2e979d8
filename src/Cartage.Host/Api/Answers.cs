using Cartage.Runs;

namespace Cartage.Host.Api;

/// <summary>Why a request was refused, and what to do about it.</summary>
sealed record Refusal(string Error, string? Hint);

/// <summary>The ids of runs that were asked for.</summary>
sealed record StartedRuns(IReadOnlyList<string> Runs);

/// <summary>A run that something was done to.</summary>
sealed record RunAnswer(string Run);

/// <summary>What happened in a run.</summary>
sealed record LogLine(long Seq, DateTimeOffset At, string Event, string Task, RunState State, string Message);

/// <summary>How the project stands; counts are those of the last day.</summary>
sealed record OverviewAnswer(string Project, string Version, long Running, long Queued, long LastDay, long FailedOrRejected, long InQuarantine, IReadOnlyList<AlarmAnswer> Alarms, IReadOnlyList<string> Mistakes);

/// <summary>What somebody should look at, and the page that shows it.</summary>
sealed record AlarmAnswer(string Title, string Text, string Page);

/// <summary>What a pipeline's checks found in its last runs.</summary>
sealed record QualityAnswer(string? Pipeline, IReadOnlyList<ReportAnswer> Reports, IReadOnlyList<CheckHistory> Checks);

/// <summary>A quality report in figures: checks and rows.</summary>
sealed record ReportAnswer(string Run, RunState State, DateTimeOffset StartedAt, int Checks, int Passed, int Failed, long Read, long Quarantined);

/// <summary>What a check found in each run; nothing in one that did not make it.</summary>
sealed record CheckHistory(string Check, string Table, string Severity, IReadOnlyList<CheckedRun> Runs);

/// <summary>What a check found in a run.</summary>
sealed record CheckedRun(string Run, bool? Passed, bool? Accepted, long? Failing);

/// <summary>What the project is joined to.</summary>
sealed record ConnectionsAnswer(WarehouseAnswer Warehouse, IReadOnlyDictionary<string, string> Zones, IReadOnlyList<ConnectionAnswer> Connections);

/// <summary>Where the tables are.</summary>
sealed record WarehouseAnswer(string Type, string? Where);

/// <summary>A connection, and where it is written.</summary>
sealed record ConnectionAnswer(string Connection, string Type, string? Where, string WrittenIn);

/// <summary>A pipeline with its newest runs.</summary>
record PipelineAnswer(
    string Pipeline, string? Description, string? Owner, IReadOnlyList<string> Tags, string? Schedule, string Timezone, bool Paused, DateTimeOffset? Next, DateTimeOffset? DataUpTo,
    IReadOnlyList<string> Feeds, IReadOnlyList<ModelAnswer> Models, string? LastRun, RunState? State, IReadOnlyList<BriefRun> LastRuns);

/// <summary>A pipeline with the graph of its feeds and models.</summary>
sealed record PipelineGraph : PipelineAnswer
{
    public PipelineGraph(PipelineAnswer pipeline) : base(pipeline)
    {
    }

    public required IReadOnlyList<NodeAnswer> Nodes { get; init; }

    public required IReadOnlyList<EdgeAnswer> Edges { get; init; }
}

/// <summary>A model and its kind.</summary>
sealed record ModelAnswer(string Model, string Kind);

/// <summary>A run in a list of a pipeline's last ones.</summary>
sealed record BriefRun(string Run, RunState State, DateTimeOffset StartedAt, TimeSpan Took);

/// <summary>A feed, model, check or export, and what the newest run made of it.</summary>
sealed record NodeAnswer(string Name, string Kind, RunState? State, long? Rows, string? Why);

/// <summary>What is built from what.</summary>
sealed record EdgeAnswer(string From, string To);

/// <summary>When a pipeline runs by itself.</summary>
sealed record ScheduleAnswer(
    string Pipeline, string? Schedule, string? Timezone, DateTimeOffset? Next, bool Paused, int Triggers, IReadOnlyList<string> WaitsFor, long EventsWaiting, DateTimeOffset? EventsNext, string? Overdue);

/// <summary>Whether a pipeline runs by itself.</summary>
sealed record PausedAnswer(string Pipeline, bool Paused);

/// <summary>A table and how many rows it has; a view has no count.</summary>
record TableAnswer(string Schema, string Table, string Kind, string Pipeline, long? Rows, string? Description);

/// <summary>A table in the list of all.</summary>
sealed record ListedTable : TableAnswer
{
    public ListedTable(TableAnswer table) : base(table)
    {
    }

    public required DateTimeOffset? LastBuilt { get; init; }
}

/// <summary>A table with its columns, its SQL, and what it is made of and read by.</summary>
sealed record TableDetails : TableAnswer
{
    public TableDetails(TableAnswer table) : base(table)
    {
    }

    public required string? File { get; init; }

    public required string? Sql { get; init; }

    public required IReadOnlyList<ColumnAnswer> Columns { get; init; }

    public required IReadOnlyList<string> Reads { get; init; }

    public required IReadOnlyList<string> ReadBy { get; init; }
}

/// <summary>A column, whether it is hidden from who asks, and the columns it comes from.</summary>
sealed record ColumnAnswer(string Column, string Type, string? Description, bool Hidden, IReadOnlyList<string> From);

/// <summary>What a table's columns hold; without a run, now.</summary>
sealed record ProfileAnswer(string? Run, long? Rows, IReadOnlyList<ColumnFigures> Columns);

/// <summary>What a column holds; distinct values only where they were counted.</summary>
sealed record ColumnFigures(string Column, string Type, long Nulls, long? Distinct, string? Min, string? Max, double? Mean);

/// <summary>How many rows a table had at a time.</summary>
sealed record RowsAt(DateTimeOffset At, long Rows);

/// <summary>An object in the raw zone that was loaded.</summary>
sealed record ObjectAnswer(string Object, long Bytes, string Status, string? Reason, string Run, DateTimeOffset LoadedAt);

/// <summary>Rows of a feed that wait in quarantine.</summary>
sealed record WaitingRows(string Pipeline, string Feed, string Rules, long Rows, string Example);

/// <summary>Some of a feed's rows in quarantine, how many there are, and the rules they break.</summary>
sealed record QuarantineAnswer(long Total, IReadOnlyList<string> Rules, IReadOnlyList<QuarantinedRow> Rows);

/// <summary>A row in quarantine, as it came and by column.</summary>
sealed record QuarantinedRow(Guid Id, string Reason, string Rules, string Object, long Record, string? Raw, string Run, DateTimeOffset FirstSeen, string Status, IReadOnlyDictionary<string, string?> Values);

/// <summary>How many rows were changed.</summary>
sealed record ChangedRows(long Rows);

/// <summary>A user.</summary>
sealed record UserAnswer(string User, string Role, bool HasPassword, DateTimeOffset ChangedAt);

/// <summary>A user that something was done to.</summary>
sealed record NamedUser(string? User);

/// <summary>An address that lets in once.</summary>
sealed record LinkAnswer(string Link);

/// <summary>A token without its secret.</summary>
sealed record TokenAnswer(string Token, string User, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, bool Revoked);

/// <summary>A token with its secret, which is told this once.</summary>
sealed record NewToken(string Token, string Secret, DateTimeOffset? ExpiresAt);

/// <summary>A token that something was done to.</summary>
sealed record NamedToken(string Token);

/// <summary>What became of an event about objects: how many it names, how many of them are news, and records that were not understood.</summary>
sealed record ObjectsAnswer(int Objects, long New, int Others, IReadOnlyList<string> Unread);

/// <summary>What became of a call of a webhook; nothing is new where the same key called before.</summary>
sealed record HookAnswer(string Pipeline, long New);
