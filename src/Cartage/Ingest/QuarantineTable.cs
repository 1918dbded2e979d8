using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>Rows of a feed that broke a rule: their columns as text, why, where they came from, and whether they are <c>open</c>, <c>fixed</c>, <c>released</c> or <c>discarded</c>.</summary>
public static class QuarantineTable
{
    static readonly Dialect Sql = Dialect.DuckDb;

    /// <summary>Creates a feed's quarantine, or adds the columns it lacks.</summary>
    public static async Task EnsureAsync(DbConnection connection, Feed feed, IEnumerable<string> columns, CancellationToken ct)
    {
        var there = (await FeedLoad.ColumnsAsync(connection, feed.Quarantine, ct)).Select(c => c.Name).ToHashSet();
        await connection.ExecuteAsync(
            there.Count == 0
                ? $"""
                  CREATE TABLE {Sql.Quote(feed.Quarantine)} ({string.Concat(columns.Select(c => $"{Sql.Quote(c)} VARCHAR, "))}
                    _id UUID, _reason VARCHAR, _rules VARCHAR, _object VARCHAR, _record BIGINT, _raw VARCHAR, _run VARCHAR, _first_seen TIMESTAMP, _status VARCHAR, _fixed BOOLEAN DEFAULT false)
                  """
                : string.Concat(columns.Where(c => !there.Contains(c)).Select(c => $"ALTER TABLE {Sql.Quote(feed.Quarantine)} ADD COLUMN {Sql.Quote(c)} VARCHAR;")) + "SELECT 1",
            ct
        );
    }

    /// <summary>Whether anything was ever set aside.</summary>
    public static async Task<bool> ExistsAsync(DbConnection connection, Feed feed, CancellationToken ct) => (await FeedLoad.ColumnsAsync(connection, feed.Quarantine, ct)).Count > 0;

    /// <summary>The objects with a row that waits to be repaired or tried again.</summary>
    public static async Task<IReadOnlySet<string>> WaitingAsync(DbConnection connection, Feed feed, CancellationToken ct) =>
        await ExistsAsync(connection, feed, ct)
            ? (await connection.QueryAsync($"SELECT DISTINCT _object FROM {Sql.Quote(feed.Quarantine)} WHERE _status IN ('open', 'fixed')", r => r.GetString(0), ct)).ToHashSet()
            : new HashSet<string>();

    /// <summary>How many rows are in quarantine, by rule and status.</summary>
    public static async Task<List<(string Rules, string Status, long Rows, string Example)>> CountAsync(DbConnection connection, Feed feed, CancellationToken ct) =>
        await ExistsAsync(connection, feed, ct)
            ? await connection.QueryAsync(
                $"SELECT _rules, _status, count(*), min(_reason) FROM {Sql.Quote(feed.Quarantine)} GROUP BY ALL ORDER BY 2, 3 DESC, 1",
                r => (r.GetString(0), r.GetString(1), r.GetInt64(2), r.IsDBNull(3) ? "" : r.GetString(3)), ct)
            : [];

    /// <summary>Sets columns of open rows to new text and marks them to be tried again by the next load; <paramref name="where"/> is a condition over the quarantine's columns.</summary>
    public static Task<long> FixAsync(DbConnection connection, Feed feed, string where, IReadOnlyDictionary<string, string?> values, CancellationToken ct) =>
        connection.ExecuteAsync(
            $"UPDATE {Sql.Quote(feed.Quarantine)} SET {string.Concat(values.Keys.Select((c, i) => $"{Sql.Quote(c)} = $v{i}, "))}_status = 'fixed', _fixed = true WHERE _status IN ('open', 'fixed') AND ({where})",
            ct,
            [.. values.Values.Select((v, i) => ($"v{i}", (object?)v))]
        );

    /// <summary>Marks rows: <c>fixed</c> to be tried again as they are, <c>discarded</c> to stay out for good, <c>open</c> to undo either.</summary>
    public static Task<long> MarkAsync(DbConnection connection, Feed feed, string where, string status, CancellationToken ct) =>
        connection.ExecuteAsync($"UPDATE {Sql.Quote(feed.Quarantine)} SET _status = $status WHERE _status IN ('open', 'fixed', 'discarded') AND ({where})", ct, ("status", status));
}
