using System.Data.Common;
using Cartage.Checks;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>How many of a feed's keys came new, changed, were deleted, said the same, or came too late.</summary>
sealed record VersionCounts(long Inserted, long Updated, long Deleted, long Unchanged, long Superseded);

/// <summary>The versions of each key: a pure function of those seen, whatever order they came in.</summary>
sealed class Versions(DbConnection connection, LoadTables tables)
{
    static readonly Dialect Sql = Dialect.DuckDb;

    readonly Feed _feed = tables.Feed;

    /// <summary>Whether a key occurs twice; a count proves most loads clean without a window.</summary>
    public Task<bool> RepeatAsync(CancellationToken ct) =>
        connection.ScalarAsync<bool>($"SELECT count(*) <> count(DISTINCT {(_feed.Key.Count == 1 ? tables.Key() : $"hash({tables.Key()})")}) FROM {Sql.Quote(tables.Good)}", ct);

    /// <summary>Rows <c>g</c> that only their place in the object tells which is newer.</summary>
    public string Tied =>
        $"EXISTS (SELECT 1 FROM {Sql.Quote(tables.Good)} o WHERE {tables.SameKey("o", "g")} AND o._object = g._object AND o.rowid <> g.rowid{(_feed.Cursor is { } c ? $" AND o.{Sql.Quote(c)} IS NOT DISTINCT FROM g.{Sql.Quote(c)}" : "")})";

    /// <summary>Leaves the newest row of each key among the good; older versions go aside, rows that nothing orders to the quarantine. Returns how many were superseded.</summary>
    public async Task<long> KeepNewestAsync(CancellationToken ct)
    {
        var unordered = _feed.Cursor is { } cursor ? $"{Sql.Quote(cursor)} IS NULL" : "true";
        var ranked = tables.Staging("__ranked");
        await connection.ExecuteAsync(
            $"""
            CREATE OR REPLACE TABLE {Sql.Quote(ranked)} AS
            SELECT *, row_number() OVER (PARTITION BY {tables.Key()} ORDER BY _conflict DESC, _copy = 1 DESC, {tables.NewestFirst}) AS _place
            FROM (SELECT *, row_number() OVER (PARTITION BY {tables.Key()}, _content, _conflict ORDER BY {tables.CopiesFirst}) AS _copy
              FROM (SELECT *, {unordered} AND count(DISTINCT CASE WHEN {unordered} THEN _content END) OVER (PARTITION BY {tables.Key()}, CASE WHEN {unordered} THEN _object END) > 1 AS _conflict
                FROM (SELECT g.rowid AS _rid, {tables.Content("g")} AS _content, g.*
                  FROM {Sql.Quote(tables.Good)} g SEMI JOIN (SELECT {tables.Key()} FROM {Sql.Quote(tables.Good)} GROUP BY ALL HAVING count(*) > 1) d ON {tables.SameKey("g", "d")})));
            INSERT INTO {Sql.Quote(tables.Bad)}
            SELECT {tables.Texts}, {Sql.Literal(string.Join(", ", _feed.Key) + ": another row has the same key and other content, and nothing says which is newer")}, 'key_conflict', _object, _record,
              {tables.RawText}, {(_feed.SeverityOf("key_conflict") == Severity.Reject ? "true" : "false")}
            FROM {Sql.Quote(ranked)} WHERE _conflict AND _copy = 1;
            """,
            ct
        );
        if (_feed.KeepsHistory)
            await connection.ExecuteAsync($"INSERT INTO {Sql.Quote(tables.OlderAside)} SELECT {tables.Row()} FROM {Sql.Quote(ranked)} WHERE NOT _conflict AND _place > 1 AND _copy = 1", ct);
        var conflicts = await connection.ScalarAsync<long>($"SELECT count(*) FROM {Sql.Quote(ranked)} WHERE _conflict AND _copy = 1", ct);
        var gone = await connection.ExecuteAsync($"DELETE FROM {Sql.Quote(tables.Good)} WHERE rowid IN (SELECT _rid FROM {Sql.Quote(ranked)} WHERE _conflict OR _place > 1)", ct);
        await connection.ExecuteAsync($"DROP TABLE {Sql.Quote(ranked)}", ct);
        return gone - conflicts;
    }

