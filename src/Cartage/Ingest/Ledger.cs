using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>The objects a warehouse has loaded, and where the rows of every feed and run went; kept in the warehouse, so that they commit with the rows.</summary>
public static class Ledger
{
    const string Loaded = "loaded";

    // Of one contract: with another the object is tried again.
    static string Unreadable(Feed feed) => $"unreadable {feed.Definition}";

    /// <summary>Creates what is missing.</summary>
    public static Task EnsureAsync(DbConnection connection, CancellationToken ct) =>
        connection.ExecuteAsync(
            """
            CREATE SCHEMA IF NOT EXISTS cartage;
            CREATE TABLE IF NOT EXISTS cartage.ledger (
              pipeline VARCHAR, feed VARCHAR, object VARCHAR(65535), bytes BIGINT, status VARCHAR, reason VARCHAR(65535), run VARCHAR, loaded_at TIMESTAMP);
            CREATE TABLE IF NOT EXISTS cartage.equations (
              run VARCHAR, pipeline VARCHAR, feed VARCHAR, rows_read BIGINT, inserted BIGINT, updated BIGINT, deleted BIGINT, unchanged BIGINT,
              superseded BIGINT, dropped BIGINT, quarantined BIGINT);
            """,
            ct
        );

    /// <summary>The objects that need not be looked at again: true for those that are loaded, false for those that cannot be read as the contract says now.</summary>
    public static async Task<Dictionary<string, bool>> ReadAsync(DbConnection connection, Feed feed, CancellationToken ct) =>
        (await connection.QueryAsync(
            "SELECT object, status FROM cartage.ledger WHERE pipeline = $pipeline AND feed = $feed",
            r => new Entry(r.GetString(0), r.GetString(1)), ct, ("pipeline", feed.Pipeline), ("feed", feed.Name)
        )).Where(x => x.Status == Loaded || x.Status == Unreadable(feed)).GroupBy(x => x.Object).ToDictionary(g => g.Key, g => g.Any(x => x.Status == Loaded));

    /// <summary>The objects that were loaded by runs before one.</summary>
    public static async Task<HashSet<string>> BeforeAsync(DbConnection connection, Feed feed, string run, CancellationToken ct) =>
        [.. await connection.QueryAsync(
            "SELECT object FROM cartage.ledger WHERE pipeline = $pipeline AND feed = $feed AND status = 'loaded' GROUP BY object HAVING min(run) < $run",
            r => r.GetString(0), ct, ("pipeline", feed.Pipeline), ("feed", feed.Name), ("run", run))];

    /// <summary>Writes objects down.</summary>
    public static async Task AddAsync(DbConnection connection, Feed feed, IEnumerable<(Manifest Object, string? Reason)> objects, RunStamp stamp, CancellationToken ct)
    {
        foreach (var batch in objects.Chunk(100))
        {
            List<(string, object?)> parameters = [("pipeline", feed.Pipeline), ("feed", feed.Name), ("run", stamp.RunId), ("at", stamp.LoadedAt.UtcDateTime), ("loaded", Loaded), ("unreadable", Unreadable(feed))];
            var rows = batch.Select((item, i) =>
            {
                parameters.AddRange([($"o{i}", item.Object.Object), ($"b{i}", item.Object.Bytes), ($"r{i}", item.Reason)]);
                return $"($pipeline, $feed, $o{i}, $b{i}, {(item.Reason is null ? "$loaded" : "$unreadable")}, $r{i}, $run, $at)";
            }).ToList();
            await connection.ExecuteAsync($"INSERT INTO cartage.ledger VALUES {string.Join(", ", rows)}", ct, [.. parameters]);
        }
    }

    /// <summary>Writes down where a feed's rows went.</summary>
    public static Task AddAsync(DbConnection connection, Feed feed, RowEquation e, RunStamp stamp, CancellationToken ct) =>
        connection.ExecuteAsync(
            $"INSERT INTO cartage.equations VALUES ($run, $pipeline, $feed, {e.Read}, {e.Inserted}, {e.Updated}, {e.Deleted}, {e.Unchanged}, {e.Superseded}, {e.Dropped}, {e.Quarantined})",
            ct,
            ("run", stamp.RunId), ("pipeline", feed.Pipeline), ("feed", feed.Name)
        );

    sealed record Entry(string Object, string Status);
}
