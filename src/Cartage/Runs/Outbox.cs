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
    public static Task EnsureAsync(DbConnection connection, CancellationToken ct) =>
        connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS cartage.outbox (pipeline VARCHAR, run VARCHAR, item BIGINT, work VARCHAR(65535))", ct);

    public static async Task AddAsync(DbConnection connection, Pipeline pipeline, string run, IReadOnlyList<FollowUp> work, CancellationToken ct)
    {
        foreach (var (i, one) in work.Index())
            await connection.ExecuteAsync(
                "INSERT INTO cartage.outbox VALUES ($p, $run, $item, $work)",
                ct,
                ("p", pipeline.Name), ("run", run), ("item", (long)i), ("work", JsonSerializer.Serialize(one, FollowUpJson.Default.FollowUp)));
    }

    /// <summary>What is still to be done for a pipeline, in the order it was published.</summary>
    public static Task<List<OutboxItem>> OpenAsync(DbConnection connection, Pipeline pipeline, CancellationToken ct) =>
        connection.QueryAsync(
            "SELECT run, item, work FROM cartage.outbox WHERE pipeline = $p ORDER BY run, item",
            r => new OutboxItem(r.GetString(0), r.GetInt64(1), JsonSerializer.Deserialize(r.GetString(2), FollowUpJson.Default.FollowUp)!),
            ct,
            ("p", pipeline.Name));

    public static Task RemoveAsync(DbConnection connection, OutboxItem item, CancellationToken ct) =>
        connection.ExecuteAsync("DELETE FROM cartage.outbox WHERE run = $run AND item = $item", ct, ("run", item.RunId), ("item", item.Number));
}
