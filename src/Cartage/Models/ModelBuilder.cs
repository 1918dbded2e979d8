using System.Data.Common;
using System.Diagnostics;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>What a build needs to know: whether tables are built anew and aside, which physical table each name reads, and the SQL with its templates filled in.</summary>
public sealed record BuildContext(bool Swap, Func<TableRead, string?> Resolve, Func<string, Model?> FindModel, Interval Interval, string Sql)
{
    /// <summary>What this run changed, by name: a table with the rows concerned, as they were and as they are; null where that is not known.</summary>
    public IReadOnlyDictionary<string, Table?> Changes { get; init; } = new Dictionary<string, Table?>();

    /// <summary>Whether the table may differ in more than follows from the changes.</summary>
    public bool Whole { get; init; } = true;

    /// <summary>Whether something built later needs to know the rows that this build changes.</summary>
    public bool TellsChanges { get; init; }

    /// <summary>Whether what is published is built again, and nothing that is new.</summary>
    public bool Replays { get; init; }

    /// <summary>A model's SQL with its templates filled in.</summary>
    public Func<Model, string> Render { get; init; } = model => model.Sql;
}

/// <summary>What a build did to its table; <paramref name="Aside"/> is where its rows are until they are published, null where they are in the table; <paramref name="Reject"/> says why they must not be.</summary>
public sealed record ModelResult(long Rows, long Inserted, long Updated, long Deleted, long Unchanged, long Closed, Table? Aside = null, string? Reject = null)
{
    /// <summary>A table with the rows that changed, as they were and as they are; null where nobody asked or that is not known.</summary>
    public Table? Changes { get; init; }

    /// <summary>Columns whose values were found to be another in each of the table's rows; none where nobody looked at all of them.</summary>
    public IReadOnlyList<string> Distinct { get; init; } = [];

    /// <summary>Dimensions that got placeholders.</summary>
    public IReadOnlyCollection<string> Inferred { get; init; } = [];

    /// <summary>Whether the table's content differs from before.</summary>
    public bool Changed => Inserted + Updated + Deleted + Closed > 0;
}

/// <summary>Turns a model's SELECT into its table: aside and whole in a swap, else by applying differences within the caller's transaction; aside, too, where its columns change and readers would have to wait.</summary>
public sealed class ModelBuilder(DbConnection connection, DbConnection parser, Dialect dialect, Model model, BuildContext context)
{
    bool _aside = context.Swap;

    Table Target => _aside ? model.Table.Next : model.Table;
    Table New => new(Table.StagingSchema(model.Pipeline), model.Name + "__new");
    Table Difference => New with { Name = model.Name + "__diff" };
    Table Was => New with { Name = model.Name + "__was" };

    /// <summary>Builds the table.</summary>
    public async Task<ModelResult> BuildAsync(CancellationToken ct)
    {
        var touched = new Touched(connection, parser, dialect, model, context);
        var result = await touched.FindAsync(ct) ? await BuildAsync($"SELECT * FROM {dialect.Quote(touched.Rows)}", touched, ct) : null;
        result ??= await BuildAsync(await ModelReader.RewriteAsync(parser, context.Sql, context.Resolve, ct), null, ct);
        if (model.Materialization is not Materialization.View)
            await new Publication(connection, dialect).DropAsync([touched.Rows, New, Was, Difference], ct);
        return result!;
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
        return result is null ? null : result with { Aside = _aside ? Target : null, Reject = reject, Inferred = dimensions.Inferred };
    }

    /// <summary>Puts what was built aside in its place, within the publishing transaction; a view is made here with the names everybody sees.</summary>
    public static async Task PublishAsync(Publication publication, Model model, string viewSql, CancellationToken ct)
    {
        if (model.Materialization is not Materialization.View)
            await publication.PutInPlaceAsync(model.Table, model.Table.Next, new(Table.StagingSchema(model.Pipeline), model.Name + "__diff"), ct);
        else
            await publication.ReplaceViewAsync(model.Table, viewSql, View(model), ct);
    }