    /// <summary>Computes what the load changes in the base table and among the older versions, and changes neither.</summary>
    public async Task<VersionCounts> DifferAsync(CancellationToken ct)
    {
        var there = await ThereAsync(_feed.Base, ct);
        await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {Sql.Quote(tables.Difference)} AS {(_feed.KeepsHistory ? OrderedSql(there, await ThereAsync(tables.Older, ct)) : UnorderedSql(there))}", ct);
        var counts = await connection.QueryAsync(
            $"""
            SELECT count(*) FILTER (WHERE _was IS NULL AND NOT _gone), count(*) FILTER (WHERE _newest <> _was AND NOT (_gone AND NOT _was_gone)),
              count(*) FILTER (WHERE _was IS NULL AND _gone OR _newest <> _was AND _gone AND NOT _was_gone), count(*) FILTER (WHERE _newest = _was AND _came IS DISTINCT FROM _was),
              (SELECT count(*) FROM {Sql.Quote(tables.Good)}) - count(*) + count(*) FILTER (WHERE _newest = _was AND _came IS NOT DISTINCT FROM _was)
            FROM (SELECT max(_content) FILTER (WHERE _place = 1) AS _newest, max(_content) FILTER (WHERE _from = 'base') AS _was, max(_content) FILTER (WHERE _from = 'good') AS _came,
              bool_or(_deleted_at IS NOT NULL) FILTER (WHERE _place = 1) AS _gone, bool_or(_deleted_at IS NOT NULL) FILTER (WHERE _from = 'base') AS _was_gone
              FROM {Sql.Quote(tables.Difference)} GROUP BY {tables.Key()})
            """,
            r => new VersionCounts(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), Superseded: r.GetInt64(3), Unchanged: r.GetInt64(4)), ct);
        return counts[0];
    }

    /// <summary>Applies the difference to the base table and the older versions, within the run's transaction.</summary>
    public async Task MergeAsync(CancellationToken ct)
    {
        // Not UPDATE: that writes every row group with a changed row anew, all of its columns; deleting and inserting touches the new rows alone.
        await connection.ExecuteAsync(
            $"""
            DELETE FROM {Sql.Quote(_feed.Base)} WHERE rowid IN (SELECT _base FROM {Sql.Quote(tables.Difference)} WHERE _base IS NOT NULL AND _place = 1 AND _from <> 'base');
            INSERT INTO {Sql.Quote(_feed.Base)} BY NAME SELECT {tables.Row()} FROM {Sql.Quote(tables.Difference)} WHERE _place = 1 AND _from <> 'base';
            """,
            ct
        );
        if (_feed.KeepsHistory)
            await connection.ExecuteAsync(
                $"""
                DELETE FROM {Sql.Quote(tables.Older)} WHERE rowid IN (SELECT _rid FROM {Sql.Quote(tables.Difference)} WHERE _from = 'older' AND (_copy > 1 OR _place = 1));
                INSERT INTO {Sql.Quote(tables.Older)} BY NAME SELECT {tables.Row()} FROM {Sql.Quote(tables.Difference)} WHERE _from <> 'older' AND _copy = 1 AND _place > 1;
                """,
                ct
            );
    }

    // Every version of the touched keys, seen before or now, in their order.
    string OrderedSql(IReadOnlySet<string> inBase, IReadOnlySet<string> inOlder) =>
        $"""
        WITH fresh AS (SELECT 'good' AS _from, {tables.Row()} FROM {Sql.Quote(tables.Good)} UNION ALL SELECT 'late', {tables.Row()} FROM {Sql.Quote(tables.OlderAside)}),
        touched AS (SELECT DISTINCT {tables.Key("f.")} FROM fresh f LEFT JOIN {Sql.Quote(_feed.Base)} b ON {tables.SameKey("b", "f")}
          WHERE b.rowid IS NULL OR {tables.Differs("b", "f", inBase)} OR {LoadTables.Place("f")} < {LoadTables.Place("b")}),
        seen AS (
          SELECT 'base' AS _from, b.rowid AS _rid, {tables.RowOf(inBase, "b")} FROM {Sql.Quote(_feed.Base)} b SEMI JOIN touched t ON {tables.SameKey("b", "t")}
          {(inOlder.Count == 0 ? "" : $"UNION ALL SELECT 'older', o.rowid, {tables.RowOf(inOlder, "o")} FROM {Sql.Quote(tables.Older)} o SEMI JOIN touched t ON {tables.SameKey("o", "t")}")}
          UNION ALL SELECT f._from, NULL, {tables.Row("f.")} FROM fresh f SEMI JOIN touched t ON {tables.SameKey("f", "t")}),
        copies AS (SELECT *, row_number() OVER (PARTITION BY {tables.Key()}, _content ORDER BY {tables.CopiesFirst}, _rid NULLS LAST) AS _copy FROM (SELECT *, {tables.Content("seen")} AS _content FROM seen))
        SELECT *, row_number() OVER (PARTITION BY {tables.Key()} ORDER BY _copy = 1 DESC, {tables.NewestFirst}) AS _place, max(CASE WHEN _from = 'base' THEN _rid END) OVER (PARTITION BY {tables.Key()}) AS _base FROM copies
        """;

    // Without a change time what was seen last is the newest.
    string UnorderedSql(IReadOnlySet<string> inBase) =>
        $"""
        SELECT 'good' AS _from, b.rowid AS _base, {tables.Row("g.")}, 'new' AS _content, 1 AS _place FROM {Sql.Quote(tables.Good)} g LEFT JOIN {Sql.Quote(_feed.Base)} b ON {tables.SameKey("b", "g")}
        WHERE b.rowid IS NULL OR {tables.Differs("b", "g", inBase)}
        UNION ALL
        SELECT 'base', b.rowid, {tables.RowOf(inBase, "b")}, 'old', 2 FROM {Sql.Quote(_feed.Base)} b JOIN {Sql.Quote(tables.Good)} g ON {tables.SameKey("b", "g")} WHERE {tables.Differs("b", "g", inBase)}
        """;

    async Task<HashSet<string>> ThereAsync(Table table, CancellationToken ct) => [.. (await FeedLoad.ColumnsAsync(connection, table, ct)).Select(c => c.Name)];
}
