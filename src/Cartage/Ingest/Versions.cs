using System.Data.Common;
using Cartage.Checks;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>How many of a feed's keys came new, changed, were deleted, said the same, or came too late.</summary>
sealed record VersionCounts(long Inserted, long Updated, long Deleted, long Unchanged, long Superseded);

/// <summary>The versions of each key: a pure function of those seen, whatever order they came in.</summary>
sealed class Versions(DbConnection connection, LoadTables tables)
{
    readonly Dialect _sql = tables.Sql;
    readonly Feed _feed = tables.Feed;

    /// <summary>Whether a key occurs twice; a count proves most loads clean without a window.</summary>
    public async Task<bool> RepeatAsync(CancellationToken ct) => !await connection.AreDistinctAsync(_sql, tables.Good, _feed.Key, ct);

    /// <summary>Rows <c>g</c> that only their place in the object tells which is newer.</summary>
    public string Tied =>
        $"EXISTS (SELECT 1 FROM {_sql.Quote(tables.Good)} o WHERE {tables.SameKey("o", "g")} AND o._object = g._object AND o.{_sql.RowId} <> g.{_sql.RowId}{(_feed.Cursor is { } c ? $" AND (o.{_sql.Quote(c)} = g.{_sql.Quote(c)} OR o.{_sql.Quote(c)} IS NULL AND g.{_sql.Quote(c)} IS NULL)" : "")})";

    /// <summary>Leaves the newest row of each key among the good; older versions go aside, rows that nothing orders to the quarantine. Returns how many were superseded and how many went there.</summary>
    public async Task<(long Superseded, long Conflicts)> KeepNewestAsync(CancellationToken ct)
    {
        var unordered = _feed.Cursor is { } cursor ? $"{_sql.Quote(cursor)} IS NULL" : "true";
        var contents = $"(CASE WHEN {unordered} THEN _content END) OVER (PARTITION BY {tables.Key()}, CASE WHEN {unordered} THEN _object END)";
        // Without a change time what says again what was said before stands since then, as it would had it come by itself: no later than the last change of content.
        var (since, standing) = _feed.KeepsHistory
            ? ("", $"_copy, {tables.NewestFirst}")
            : ($", sum(CASE WHEN _content <> _last THEN 1 ELSE 0 END) OVER (PARTITION BY {tables.Key()}, _conflict ORDER BY {tables.NewestFirst} ROWS UNBOUNDED PRECEDING) AS _changes", "_changes, _object, _record");
        var last = _feed.KeepsHistory ? "" : $", first_value(_content) OVER (PARTITION BY {tables.Key()}, _conflict ORDER BY {tables.NewestFirst}) AS _last";
        var ranked = tables.Staging("__ranked");
        var repeated = $"SELECT {tables.Key()} FROM {_sql.Quote(tables.Good)} GROUP BY {tables.Key()} HAVING count(*) > 1";
        await connection.ExecuteAsync(
            $"""
            {_sql.Create(ranked, $"""
                SELECT c.*, row_number() OVER (PARTITION BY {tables.Key()} ORDER BY CASE WHEN _conflict THEN 1 ELSE 0 END, {standing}) AS _place
                FROM (SELECT b.*{since}, row_number() OVER (PARTITION BY {tables.Key()}, _content, _conflict ORDER BY {tables.CopiesFirst}) AS _copy
                  FROM (SELECT a.*{last} FROM (SELECT x.*, {unordered} AND min{contents} <> max{contents} AS _conflict
                    FROM (SELECT g.{_sql.RowId} AS _rid, {tables.Content("g")} AS _content, {tables.Row("g.")} FROM {_sql.Quote(tables.Good)} g JOIN ({repeated}) d ON {tables.SameKey("g", "d")}) AS x) AS a) AS b) AS c
                """)};
            INSERT INTO {_sql.Quote(tables.Bad)} ({tables.BadRow})
            SELECT {tables.Texts}, {_sql.Literal(string.Join(", ", _feed.Key) + ": another row has the same key and other content, and nothing says which is newer")}, 'key_conflict', _object, _record,
              {tables.RawText}, {(_feed.SeverityOf("key_conflict") == Severity.Reject ? "true" : "false")}
            FROM {_sql.Quote(ranked)} WHERE _conflict AND _copy = 1;
            """,
            ct
        );
        if (_feed.KeepsHistory)
            await connection.ExecuteAsync($"INSERT INTO {_sql.Quote(tables.OlderAside)} ({tables.Row()}) SELECT {tables.Row()} FROM {_sql.Quote(ranked)} WHERE NOT _conflict AND _place > 1 AND _copy = 1", ct);
        var conflicts = await connection.ScalarAsync<long>($"SELECT count(*) FROM {_sql.Quote(ranked)} WHERE _conflict AND _copy = 1", ct);
        var gone = await connection.ExecuteAsync($"DELETE FROM {_sql.Quote(tables.Good)} WHERE {_sql.RowId} IN (SELECT _rid FROM {_sql.Quote(ranked)} WHERE _conflict OR _place > 1)", ct);
        await connection.ExecuteAsync($"DROP TABLE {_sql.Quote(ranked)}", ct);
        return (gone - conflicts, conflicts);
    }

