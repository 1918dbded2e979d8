using System.Data.Common;
using Cartage.DuckDb;
using Cartage.Storage;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>Keys of rows that are gone from their source: each becomes a version of its row that says it is deleted, and takes its rows out of the quarantine.</summary>
sealed class Deletions(LoadTables tables, IReadOnlyList<Manifest> objects)
{
    static readonly Dialect Duck = Dialect.DuckDb;

    readonly Dialect _sql = tables.Sql;

    /// <summary>The objects the keys were read from.</summary>
    public IReadOnlyList<Manifest> Objects => objects;

    /// <summary>How many keys they hold.</summary>
    public long Rows { get; private set; }

    Table Gone => tables.Staging("__gone");

    // The key, the change time that the source gives the deletion if it knows one, and when it was seen.
    IEnumerable<Column> Columns =>
        tables.Columns.Where(c => tables.Feed.Key.Contains(c.Name) || c.Name == tables.Feed.Cursor).Append(new("_deleted_at", "TIMESTAMP"));

    /// <summary>Reads the keys into a table of this load.</summary>
    public static async Task<Deletions> StageAsync(IWarehouse warehouse, DuckDbConnection door, IObjectStore raw, LoadTables tables, IReadOnlyList<Manifest> objects, CancellationToken ct)
    {
        var deletions = new Deletions(tables, objects);
        await door.ExecuteAsync($"CREATE OR REPLACE TABLE {Duck.Quote(deletions.Gone)} ({string.Join(", ", deletions.Columns.Append(new("_object", "VARCHAR")).Select(c => $"{Duck.Quote(c.Name)} {c.Type}"))})", ct);
        foreach (var item in objects)
        {
            using var copy = await raw.FetchAsync(item.Object, ct);
            var there = item.Columns!.Select(c => c.Name).ToHashSet();
            var fields = string.Join(", ", item.Columns!.Select(c => $"{Duck.Literal(c.Name)}: 'VARCHAR'"));
            deletions.Rows += await door.ExecuteAsync(
                $$"""
                INSERT INTO {{Duck.Quote(deletions.Gone)}}
                SELECT {{string.Join(", ", deletions.Columns.Select(c => there.Contains(c.Name) ? $"CAST({Duck.Quote(c.Name)} AS {c.Type})" : "NULL"))}}, {{Duck.Literal(item.Object)}}
                FROM read_csv({{Duck.Literal(copy.Path)}}, columns = {{{fields}}}, header = true, auto_detect = false, quote = '"', escape = '"', nullstr = [''], allow_quoted_nulls = false, compression = 'gzip')
                """,
                ct
            );
        }
        await warehouse.ReceiveAsync(door, deletions.Gone, ct);
        return deletions;
    }

    /// <summary>Adds a deleted version of every row that stood before it was missed; returns how many keys had none. A row that comes from the quarantine stood nowhere, unless it is one of <paramref name="fresh"/> objects.</summary>
    public async Task<long> PrepareAsync(DbConnection connection, RunStamp stamp, IEnumerable<Manifest> fresh, CancellationToken ct)
    {
        var there = tables.Swap ? [] : (await Catalog.ColumnsAsync(connection, _sql, tables.Feed.Base, ct)).Select(c => c.Name).ToHashSet();
        var landed = tables.Swap ? "" : $" WHERE _object IN ({string.Join(", ", fresh.Select(o => _sql.Literal(o.Object)).DefaultIfEmpty("NULL"))})";
        var seen = $"SELECT {tables.Row()} FROM {_sql.Quote(tables.Good)}{landed}{(there.Count == 0 ? "" : $" UNION ALL SELECT {tables.RowOf(there, "b")} FROM {_sql.Quote(tables.Feed.Base)} b WHERE EXISTS (SELECT 1 FROM {_sql.Quote(Gone)} k WHERE {tables.SameKey("b", "k")})")}";
        var values = tables.Columns.Select(c => c.Name == tables.Feed.Cursor ? $"greatest(r.{_sql.Quote(c.Name)}, g.{_sql.Quote(c.Name)})" : $"r.{_sql.Quote(c.Name)}");
        var added = await connection.ExecuteAsync(
            $"""
            INSERT INTO {_sql.Quote(tables.Good)} ({_sql.Quote(tables.Names)}, _deleted_at, _run, _object, _loaded_at)
            SELECT {_sql.Quote(tables.Names)}, _gone_at, {_sql.Literal(stamp.RunId)}, _gone, {stamp.LoadedAtSql}
            FROM (SELECT {string.Join(", ", values.Zip(tables.Names, (v, n) => $"{v} AS {_sql.Quote(n)}"))}, g._deleted_at AS _gone_at, g._object AS _gone, r._deleted_at,
                row_number() OVER (PARTITION BY {tables.Key("g.")}, g._object ORDER BY {(tables.Feed.Cursor is { } c ? $"r.{_sql.Quote(c)} DESC NULLS LAST, " : "")}r._object DESC, r._record DESC NULLS LAST) AS _place
              FROM {_sql.Quote(Gone)} g JOIN ({seen}) r ON {tables.SameKey("r", "g")} AND r._object < g._object) versions
            WHERE _place = 1 AND _deleted_at IS NULL
            """,
            ct
        );
        return Rows - added;
    }

    /// <summary>Takes rows whose key is gone out of the quarantine, within the run's transaction.</summary>
    public async Task ApplyAsync(DbConnection connection, CancellationToken ct)
    {
        if (!await QuarantineTable.ExistsAsync(connection, _sql, tables.Feed, ct))
            return;
        var same = string.Join(" AND ", tables.Feed.Key.Select(k => $"CAST(g.{_sql.Quote(k)} AS {_sql.Text}) = q.{_sql.Quote(k)}"));
        await connection.ExecuteAsync($"UPDATE {_sql.Quote(tables.Feed.Quarantine)} SET _status = 'discarded' WHERE _status = 'open' AND _id IN (SELECT q._id FROM {_sql.Quote(tables.Feed.Quarantine)} q JOIN {_sql.Quote(Gone)} g ON {same} AND q._object < g._object)", ct);
    }
}
