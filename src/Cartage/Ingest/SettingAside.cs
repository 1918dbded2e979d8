using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>What a load changes in its feed's quarantine, within the run's transaction.</summary>
sealed class SettingAside(DbConnection connection, LoadTables tables, LoadContext context)
{
    readonly Dialect _sql = tables.Sql;

    /// <summary>Writes down the rows that went aside and what became of those that were tried again; those that <paramref name="takenBack"/> is true for are replaced by what their page says now.</summary>
    public async Task WriteAsync(long aside, long retried, IReadOnlyList<string> takenBack, CancellationToken ct)
    {
        var quarantine = _sql.Quote(tables.Feed.Quarantine);
        var there = (takenBack.Count > 0 || context.Swap) && await QuarantineTable.ExistsAsync(connection, _sql, tables.Feed, ct);
        foreach (var rows in there ? takenBack : [])
            await connection.ExecuteAsync($"UPDATE {quarantine} SET _status = CASE WHEN _status IN ('open', 'fixed') THEN 'discarded' ELSE _status END WHERE {rows}", ct);
        if (aside == 0 && retried == 0 && !(context.Swap && there))
            return;
        await QuarantineTable.EnsureAsync(connection, _sql, tables.Feed, tables.Names, ct);
        if (retried > 0)
            await connection.ExecuteAsync(
                $"""
                UPDATE {quarantine} SET _status = 'released' WHERE _id IN (SELECT r._id FROM {_sql.Quote(tables.Retry)} r);
                UPDATE {quarantine} SET _status = 'open' WHERE _id IN (SELECT r._id FROM {_sql.Quote(tables.Retry)} r JOIN {_sql.Quote(tables.Bad)} b ON {SameRecord("b", "r")});
                """,
                ct
            );
        // What is read again is judged anew: rows that break nothing any more came in, others may break another rule than before.
        if (context.Swap)
            await connection.ExecuteAsync(
                $"""
                UPDATE {quarantine} SET _status = 'released' WHERE _status = 'open' AND _object IN (SELECT object FROM cartage.ledger WHERE run = $run);
                UPDATE {quarantine} AS q SET _status = 'open', _reason = b._reason, _rules = b._rules FROM {_sql.Quote(tables.Bad)} AS b
                WHERE q._status = 'released' AND {SameRecord("b", "q")};
                """,
                ct,
                ("run", context.Stamp.RunId)
            );
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {quarantine} ({string.Concat(tables.Names.Select(n => _sql.Quote(n) + ", "))}_id, _reason, _rules, _object, _record, _raw, _run, _first_seen, _status, _fixed)
            SELECT {string.Concat(tables.Names.Select(n => $"b.{_sql.Quote(n)}, "))}{_sql.NewId}, b._reason, b._rules, b._object, b._record, b._raw,
              {_sql.Literal(context.Stamp.RunId)}, {context.Stamp.LoadedAtSql}, 'open', false
            FROM {_sql.Quote(tables.Bad)} b LEFT JOIN {quarantine} q ON {SameRecord("b", "q")}
            WHERE q._object IS NULL;
            """,
            ct
        );
    }

    static string SameRecord(string a, string b) => $"{a}._object = {b}._object AND coalesce({a}._record, -1) = coalesce({b}._record, -1)";
}