    /// <summary>Computes what the load changes in the base table and among the older versions, and changes neither.</summary>
    public async Task<VersionCounts> DifferAsync(CancellationToken ct)
    {
        var there = await ThereAsync(_feed.Base, ct);
        await connection.ExecuteAsync(_sql.Create(tables.Difference, _feed.KeepsHistory ? OrderedSql(there, await ThereAsync(tables.Older, ct)) : UnorderedSql(there)), ct);
        var counts = await connection.QueryAsync(
            $"""
            SELECT count(CASE WHEN _was IS NULL AND _gone = 0 THEN 1 END), count(CASE WHEN _newest <> _was AND NOT (_gone = 1 AND _was_gone = 0) THEN 1 END),
              count(CASE WHEN _was IS NULL AND _gone = 1 OR _newest <> _was AND _gone = 1 AND _was_gone = 0 THEN 1 END), count(CASE WHEN _newest = _was AND (_came IS NULL OR _came <> _was) THEN 1 END),
              (SELECT count(*) FROM {_sql.Quote(tables.Good)}) - count(*) + count(CASE WHEN _newest = _was AND _came = _was THEN 1 END)
            FROM (SELECT max(CASE WHEN _place = 1 THEN _content END) AS _newest, max(CASE WHEN _from = 'base' THEN _content END) AS _was, max(CASE WHEN _from = 'good' THEN _content END) AS _came,
              max(CASE WHEN _place = 1 AND _deleted_at IS NOT NULL THEN 1 ELSE 0 END) AS _gone, max(CASE WHEN _from = 'base' AND _deleted_at IS NOT NULL THEN 1 ELSE 0 END) AS _was_gone
              FROM {_sql.Quote(tables.Difference)} GROUP BY {tables.Key()}) AS k
            """,
            r => new VersionCounts(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), Superseded: r.GetInt64(3), Unchanged: r.GetInt64(4)), ct);
        return counts[0];
    }

    /// <summary>Adds to the difference the placeholders whose key is none of those that SELECTs return as <c>k</c>.</summary>
    public async Task ForgetPlaceholdersAsync(IEnumerable<string> referred, CancellationToken ct) =>
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {_sql.Quote(tables.Difference)} (_from, _base, {tables.Row()}, _content, _place)
            SELECT 'gone', {tables.Address("b")}, {tables.RowOf(await ThereAsync(_feed.Base, ct), "b")}, 'old', 2 FROM {_sql.Quote(_feed.Base)} b
            WHERE NOT {LoadTables.Came} AND {string.Format(null, _sql.IsNoneOf, tables.Key("b."), string.Join(" UNION ALL ", referred.Append($"SELECT {tables.Key()} AS k FROM {_sql.Quote(tables.Good)}")))}
            """,
            ct
        );

    /// <summary>Applies the difference to the base table and the older versions, within the run's transaction.</summary>
    public async Task MergeAsync(CancellationToken ct)
    {
        // Not UPDATE: that writes every row group with a changed row anew, all of its columns; deleting and inserting touches the new rows alone.
        await connection.ExecuteAsync(
            $"""
            DELETE FROM {_sql.Quote(_feed.Base)} USING {_sql.Quote(tables.Difference)} d WHERE {tables.At(_sql.Quote(_feed.Base.Name), "d", "_base")} AND (d._place = 1 AND d._from <> 'base' OR d._from = 'gone');
            INSERT INTO {_sql.Quote(_feed.Base)} ({tables.Row()}) SELECT {tables.Row()} FROM {_sql.Quote(tables.Difference)} WHERE _place = 1 AND _from <> 'base';
            """,
            ct
        );
        if (!_feed.KeepsHistory)
            return;
        var older = _sql.Quote(tables.Older.Name);
        var same = _sql.RowsStay ? $"{older}.{_sql.RowId} = d._rid" : $"{tables.SameKey(older, "d")} AND d._content = {tables.Content(older)} AND {older}._object = d._object AND coalesce({older}._record, -1) = coalesce(d._record, -1)";
        await connection.ExecuteAsync(
            $"""
            DELETE FROM {_sql.Quote(tables.Older)} USING {_sql.Quote(tables.Difference)} d WHERE {same} AND d._from = 'older' AND (d._copy > 1 OR d._place = 1);
            INSERT INTO {_sql.Quote(tables.Older)} ({tables.Row()}) SELECT {tables.Row()} FROM {_sql.Quote(tables.Difference)} WHERE _from <> 'older' AND _copy = 1 AND _place > 1 AND {LoadTables.Came};
            """,
            ct
        );
    }

    // Every version of the touched keys, seen before or now, in their order. The base table is read once: its rows are most of the work.
    string OrderedSql(IReadOnlySet<string> inBase, IReadOnlySet<string> inOlder) =>
        $"""
        WITH fresh AS (SELECT 'good' AS _from, {tables.Row()} FROM {_sql.Quote(tables.Good)} UNION ALL SELECT 'late', {tables.Row()} FROM {_sql.Quote(tables.OlderAside)}),
        met AS (SELECT {tables.Address("b")} AS _rid, {tables.RowOf(inBase, "b")} FROM {_sql.Quote(_feed.Base)} b JOIN (SELECT DISTINCT {tables.Key()} FROM fresh) k ON {tables.SameKey("b", "k")}),
        touched AS (SELECT DISTINCT {tables.Key("f.")} FROM fresh f LEFT JOIN met b ON {tables.SameKey("b", "f")}
          WHERE b._rid IS NULL OR {tables.Differs("b", "f", tables.Names.ToHashSet())} OR {LoadTables.Before("f", "b")}),
        seen AS (
          SELECT 'base' AS _from, b._rid, {tables.Row("b.")} FROM met b JOIN touched t ON {tables.SameKey("b", "t")}
          {(inOlder.Count == 0 ? "" : $"UNION ALL SELECT 'older', {tables.Address("o")}, {tables.RowOf(inOlder, "o")} FROM {_sql.Quote(tables.Older)} o JOIN touched t ON {tables.SameKey("o", "t")}")}
          UNION ALL SELECT f._from, NULL, {tables.Row("f.")} FROM fresh f JOIN touched t ON {tables.SameKey("f", "t")}),
        copies AS (SELECT c.*, row_number() OVER (PARTITION BY {tables.Key()}, _content ORDER BY {tables.CopiesFirst}, _rid NULLS LAST) AS _copy FROM (SELECT seen.*, {tables.Content("seen")} AS _content FROM seen) AS c)
        SELECT v.*, row_number() OVER (PARTITION BY {tables.Key()} ORDER BY CASE WHEN _copy = 1 THEN 0 ELSE 1 END, {tables.NewestFirst}) AS _place, max(CASE WHEN _from = 'base' THEN _rid END) OVER (PARTITION BY {tables.Key()}) AS _base FROM copies AS v
        """;

    // Without a change time what was seen last is the newest.
    string UnorderedSql(IReadOnlySet<string> inBase) =>
        $"""
        SELECT 'good' AS _from, {tables.Address("b")} AS _base, {tables.Row("g.")}, 'new' AS _content, 1 AS _place FROM {_sql.Quote(tables.Good)} g LEFT JOIN {_sql.Quote(_feed.Base)} b ON {tables.SameKey("b", "g")}
        WHERE {tables.Found("b")} IS NULL OR {tables.Differs("b", "g", inBase)}
        UNION ALL
        SELECT 'base', {tables.Address("b")}, {tables.RowOf(inBase, "b")}, 'old', 2 FROM {_sql.Quote(_feed.Base)} b JOIN {_sql.Quote(tables.Good)} g ON {tables.SameKey("b", "g")} WHERE {tables.Differs("b", "g", inBase)}
        """;

    async Task<HashSet<string>> ThereAsync(Table table, CancellationToken ct) => [.. (await Catalog.ColumnsAsync(connection, _sql, table, ct)).Select(c => c.Name)];
}
