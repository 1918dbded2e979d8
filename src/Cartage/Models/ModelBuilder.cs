using System.Data.Common;
using System.Diagnostics;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>What a build needs to know: whether tables are built aside to be swapped in, which physical table each name reads, and the SQL with its templates filled in.</summary>
public sealed record BuildContext(bool Swap, Func<TableRead, string?> Resolve, Func<string, Model?> FindModel, Interval Interval, string Sql)
{
    /// <summary>What this run changed, by name: a table with the rows concerned, as they were and as they are; null where that is not known.</summary>
    public IReadOnlyDictionary<string, Table?> Changes { get; init; } = new Dictionary<string, Table?>();

    /// <summary>Whether the table may differ in more than follows from the changes.</summary>
    public bool Whole { get; init; } = true;

    /// <summary>Whether something built later needs to know the rows that this build changes.</summary>
    public bool TellsChanges { get; init; }

    /// <summary>A model's SQL with its templates filled in.</summary>
    public Func<Model, string> Render { get; init; } = model => model.Sql;
}

/// <summary>What a build did to its table; <paramref name="Reject"/> says why its rows must not be published.</summary>
public sealed record ModelResult(long Rows, long Inserted, long Updated, long Deleted, long Unchanged, long Closed, string? Reject = null)
{
    /// <summary>A table with the rows that changed, as they were and as they are; null where nobody asked or that is not known.</summary>
    public Table? Changes { get; init; }

    /// <summary>Dimensions that got placeholders.</summary>
    public IReadOnlyCollection<string> Inferred { get; init; } = [];

    /// <summary>Whether the table's content differs from before.</summary>
    public bool Changed => Inserted + Updated + Deleted + Closed > 0;
}

/// <summary>Turns a model's SELECT into its table: aside and whole in a swap, else by applying differences within the caller's transaction.</summary>
public sealed class ModelBuilder(DbConnection connection, Dialect dialect, Model model, BuildContext context)
{
    Table Target => context.Swap ? model.Table.Next : model.Table;
    Table New => new(Table.StagingSchema(model.Pipeline), model.Name + "__new");

    /// <summary>Builds the table.</summary>
    public async Task<ModelResult> BuildAsync(CancellationToken ct)
    {
        var touched = new Touched(connection, dialect, model, context);
        if (await touched.FindAsync(ct) && await BuildAsync($"SELECT * FROM {dialect.Quote(touched.Rows)}", touched, ct) is { } part)
            return part;
        return (await BuildAsync(await ModelReader.RewriteAsync(connection, context.Sql, context.Resolve, ct), null, ct))!;
    }

    // Of the touched rows alone, where those are known; null where the table needs other columns than it has.
    async Task<ModelResult?> BuildAsync(string select, Touched? touched, CancellationToken ct)
    {
        var dimensions = new DimensionJoin(connection, dialect, model, context);
        var (looked, reject) = await dimensions.WrapAsync(select, ct);
        var result = model.Materialization switch
        {
            Materialization.View => await ViewAsync(looked, ct),
            Materialization.FullTable table => await WholeAsync(looked, table.Key, replace: true, touched, ct),
            Materialization.Merge merge => await WholeAsync(looked, merge.Key, replace: false, touched, ct),
            Materialization.Scd2 scd2 => await WholeAsync(await new Scd2(connection, dialect, model, scd2, context).SelectAsync(looked, ct), [scd2.Surrogate], replace: true, touched, ct),
            Materialization.Append => await AppendAsync(looked, ct),
            Materialization.ReplaceInterval interval => await IntervalAsync(looked, interval.Time, ct),
            _ => throw new UnreachableException(),
        };
        return result is null ? null : result with { Reject = reject, Inferred = dimensions.Inferred };
    }

