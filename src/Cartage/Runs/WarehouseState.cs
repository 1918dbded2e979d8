using System.Data.Common;
using System.Runtime.CompilerServices;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Plans;
using Cartage.Projects;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>What the warehouse knows of what was published: outcomes of runs and what each model's table was built from; it commits with the tables.</summary>
static class WarehouseState
{
    // Raised when the tables of Cartage's own change their meaning, so that an older program keeps off.
    const int Format = 1;

    static readonly ConditionalWeakTable<IWarehouse, IWarehouse> Ensured = [];

    /// <summary>Creates what is not there, once for every warehouse that is opened; refuses one that a newer version has written.</summary>
    public static async Task EnsureAsync(IWarehouse warehouse, DbConnection connection, CancellationToken ct)
    {
        if (Ensured.TryGetValue(warehouse, out _))
            return;
        await Ledger.EnsureAsync(connection, ct);
        await Outbox.EnsureAsync(connection, ct);
        await connection.ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS cartage.outcomes (run VARCHAR, pipeline VARCHAR, state VARCHAR, interval_start TIMESTAMP, interval_end TIMESTAMP, finished_at TIMESTAMP);
            CREATE TABLE IF NOT EXISTS cartage.models (pipeline VARCHAR, model VARCHAR, definition VARCHAR, run VARCHAR, rows BIGINT, updated_at TIMESTAMP);
            CREATE TABLE IF NOT EXISTS cartage.feeds (pipeline VARCHAR, feed VARCHAR, definition VARCHAR);
            CREATE TABLE IF NOT EXISTS cartage.format (version INTEGER);
            """,
            ct
        );
        var format = await connection.ScalarAsync<int?>("SELECT max(version) FROM cartage.format", ct);
        if (format is null)
            await connection.ExecuteAsync($"INSERT INTO cartage.format VALUES ({Format})", ct);
        if (format > Format)
            throw new PipelineException($"the warehouse was written by a newer version (format {format}; this one knows {Format})", hint: "Use that version: this one would not understand all of its tables.");
        Ensured.AddOrUpdate(warehouse, warehouse);
    }

    /// <summary>Creates a pipeline's schemas, before anything runs in parallel.</summary>
    public static Task EnsureSchemasAsync(DbConnection connection, Dialect dialect, Pipeline pipeline, CancellationToken ct) =>
        connection.ExecuteAsync(
            string.Concat(
                new[] { Table.ModelSchema(pipeline.Name), Table.RawSchema(pipeline.Name), Table.QuarantineSchema(pipeline.Name), Table.StagingSchema(pipeline.Name) }
                    .Select(s => $"CREATE SCHEMA IF NOT EXISTS {dialect.Quote(s)};")
            ),
            ct
        );

    public static async Task<Dictionary<string, string>> DefinitionsAsync(DbConnection connection, Pipeline pipeline, CancellationToken ct) =>
        (await connection.QueryAsync("SELECT model, definition FROM cartage.models WHERE pipeline = $p", Definition.Read, ct, ("p", pipeline.Name))).ToDictionary(x => x.Of, x => x.Text);

    /// <summary>The contract under which all rows of a feed were last loaded, as <see cref="Feed.Definition"/>.</summary>
    public static async Task<Dictionary<string, string>> ContractsAsync(DbConnection connection, Pipeline pipeline, CancellationToken ct) =>
        (await connection.QueryAsync("SELECT feed, definition FROM cartage.feeds WHERE pipeline = $p", Definition.Read, ct, ("p", pipeline.Name))).ToDictionary(x => x.Of, x => x.Text);

    public static Task SetContractAsync(DbConnection connection, Feed feed, CancellationToken ct) =>
        connection.ExecuteAsync(
            "DELETE FROM cartage.feeds WHERE pipeline = $p AND feed = $f; INSERT INTO cartage.feeds VALUES ($p, $f, $d)",
            ct,
            ("p", feed.Pipeline), ("f", feed.Name), ("d", feed.Definition));

    // What a killed run left aside is no feed that was loaded.
    public static async Task<HashSet<string>> LoadedFeedsAsync(DbConnection connection, Pipeline pipeline, CancellationToken ct) =>
        [.. (await Catalog.TablesAsync(connection, Table.RawSchema(pipeline.Name), ct)).Intersect(pipeline.Feeds.Select(f => f.Name))];

    public static async Task<DateTimeOffset?> LastEndAsync(DbConnection connection, Pipeline pipeline, CancellationToken ct) =>
        await connection.ScalarAsync<DateTime?>("SELECT max(interval_end) FROM cartage.outcomes WHERE pipeline = $p", ct, ("p", pipeline.Name)) is { } end ? new DateTimeOffset(DateTime.SpecifyKind(end, DateTimeKind.Utc)) : null;

    /// <summary>Whether a run of just this interval was published.</summary>
    public static Task<bool> IsCoveredAsync(DbConnection connection, Pipeline pipeline, Interval interval, CancellationToken ct) =>
        connection.ScalarAsync<bool>(
            "SELECT count(*) > 0 FROM cartage.outcomes WHERE pipeline = $p AND interval_start = $start AND interval_end = $end",
            ct, ("p", pipeline.Name), ("start", interval.Start.UtcDateTime), ("end", interval.End.UtcDateTime));

    public static async Task<RunState?> OutcomeAsync(DbConnection connection, string run, CancellationToken ct) =>
        Enum.TryParse<RunState>(await connection.ScalarAsync<string>("SELECT state FROM cartage.outcomes WHERE run = $run", ct, ("run", run)), ignoreCase: true, out var state) ? state : null;

    public static Task AddOutcomeAsync(DbConnection connection, string run, Plan plan, RunState state, DateTimeOffset at, CancellationToken ct) =>
        connection.ExecuteAsync(
            "INSERT INTO cartage.outcomes VALUES ($run, $pipeline, $state, $start, $end, $at)",
            ct,
            ("run", run), ("pipeline", plan.Pipeline.Name), ("state", state.ToString().ToLowerInvariant()),
            ("start", plan.Interval.Start.UtcDateTime), ("end", plan.Interval.End.UtcDateTime), ("at", at.UtcDateTime));

    /// <summary>Keeps rows at their addresses, by which a run remembers those it will replace: what commits until it publishes puts no groups of rows together.</summary>
    public static Task StayAsync(DbConnection connection, Dialect dialect, CancellationToken ct) => GatherAsync(connection, dialect, 0, ct);

    /// <summary>One of a pipeline's publications in eight puts together the small groups of rows that the others leave: done each time it would be the longest part of a small one.</summary>
    public static async Task GatherAsync(DbConnection connection, Dialect dialect, Pipeline pipeline, CancellationToken ct)
    {
        if (dialect.Gather.Length > 0 && await connection.ScalarAsync<long>("SELECT count(*) % 8 FROM cartage.outcomes WHERE pipeline = $p", ct, ("p", pipeline.Name)) == 0)
            await GatherAsync(connection, dialect, 100, ct);
    }

    static Task GatherAsync(DbConnection connection, Dialect dialect, int groups, CancellationToken ct) =>
        dialect.Gather.Length == 0 ? Task.CompletedTask : connection.ExecuteAsync(string.Format(null, dialect.Gather, groups), ct);

    /// <summary>Marks models whose tables no longer follow from what they read: the next run builds them anew.</summary>
    public static async Task SetStaleAsync(DbConnection connection, Pipeline pipeline, IEnumerable<string> models, CancellationToken ct)
    {
        foreach (var model in models)
            await connection.ExecuteAsync("UPDATE cartage.models SET definition = $stale WHERE pipeline = $p AND model = $m", ct, ("stale", Plan.Stale), ("p", pipeline.Name), ("m", model));
    }

    public static Task SetModelAsync(DbConnection connection, Model model, long rows, string run, DateTimeOffset at, CancellationToken ct) =>
        connection.ExecuteAsync(
            "DELETE FROM cartage.models WHERE pipeline = $p AND model = $m; INSERT INTO cartage.models VALUES ($p, $m, $d, $run, $rows, $at)",
            ct,
            ("p", model.Pipeline), ("m", model.Name), ("d", Plan.Definition(model)), ("run", run), ("rows", rows), ("at", at.UtcDateTime));

    sealed record Definition(string Of, string Text)
    {
        public static Definition Read(DbDataReader row) => new(row.GetString(0), row.GetString(1));
    }
}
