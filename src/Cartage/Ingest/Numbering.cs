using System.Data.Common;
using Cartage.Storage;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>Gives rows that were read typed and fast the numbers of their records, by reading their objects again; only where a row goes to quarantine or two rows of one object need an order.</summary>
sealed class Numbering(IWarehouse warehouse, IObjectStore raw, LoadTables tables, IReadOnlyList<(Manifest Object, Header Header)> objects, LoadContext context)
{
    readonly Dialect _sql = tables.Sql;

    /// <summary>Numbers the objects that hold good rows <c>g</c> for which the condition is true.</summary>
    public async Task NumberAsync(DbConnection connection, string which, CancellationToken ct)
    {
        var needed = (await connection.QueryAsync($"SELECT DISTINCT _object FROM {_sql.Quote(tables.Good)} g WHERE _record IS NULL AND {which}", r => r.GetString(0), ct)).ToHashSet();
        var read = objects.Where(o => needed.Contains(o.Object.Object)).ToList();
        if (read.Count == 0)
            return;
        var (good, bad) = (tables.Staging("__numbered"), tables.Staging("__numbered_bad"));
        await using (var door = await warehouse.OpenDoorAsync(ct))
        {
            var reader = new Door(door, raw, tables.Feed, tables.Columns, good, bad, context.Stamp, context.TempFolder);
            await reader.CreateAsync(ct);
            foreach (var (item, header) in read)
                await reader.ReadThoroughlyAsync(item, header, ct);
            await door.ExecuteAsync($"DROP TABLE {_sql.Quote(bad)}", ct);
            await warehouse.ReceiveAsync(door, good, ct);
        }
        // Rows that say the same are numbered in turn.
        string Numbered(Table table, string column) =>
            $"SELECT {column}, _object, _content, row_number() OVER (PARTITION BY _object, _content ORDER BY {column}) AS _turn FROM (SELECT {(column == "_rid" ? $"x.{_sql.RowId} AS _rid" : column)}, _object, {tables.Content("x")} AS _content FROM {_sql.Quote(table)} x WHERE _object IN (SELECT DISTINCT _object FROM {_sql.Quote(good)})) AS y";
        await connection.ExecuteAsync(
            $"""
            UPDATE {_sql.Quote(tables.Good)} SET _record = n._record
            FROM (SELECT a._rid, b._record FROM ({Numbered(tables.Good, "_rid")}) a JOIN ({Numbered(good, "_record")}) b
              ON a._object = b._object AND a._content = b._content AND a._turn = b._turn) n
            WHERE {_sql.Quote(tables.Good.Name)}.{_sql.RowId} = n._rid;
            DROP TABLE {_sql.Quote(good)};
            """,
            ct
        );
    }
}