    /// <summary>Puts what was built aside in its place, within the publishing transaction; a view is made here with the names everybody sees.</summary>
    public static async Task PublishAsync(DbConnection connection, Dialect dialect, Model model, string viewSql, CancellationToken ct)
    {
        if (model.Materialization is Materialization.View)
            await connection.ExecuteAsync(
                $"DROP VIEW IF EXISTS {dialect.Quote(model.Table.Next)}; CREATE OR REPLACE VIEW {dialect.Quote(model.Table)} AS {viewSql}", ct);
        else
            await connection.ExecuteAsync(
                $"DROP TABLE IF EXISTS {dialect.Quote(model.Table)}; ALTER TABLE {dialect.Quote(model.Table.Next)} RENAME TO {dialect.Quote(model.Table.Name)}", ct);
    }

    async Task<ModelResult> ViewAsync(string select, CancellationToken ct)
    {
        await connection.ExecuteAsync($"CREATE OR REPLACE VIEW {dialect.Quote(Target)} AS {select}", ct);
        return new(0, 0, 0, 0, 0, 0);
    }

    async Task<ModelResult?> WholeAsync(string select, IReadOnlyList<string> key, bool replace, Touched? touched, CancellationToken ct)
    {
        var exists = await ExistsAsync(ct);
        if (context.Swap && (replace || !exists))
        {
            await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {dialect.Quote(Target)} AS {select}", ct);
            return await CheckKeyAsync(Target, key, await CountAsync(Target, ct), ct);
        }
        await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {dialect.Quote(New)} AS {select}", ct);
        if (context.Swap)
            await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {dialect.Quote(Target)} AS FROM {dialect.Quote(model.Table)}", ct);
        else if (!exists)
        {
            await connection.ExecuteAsync($"CREATE TABLE {dialect.Quote(Target)} AS FROM {dialect.Quote(New)}", ct);
            return await CheckKeyAsync(Target, key, await CountAsync(Target, ct), ct);
        }
        if (!await SameColumnsAsync(ct))
        {
            if (touched is not null)
                return null;
            await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {dialect.Quote(Target)} AS FROM {dialect.Quote(New)}", ct);
            return await CheckKeyAsync(Target, key, await CountAsync(Target, ct), ct);
        }
        if (key.Count == 0)
            return await ReplaceDifferentAsync(ct);
        await CheckKeyAsync(New, key, 0, ct);
        return await MergeAsync(key, replace, touched, ct);
    }

    // Small differences first, then only they are applied: what did not change is not touched.
    async Task<ModelResult> MergeAsync(IReadOnlyList<string> key, bool replace, Touched? touched, CancellationToken ct)
    {
        var columns = await ColumnsAsync(New, ct);
        var values = columns.Where(c => !key.Contains(c)).ToList();
        var same = string.Join(" AND ", key.Select(k => $"t.{dialect.Quote(k)} = n.{dialect.Quote(k)}"));
        var differs = string.Join(" OR ", values.Select(v => $"t.{dialect.Quote(v)} IS DISTINCT FROM n.{dialect.Quote(v)}").DefaultIfEmpty("false"));
        var difference = New with { Name = model.Name + "__diff" };
        var closes = model.Materialization is Materialization.Scd2 ? "_rid IS NOT NULL AND _was_current AND NOT is_current" : "false";
        await connection.ExecuteAsync(
            $"""
            CREATE OR REPLACE TABLE {dialect.Quote(difference)} AS
            SELECT n.*, t.{dialect.RowId} AS _rid{(model.Materialization is Materialization.Scd2 ? ", t.is_current AS _was_current" : "")}
            FROM {dialect.Quote(New)} n LEFT JOIN {dialect.Quote(Target)} t ON {same} WHERE t.{dialect.RowId} IS NULL OR {differs}
            """,
            ct
        );
        var counts = (await connection.QueryAsync(
            $"SELECT count(*) FILTER (WHERE _rid IS NULL), count(*) FILTER (WHERE _rid IS NOT NULL AND NOT ({closes})), count(*) FILTER (WHERE {closes}) FROM {dialect.Quote(difference)}",
            r => (Inserted: r.GetInt64(0), Updated: r.GetInt64(1), Closed: r.GetInt64(2)), ct))[0];
        var within = touched is null ? "" : $"EXISTS (SELECT 1 FROM {dialect.Quote(touched.Keys)} k WHERE {string.Join(" AND ", touched.Key.Select(k => $"k.{dialect.Quote(k)} = t.{dialect.Quote(k)}"))}) AND ";
        var gone = $"{within}NOT EXISTS (SELECT 1 FROM {dialect.Quote(New)} n WHERE {same}){(model.Materialization is Materialization.Scd2 ? " AND NOT t._inferred" : "")}";
        var changes = New with { Name = model.Name + "__changes" };
        if (context.TellsChanges)
            await connection.ExecuteAsync(
                dialect.Create(changes,
                    $"""
                    SELECT {dialect.Quote(columns)} FROM {dialect.Quote(difference)}
                    UNION ALL SELECT {dialect.Quote(columns, "t.")} FROM {dialect.Quote(Target)} t JOIN {dialect.Quote(difference)} n ON {same}
                    UNION ALL SELECT {dialect.Quote(columns, "t.")} FROM {dialect.Quote(Target)} t WHERE {(replace ? gone : "false")}
                    """),
                ct
            );
        var deleted = replace ? await connection.ExecuteAsync($"DELETE FROM {dialect.Quote(Target)} AS t WHERE {gone}", ct) : 0;
        if (counts.Updated + counts.Closed > 0)
            await connection.ExecuteAsync($"DELETE FROM {dialect.Quote(Target)} WHERE {dialect.RowId} IN (SELECT _rid FROM {dialect.Quote(difference)} WHERE _rid IS NOT NULL)", ct);
        if (counts.Inserted + counts.Updated + counts.Closed > 0)
            await connection.ExecuteAsync($"INSERT INTO {dialect.Quote(Target)} BY NAME SELECT {dialect.Quote(columns)} FROM {dialect.Quote(difference)}", ct);
        var rows = await CountAsync(Target, ct);
        return new(rows, counts.Inserted, counts.Updated, deleted, rows - counts.Inserted - counts.Updated - counts.Closed, counts.Closed) { Changes = context.TellsChanges ? changes : null };
    }

