using System.Data.Common;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>Rows of the quarantine that people have decided on: those on their way back through the door, and those that stay out.</summary>
sealed class Retries(DbConnection connection, LoadTables tables)
{
    readonly Dialect _sql = tables.Sql;

    /// <summary>Puts the rows that are to be tried again in staging, and at the door where that is elsewhere; returns how many.</summary>
    public Task<long> CopyAsync(DuckDbConnection door, bool retryOpen, bool swap, CancellationToken ct) =>
        CopyAsync(door, tables.Retry,
            swap ? "_status = 'fixed' OR _status = 'released' AND _fixed"
            : retryOpen ? "_status = 'fixed' OR _status = 'open' AND _rules IN ('unknown_reference', 'parent_quarantined')"
            : "_status = 'fixed'", ct);

    /// <summary>The same of those that are to stay out.</summary>
    public Task<long> CopyDiscardedAsync(DuckDbConnection door, CancellationToken ct) => CopyAsync(door, tables.Discarded, "_status = 'discarded'", ct);

    /// <summary>The objects that rows at the door came from.</summary>
    public static async Task<IEnumerable<string>> ObjectsAsync(DuckDbConnection door, Table rows, CancellationToken ct) => await door.QueryAsync($"SELECT DISTINCT _object FROM {Dialect.DuckDb.Quote(rows)}", r => r.GetString(0), ct);

    /// <summary>Takes the records that rows at the door were out of what was read there; returns how many.</summary>
    public async Task<long> TakeOutAsync(DuckDbConnection door, Table rows, CancellationToken ct)
    {
        long taken = 0;
        foreach (var table in new[] { tables.Good, tables.Bad })
            taken += await door.ExecuteAsync($"DELETE FROM {Dialect.DuckDb.Quote(table)} t WHERE EXISTS (SELECT 1 FROM {Dialect.DuckDb.Quote(rows)} r WHERE r._object = t._object AND r._record = t._record)", ct);
        return taken;
    }

    async Task<long> CopyAsync(DuckDbConnection door, Table to, string which, CancellationToken ct)
    {
        var there = (await Catalog.ColumnsAsync(connection, _sql, tables.Feed.Quarantine, ct)).Select(c => c.Name).ToHashSet();
        if (there.Count == 0)
            return 0;
        var texts = tables.Names.Select(n => there.Contains(n) ? _sql.Quote(n) : $"{_sql.Null("VARCHAR")} AS {_sql.Quote(n)}");
        await connection.ExecuteAsync(_sql.Create(to, $"SELECT {string.Join(", ", texts)}, _object, _record, _raw, _id FROM {_sql.Quote(tables.Feed.Quarantine)} WHERE {which}"), ct);
        if (connection is not DuckDbConnection)
            await Handover.ToDoorAsync(connection, _sql, to, [.. tables.Names.Append("_object").Append("_raw").Select(n => new Column(n, "VARCHAR")), new("_record", "BIGINT")], door, to, ct);
        return await connection.ScalarAsync<long>($"SELECT count(*) FROM {_sql.Quote(to)}", ct);
    }
}
