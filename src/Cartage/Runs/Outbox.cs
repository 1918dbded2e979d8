using System.Data.Common;
using System.Text.Json;
using Cartage.Projects;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>Something in the outbox, by the run that published.</summary>
sealed record OutboxItem(string RunId, long Number, FollowUp Work);

/// <summary>What must follow what was published, kept in the warehouse so that it commits with the tables; an item goes when it is done.</summary>
static class Outbox
{
    // What is longer lies in several rows: Redshift holds 65,535 bytes in one text. The JSON is ASCII.
    const int PartLength = 60_000;

    public static Task EnsureAsync(DbConnection connection, CancellationToken ct) =>
        connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS cartage.outbox (pipeline VARCHAR, run VARCHAR, item BIGINT, part BIGINT, work VARCHAR(65535))", ct);

    public static async Task AddAsync(DbConnection connection, Pipeline pipeline, string run, IReadOnlyList<FollowUp> work, CancellationToken ct)
    {
        foreach (var (i, one) in work.Index())
            foreach (var (part, text) in JsonSerializer.Serialize(one, FollowUpJson.Default.FollowUp).Chunk(PartLength).Index())
                await connection.ExecuteAsync(
                    "INSERT INTO cartage.outbox VALUES ($p, $run, $item, $part, $work)",
                    ct,
                    ("p", pipeline.Name), ("run", run), ("item", (long)i), ("part", (long)part), ("work", new string(text)));
    }

    /// <summary>What is still to be done for a pipeline, in the order it was published.</summary>
    public static async Task<List<OutboxItem>> OpenAsync(DbConnection connection, Pipeline pipeline, CancellationToken ct)
    {
        var parts = await connection.QueryAsync(
            "SELECT run, item, work FROM cartage.outbox WHERE pipeline = $p ORDER BY run, item, part",
            r => new Part(r.GetString(0), r.GetInt64(1), r.GetString(2)),
            ct,
            ("p", pipeline.Name));
        return [.. parts.GroupBy(x => x with { Work = "" }).Select(g => new OutboxItem(g.Key.RunId, g.Key.Number, JsonSerializer.Deserialize(string.Concat(g.Select(x => x.Work)), FollowUpJson.Default.FollowUp)!))];
    }

    public static Task RemoveAsync(DbConnection connection, OutboxItem item, CancellationToken ct) =>
        connection.ExecuteAsync("DELETE FROM cartage.outbox WHERE run = $run AND item = $item", ct, ("run", item.RunId), ("item", item.Number));

    sealed record Part(string RunId, long Number, string Work);
}
