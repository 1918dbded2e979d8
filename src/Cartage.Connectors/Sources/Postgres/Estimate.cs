using System.Data.Common;
using System.Text.Json;
using Cartage.Warehouses;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>What the server's planner expects of a query: its rows, and its cost in the planner's own unit.</summary>
sealed record Estimate(long Rows, double Cost)
{
    /// <summary>Asks the planner; nothing is read.</summary>
    public static async Task<Estimate> OfAsync(DbConnection connection, string query, CancellationToken ct)
    {
        using var plan = JsonDocument.Parse((await connection.ScalarAsync<string>($"EXPLAIN (FORMAT JSON) {query}", ct))!);
        var top = plan.RootElement[0].GetProperty("Plan");
        return new((long)top.GetProperty("Plan Rows").GetDouble(), top.GetProperty("Total Cost").GetDouble());
    }
}