    static Table View(Model model) => new(Table.StagingSchema(model.Pipeline), model.Name + "__view");

    async Task<ModelResult> ViewAsync(string select, CancellationToken ct)
    {
        _aside = context.Swap || !dialect.SwapsUnseen;
        await new Publication(connection, dialect).ReplaceViewAsync(Target, select, View(model), ct);
        return new(0, 0, 0, 0, 0, 0);
    }

    async Task<ModelResult?> WholeAsync(string select, IReadOnlyList<string> key, bool replace, Touched? touched, CancellationToken ct)
    {
        var exists = await ExistsAsync(ct);
        if (!exists || (context.Swap && replace))
            return await CreateAsync(select, key, ct);
        await connection.ExecuteAsync(dialect.Create(New, await CollatedAsync(select, ct)), ct);
        if (context.Swap)
            await connection.ExecuteAsync(await CreateTargetAsync($"SELECT * FROM {dialect.Quote(model.Table)}", ct), ct);
        var columns = await ColumnsAsync(New, ct);
        if (!columns.ToHashSet().SetEquals(await ColumnsAsync(Target, ct)) || touched is null && !await MayBeMergedIntoAsync(key, replace, ct))
        {
            if (touched is not null)
                return null;
            _aside |= !dialect.SwapsUnseen;
            return await CreateAsync($"SELECT {Names(columns)} FROM {dialect.Quote(New)}", key, ct);
        }
        if (key.Count == 0)
            return await ReplaceAsync(columns, "true", ct);
        await CheckKeyAsync(New, key, ct);
        return await MergeAsync(columns, key, replace, touched, ct);
    }

    async Task<ModelResult> CreateAsync(string select, IReadOnlyList<string> key, CancellationToken ct)
    {
        await connection.ExecuteAsync(await CreateTargetAsync(await CollatedAsync(select, ct), ct), ct);
        await CheckKeyAsync(Target, key, ct);
        var rows = await CountAsync(Target, ct);
        return new(rows, rows, 0, 0, 0, 0) { Distinct = key };
    }