    async Task<ModelResult> ReplaceDifferentAsync(CancellationToken ct)
    {
        var (old, fresh) = (dialect.Quote(Target), dialect.Quote(New));
        var inserted = await connection.ScalarAsync<long>($"SELECT count(*) FROM (FROM {fresh} EXCEPT ALL FROM {old})", ct);
        var deleted = await connection.ScalarAsync<long>($"SELECT count(*) FROM (FROM {old} EXCEPT ALL FROM {fresh})", ct);
        if (inserted + deleted > 0)
            await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {old} AS FROM {fresh}", ct);
        var rows = await CountAsync(Target, ct);
        return new(rows, inserted, 0, deleted, rows - inserted, 0);
    }

    async Task<ModelResult> AppendAsync(string select, CancellationToken ct)
    {
        var stamp = $"TIMESTAMP '{context.Interval.Start.UtcDateTime:yyyy-MM-dd HH:mm:ss}'";
        await StartFromPresentAsync($"SELECT *, {stamp} AS \"_interval_start\" FROM ({select})", ct);
        if (await connection.ScalarAsync<bool>($"SELECT EXISTS (SELECT 1 FROM {dialect.Quote(Target)} WHERE _interval_start = {stamp})", ct))
            return new(await CountAsync(Target, ct), 0, 0, 0, await CountAsync(Target, ct), 0);
        var inserted = await connection.ExecuteAsync($"INSERT INTO {dialect.Quote(Target)} BY NAME SELECT *, {stamp} AS \"_interval_start\" FROM ({select})", ct);
        var rows = await CountAsync(Target, ct);
        return new(rows, inserted, 0, 0, rows - inserted, 0);
    }

