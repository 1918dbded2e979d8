using System.Data.Common;
using System.Globalization;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>Rows of the quarantine on their way back through the door.</summary>
sealed class Retries(DbConnection connection, LoadTables tables)
{
    readonly Dialect _sql = tables.Sql;

    /// <summary>Puts the rows that are to be tried again in staging, and at the door where that is elsewhere; returns how many.</summary>
    public async Task<long> CopyAsync(DuckDbConnection door, bool retryOpen, bool swap, CancellationToken ct)
    {
        var there = (await Catalog.ColumnsAsync(connection, _sql, tables.Feed.Quarantine, ct)).Select(c => c.Name).ToHashSet();
        if (there.Count == 0)
            return 0;
        var texts = tables.Names.Select(n => there.Contains(n) ? _sql.Quote(n) : $"{_sql.Null("VARCHAR")} AS {_sql.Quote(n)}");
        var which = swap ? "_status = 'fixed' OR _status = 'released' AND _fixed"
            : retryOpen ? "_status = 'fixed' OR _status = 'open' AND _rules IN ('unknown_reference', 'parent_quarantined')"
            : "_status = 'fixed'";
        await connection.ExecuteAsync(_sql.Create(tables.Retry, $"SELECT {string.Join(", ", texts)}, _object, _record, _raw, _id FROM {_sql.Quote(tables.Feed.Quarantine)} WHERE {which}"), ct);
        if (connection is not DuckDbConnection)
            await CarryAsync(door, ct);
        return await connection.ScalarAsync<long>($"SELECT count(*) FROM {_sql.Quote(tables.Retry)}", ct);
    }

    async Task CarryAsync(DuckDbConnection door, CancellationToken ct)
    {
        var (names, duck) = (tables.Names.Append("_object").Append("_record").Append("_raw").ToList(), Dialect.DuckDb);
        await door.ExecuteAsync(duck.Create(tables.Retry, names.Select(n => new Column(n, n == "_record" ? "BIGINT" : "VARCHAR"))), ct);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {_sql.Quote(names)} FROM {_sql.Quote(tables.Retry)}";
        await using var rows = await command.ExecuteReaderAsync(ct);
        using var appender = door.CreateAppender(tables.Retry.Name, tables.Retry.Schema);
        var row = new object?[names.Count];
        while (await rows.ReadAsync(ct))
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = rows.IsDBNull(i) ? null : names[i] == "_record" ? Convert.ToInt64(rows.GetValue(i), CultureInfo.InvariantCulture) : rows.GetString(i);
            appender.AppendRow(row);
        }
        appender.Close();
    }
}