    // Small differences first, then only they are applied: what did not change is not touched. Of touched keys what was there is read once, so that the rest looks at few rows.
    async Task<ModelResult> MergeAsync(IReadOnlyList<Column> columns, IReadOnlyList<string> key, bool replace, Touched? touched, CancellationToken ct)
    {
        string SameKey(string a, string b) => string.Join(" AND ", key.Select(k => $"{a}.{dialect.Quote(k)} = {b}.{dialect.Quote(k)}"));
        var (target, difference, isScd2) = (dialect.Quote(Target.Name), dialect.Quote(Difference), model.Materialization is Materialization.Scd2);
        var (there, address) = (dialect.Quote(Target), dialect.RowsStay ? $"t.{dialect.RowId}" : $"CASE WHEN t.{dialect.Quote(key[0])} IS NOT NULL THEN 1 END");
        if (touched is not null)
        {
            var was = $"SELECT {Names(columns, "t.")}, {address} AS _rid FROM {there} t";
            var unknown = isScd2 ? $" UNION ALL {was} WHERE t.{dialect.Quote(touched.Key[0])} IS NULL" : "";
            await connection.ExecuteAsync(dialect.Create(Was, $"{was} JOIN {dialect.Quote(touched.Keys)} k ON {string.Join(" AND ", touched.Key.Select(k => $"k.{dialect.Quote(k)} = t.{dialect.Quote(k)}"))}{unknown}"), ct);
            (there, address) = (dialect.Quote(Was), "t._rid");
        }
        var differs = string.Join(" OR ", columns.Where(c => !key.Contains(c.Name)).Select(c => dialect.Differ("t." + dialect.Quote(c.Name), "n." + dialect.Quote(c.Name))).DefaultIfEmpty("false"));
        var closes = isScd2 ? "_rid IS NOT NULL AND _was_current AND NOT is_current" : "1 = 0";
        await connection.ExecuteAsync(
            dialect.Create(Difference, $"""
                SELECT {Names(columns, "n.")}, {address} AS _rid{(isScd2 ? ", t.is_current AS _was_current" : "")}
                FROM {dialect.Quote(New)} n LEFT JOIN {there} t ON {SameKey("t", "n")} WHERE {address} IS NULL OR {differs}
                """),
            ct
        );
        var lacking = string.Join(" OR ", key.Select(k => $"{dialect.Quote(k)} IS NULL"));
        var (inserted, updated, closed, keyless) = (await connection.QueryAsync(
            $"SELECT count(CASE WHEN _rid IS NULL THEN 1 END), count(CASE WHEN _rid IS NOT NULL AND NOT ({closes}) THEN 1 END), count(CASE WHEN {closes} THEN 1 END), count(CASE WHEN {lacking} THEN 1 END) FROM {difference}",
            r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3)), ct))[0];
        string Gone(string t) => $"NOT EXISTS (SELECT 1 FROM {dialect.Quote(New)} n WHERE {SameKey("n", t)}){(isScd2 ? $" AND NOT {t}._inferred" : "")}";
        var deleted = replace ? await connection.ScalarAsync<long>($"SELECT count(*) FROM {there} t WHERE {Gone("t")}", ct) : 0;
        var changes = New with { Name = model.Name + "__changes" };
        if (context.TellsChanges)
            await connection.ExecuteAsync(
                dialect.Create(changes, $"""
                    SELECT {Names(columns)} FROM {difference}
                    UNION ALL SELECT {Names(columns, "t.")} FROM {there} t JOIN {difference} n ON {SameKey("t", "n")}
                    {(deleted > 0 ? $"UNION ALL SELECT {Names(columns, "t.")} FROM {there} t WHERE {Gone("t")}" : "")}
                    """),
                ct
            );
        var at = dialect.RowsStay ? $"{target}.{dialect.RowId} = d._rid" : $"d._rid IS NOT NULL AND {SameKey(target, "d")}";
        if (deleted > 0)
            await connection.ExecuteAsync($"DELETE FROM {dialect.Quote(Target)} {(touched is null ? $"WHERE {Gone(target)}" : $"USING {there} d WHERE {at} AND {Gone("d")}")}", ct);
        if (updated + closed > 0)
            await connection.ExecuteAsync($"DELETE FROM {dialect.Quote(Target)} USING {difference} d WHERE {at}", ct);
        // No key equals one of which a part is missing: without this such a row would be there once more whenever it is built.
        if (keyless > 0 && !replace)
        {
            var again = await connection.ExecuteAsync($"DELETE FROM {dialect.Quote(Target)} USING (SELECT * FROM {difference} WHERE {lacking}) d WHERE {string.Join(" AND ", key.Select(k => $"coalesce(NOT ({dialect.Differ($"{target}.{dialect.Quote(k)}", $"d.{dialect.Quote(k)}")}), true)"))}", ct);
            (inserted, updated) = (inserted - again, updated + again);
        }
        if (inserted + updated + closed > 0)
            await connection.ExecuteAsync($"INSERT INTO {dialect.Quote(Target)} ({Names(columns)}) SELECT {Names(columns)} FROM {difference}", ct);
        var rows = await CountAsync(Target, ct);
        return new(rows, inserted, updated, deleted, rows - inserted - updated - closed, closed) { Changes = context.TellsChanges ? changes : null };
    }

    async Task<ModelResult> AppendAsync(string select, CancellationToken ct)
    {
        var (from, to) = (Sql.Timestamp(context.Interval.Start), Sql.Timestamp(context.Interval.End));
        var stamped = $"SELECT s.*, {from} AS \"_interval_start\", {to} AS \"_interval_end\" FROM ({select}) AS s";
        await StartAsync(stamped, ct);
        if (await IsHeldAsync(from, to, ct))
        {
            var there = await CountAsync(Target, ct);
            return new(there, 0, 0, 0, there, 0);
        }
        var columns = await Catalog.DescribeAsync(connection, dialect, stamped, ct);
        var inserted = await connection.ExecuteAsync($"INSERT INTO {dialect.Quote(Target)} ({Names(columns)}) SELECT {Names(columns)} FROM ({stamped}) AS n", ct);
        var rows = await CountAsync(Target, ct);
        return new(rows, inserted, 0, 0, rows - inserted, 0);
    }

    // All of it, or none: of half an interval nobody can tell the rows that are missing from those that are there.
    async Task<bool> IsHeldAsync(string from, string to, CancellationToken ct)
    {
        // Rows of a version that did not write the end down: of an interval that begins where this one does they are those of this one.
        var held = await connection.QueryAsync(
            $"""
            SELECT * FROM (SELECT DISTINCT _interval_start, coalesce(_interval_end, CASE WHEN _interval_start = {from} THEN {to} ELSE _interval_start END) AS _until FROM {dialect.Quote(Target)}) AS h
            WHERE _interval_start < {to} AND _until > {from} OR _interval_start = {from} AND _until = {to} ORDER BY 1, 2
            """,
            r => new Interval(Utc(r.GetDateTime(0)), Utc(r.GetDateTime(1))), ct);
        if (held.Count == 0 || context.Replays)
            return held.Count > 0;
        var until = held.Aggregate(held[0].Start <= context.Interval.Start ? context.Interval.Start : held[0].Start, (end, next) => next.Start <= end && next.End > end ? next.End : end);
        if (held[0].Start <= context.Interval.Start && until >= context.Interval.End)
            return true;
        var rest = held[0].Start > context.Interval.Start ? From(context.Interval.Start, held[0].Start) : From(until, context.Interval.End);
        throw new PipelineException(
            $"{model.File}: the model '{model.Name}' holds the rows of {held[0]}, a part of {context.Interval}: they would be there twice",
            hint: $"Nothing was published. Run what it has not: cartage run {model.Pipeline}.* {rest}. A model that is to hold an interval as it was last built is 'kind: interval'.") { Rejects = true };

        static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
        static string From(DateTimeOffset start, DateTimeOffset end) => $"--from {Interval.Text(start)} --to {Interval.Text(end)}";
    }

    async Task<ModelResult> IntervalAsync(string select, string time, CancellationToken ct)
    {
        await StartAsync(select, ct);
        var within = $"{dialect.Quote(time)} >= {Sql.Timestamp(context.Interval.Start)} AND {dialect.Quote(time)} < {Sql.Timestamp(context.Interval.End)}";
        await connection.ExecuteAsync(dialect.Create(New, await CollatedAsync($"SELECT * FROM ({select}) AS s WHERE {within}", ct)), ct);
        return await ReplaceAsync(await ColumnsAsync(New, ct), within, ct);
    }

    async Task<ModelResult> ReplaceAsync(IReadOnlyList<Column> columns, string where, CancellationToken ct)
    {
        var names = columns.Select(c => c.Name).ToList();
        var (inserted, deleted) = await new Publication(connection, dialect).ReplaceRowsAsync(Target, New, names, names, Difference, where, ct);
        var rows = await CountAsync(Target, ct);
        return new(rows, inserted, 0, deleted, rows - inserted, 0);
    }

    // What other intervals brought stays, in a swap too: only the SELECT's rows of this interval can be told again.
    async Task StartAsync(string select, CancellationToken ct)
    {
        var columns = await Catalog.DescribeAsync(connection, dialect, select, ct);
        if (!await ExistsAsync(ct))
            await connection.ExecuteAsync(await CreateTargetAsync($"SELECT * FROM ({await CollatedAsync(select, ct)}) AS e WHERE 1 = 0", ct), ct);
        else if (context.Swap)
            await connection.ExecuteAsync(await CreateTargetAsync($"SELECT * FROM {dialect.Quote(model.Table)}", ct), ct);
        await new Publication(connection, dialect).AddColumnsAsync(Target, columns, ct);
    }

    // What was a view until now is as good as nothing: a table takes its place.
    async Task<bool> ExistsAsync(CancellationToken ct)
    {
        var kind = await Catalog.KindAsync(connection, model.Table, ct);
        if (kind != "VIEW")
            return kind is not null;
        if (dialect.SwapsUnseen && !context.Swap)
            await connection.ExecuteAsync($"DROP VIEW {dialect.Quote(model.Table)}", ct);
        _aside |= !dialect.SwapsUnseen;
        return false;
    }

    // A merge with a key twice in its source would update twice and insert twice, without an error.
    async Task CheckKeyAsync(Table table, IReadOnlyList<string> key, CancellationToken ct)
    {
        if (await TwiceAsync(table, key, ct) is { Count: > 0 } twice)
            throw new PipelineException($"{model.File}: the model '{model.Name}' returns a key ({string.Join(", ", key)}) more than once: {string.Join("; ", twice)}", hint: "Make its SELECT return each key once, or correct 'key'.");
    }

    // The table may be of a time when the key had more columns; rows of a merge that its SELECT no longer returns cannot be made anew.
    async Task<bool> MayBeMergedIntoAsync(IReadOnlyList<string> key, bool replace, CancellationToken ct)
    {
        if (await TwiceAsync(Target, key, ct) is not { Count: > 0 } twice)
            return true;
        return replace
            ? false
            : throw new PipelineException($"{model.File}: the table of '{model.Name}' holds rows that its key ({string.Join(", ", key)}) does not tell apart: {string.Join("; ", twice)}", hint: "Nothing was published. Set 'key' back, or give the model another name, so that its table begins anew.");
    }

    // Some of the keys that a table has more than once.
    async Task<IReadOnlyList<string>> TwiceAsync(Table table, IReadOnlyList<string> key, CancellationToken ct) =>
        key.Count == 0 || await connection.AreDistinctAsync(dialect, table, key, ct)
            ? []
            : await connection.QueryAsync(
                $"SELECT {string.Join(", ", key.Select(k => $"CAST({dialect.Quote(k)} AS {dialect.Text})"))} FROM {dialect.Quote(table)} GROUP BY {dialect.Quote(key)} HAVING count(*) > 1 ORDER BY {dialect.Quote(key)} LIMIT 3",
                r => string.Join(", ", Enumerable.Range(0, key.Count).Select(i => r.IsDBNull(i) ? "NULL" : r.GetString(i))), ct);

    async Task<string> CreateTargetAsync(string select, CancellationToken ct) =>
        model.Layout is { } layout && dialect.CreateLaidOut is { } create
            ? create(dialect.Quote(Target), select, await Catalog.DescribeAsync(connection, dialect, select, ct), layout) + dialect.Analyzed(Target)
            : dialect.Create(Target, select);

    // Text is ordered by code point in every table, whatever made it.
    async Task<string> CollatedAsync(string select, CancellationToken ct) =>
        dialect.Collation.Length == 0
            ? select
            : $"SELECT {string.Join(", ", (await Catalog.DescribeAsync(connection, dialect, select, ct)).Select(c => c.Type == "VARCHAR" ? $"CAST({dialect.Quote(c.Name)} AS {dialect.Type("VARCHAR")}){dialect.Collation} AS {dialect.Quote(c.Name)}" : dialect.Quote(c.Name)))} FROM ({select}) AS c";

    string Names(IEnumerable<Column> columns, string prefix = "") => dialect.Quote(columns.Select(c => c.Name), prefix);

    Task<List<Column>> ColumnsAsync(Table table, CancellationToken ct) => Catalog.ColumnsAsync(connection, dialect, table, ct);

    async Task<long> CountAsync(Table table, CancellationToken ct) => await connection.ScalarAsync<long>($"SELECT count(*) FROM {dialect.Quote(table)}", ct);
}