    async Task<ModelResult> IntervalAsync(string select, string time, CancellationToken ct)
    {
        await StartFromPresentAsync(select, ct);
        var within = $"{dialect.Quote(time)} >= TIMESTAMP '{context.Interval.Start.UtcDateTime:yyyy-MM-dd HH:mm:ss}' AND {dialect.Quote(time)} < TIMESTAMP '{context.Interval.End.UtcDateTime:yyyy-MM-dd HH:mm:ss}'";
        await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {dialect.Quote(New)} AS SELECT * FROM ({select}) WHERE {within}", ct);
        var columns = dialect.Quote(await ColumnsAsync(New, ct));
        var (old, fresh) = ($"(SELECT {columns} FROM {dialect.Quote(Target)} WHERE {within})", $"(SELECT {columns} FROM {dialect.Quote(New)})");
        var inserted = await connection.ScalarAsync<long>($"SELECT count(*) FROM ({fresh} EXCEPT ALL {old})", ct);
        var deleted = await connection.ScalarAsync<long>($"SELECT count(*) FROM ({old} EXCEPT ALL {fresh})", ct);
        if (inserted + deleted > 0)
            await connection.ExecuteAsync($"DELETE FROM {dialect.Quote(Target)} WHERE {within}; INSERT INTO {dialect.Quote(Target)} BY NAME FROM {dialect.Quote(New)}", ct);
        var rows = await CountAsync(Target, ct);
        return new(rows, inserted, 0, deleted, rows - inserted, 0);
    }

    // What other intervals brought stays, in a swap too: only the SELECT's rows of this interval can be told again.
    async Task StartFromPresentAsync(string select, CancellationToken ct)
    {
        if (!await ExistsAsync(ct))
            await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {dialect.Quote(Target)} AS SELECT * FROM ({select}) LIMIT 0", ct);
        else if (context.Swap)
            await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {dialect.Quote(Target)} AS FROM {dialect.Quote(model.Table)}", ct);
        var there = (await ColumnsAsync(Target, ct)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var column in (await Catalog.DescribeAsync(connection, dialect, select, ct)).Where(c => !there.Contains(c.Name)))
            await connection.ExecuteAsync($"ALTER TABLE {dialect.Quote(Target)} ADD COLUMN {dialect.Quote(column.Name)} {column.Type}", ct);
    }

    // A merge with a key twice in its source would update twice and insert twice, without an error.
    async Task<ModelResult> CheckKeyAsync(Table table, IReadOnlyList<string> key, long rows, CancellationToken ct)
    {
        if (key.Count > 0)
        {
            var distinct = key.Count == 1 ? dialect.Quote(key[0]) : $"hash({dialect.Quote(key)})";
            if (!await connection.ScalarAsync<bool>($"SELECT count(*) = count(DISTINCT {distinct}) FROM {dialect.Quote(table)}", ct))
            {
                var twice = await connection.ScalarAsync<string>($"SELECT string_agg(k, '; ') FROM (SELECT concat_ws(', ', {dialect.Quote(key)}) AS k FROM {dialect.Quote(table)} GROUP BY {dialect.Quote(key)} HAVING count(*) > 1 LIMIT 3)", ct);
                if (twice is not null)
                    throw new PipelineException($"{model.File}: the model '{model.Name}' returns a key ({string.Join(", ", key)}) more than once: {twice}", hint: "Make its SELECT return each key once, or correct 'key'.");
            }
        }
        return new(rows, rows, 0, 0, 0, 0);
    }

    async Task<bool> SameColumnsAsync(CancellationToken ct) =>
        await connection.ScalarAsync<bool>(
            """
            SELECT coalesce(list(column_name || ' ' || data_type ORDER BY column_name) FILTER (WHERE table_schema = $s AND table_name = $t), [])
              = coalesce(list(column_name || ' ' || data_type ORDER BY column_name) FILTER (WHERE table_schema = $ns AND table_name = $n), []) FROM information_schema.columns
            """,
            ct, ("s", Target.Schema), ("t", Target.Name), ("ns", New.Schema), ("n", New.Name));

    Task<List<string>> ColumnsAsync(Table table, CancellationToken ct) =>
        connection.QueryAsync("SELECT column_name FROM information_schema.columns WHERE table_schema = $s AND table_name = $t ORDER BY ordinal_position", r => r.GetString(0), ct, ("s", table.Schema), ("t", table.Name));

    async Task<bool> ExistsAsync(CancellationToken ct) => (await ColumnsAsync(model.Table, ct)).Count > 0;

    async Task<long> CountAsync(Table table, CancellationToken ct) => await connection.ScalarAsync<long>($"SELECT count(*) FROM {dialect.Quote(table)}", ct);
}
