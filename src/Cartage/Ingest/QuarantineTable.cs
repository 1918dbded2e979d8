using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>Rows of a feed that broke a rule: their columns as text, why, where they came from, and whether they are <c>open</c>, <c>fixed</c>, <c>released</c> or <c>discarded</c>.</summary>
public static class QuarantineTable
{
    static readonly IReadOnlyList<Column> Own =
    [
        new("_id", "UUID"), new("_reason", "VARCHAR"), new("_rules", "VARCHAR"), new("_object", "VARCHAR"), new("_record", "BIGINT"), new("_raw", "VARCHAR"), new("_run", "VARCHAR"), new("_first_seen", "TIMESTAMP"),
        new("_status", "VARCHAR"), new("_fixed", "BOOLEAN"),
    ];

    /// <summary>Creates a feed's quarantine, or adds the columns it lacks.</summary>
    public static async Task EnsureAsync(DbConnection connection, Dialect dialect, Feed feed, IEnumerable<string> columns, CancellationToken ct)
    {
        var there = (await Catalog.ColumnsAsync(connection, dialect, feed.Quarantine, ct)).Select(c => c.Name).ToHashSet();
        if (there.Count == 0)
            await connection.ExecuteAsync(dialect.Create(feed.Quarantine, [.. columns.Select(c => new Column(c, "VARCHAR")), .. Own]), ct);
        else
            foreach (var column in columns.Where(c => !there.Contains(c)))
                await connection.ExecuteAsync($"ALTER TABLE {dialect.Quote(feed.Quarantine)} ADD COLUMN {dialect.Define(new(column, "VARCHAR"))}", ct);
    }

    /// <summary>Whether anything was ever set aside.</summary>
    public static async Task<bool> ExistsAsync(DbConnection connection, Dialect dialect, Feed feed, CancellationToken ct) => (await Catalog.ColumnsAsync(connection, dialect, feed.Quarantine, ct)).Count > 0;

    /// <summary>The objects with a row that waits to be repaired or tried again.</summary>
    public static async Task<IReadOnlySet<string>> WaitingAsync(DbConnection connection, Dialect dialect, Feed feed, CancellationToken ct) =>
        await ExistsAsync(connection, dialect, feed, ct)
            ? (await connection.QueryAsync($"SELECT DISTINCT _object FROM {dialect.Quote(feed.Quarantine)} WHERE _status IN ('open', 'fixed')", r => r.GetString(0), ct)).ToHashSet()
            : new HashSet<string>();

    /// <summary>How many rows are in quarantine, by rule and status.</summary>
    public static async Task<List<(string Rules, string Status, long Rows, string Example)>> CountAsync(DbConnection connection, Dialect dialect, Feed feed, CancellationToken ct) =>
        await ExistsAsync(connection, dialect, feed, ct)
            ? await connection.QueryAsync(
                $"SELECT _rules, _status, count(*), min(_reason) FROM {dialect.Quote(feed.Quarantine)} GROUP BY 1, 2 ORDER BY 2, 3 DESC, 1",
                r => (r.GetString(0), r.GetString(1), r.GetInt64(2), r.IsDBNull(3) ? "" : r.GetString(3)), ct)
            : [];

    /// <summary>A reason without the value it quotes, where the feed has columns with personal data.</summary>
    public static string Masked(Feed feed, string reason) =>
        feed.Columns.Any(x => x.Pii) && reason.IndexOf('\'') is >= 0 and var from && reason.LastIndexOf('\'') is var to && to > from ? $"{reason[..from]}'***'{reason[(to + 1)..]}" : reason;

    /// <summary>Sets columns of open rows to new text and marks them to be tried again by the next load; <paramref name="where"/> is a condition over the quarantine's columns.</summary>
    public static async Task<long> FixAsync(DbConnection connection, Dialect dialect, Feed feed, string where, IReadOnlyDictionary<string, string?> values, CancellationToken ct)
    {
        await EnsureAsync(connection, dialect, feed, values.Keys, ct); // the contract may have got a column since the rows were set aside
        return await connection.ExecuteAsync(
            $"UPDATE {dialect.Quote(feed.Quarantine)} SET {string.Concat(values.Keys.Select((c, i) => $"{dialect.Quote(c)} = $v{i}, "))}_status = 'fixed', _fixed = true WHERE _status IN ('open', 'fixed') AND ({where})",
            ct,
            [.. values.Values.Select((v, i) => ($"v{i}", (object?)v))]
        );
    }

    /// <summary>Marks rows: <c>fixed</c> to be tried again as they are, <c>discarded</c> to stay out for good, <c>open</c> to undo either.</summary>
    public static Task<long> MarkAsync(DbConnection connection, Dialect dialect, Feed feed, string where, string status, CancellationToken ct) =>
        connection.ExecuteAsync($"UPDATE {dialect.Quote(feed.Quarantine)} SET _status = $status WHERE _status IN ('open', 'fixed', 'discarded') AND ({where})", ct, ("status", status));
}
