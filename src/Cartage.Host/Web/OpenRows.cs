using Cartage.Ingest;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Web;

/// <summary>Rows that wait in quarantine.</summary>
static class OpenRows
{
    /// <summary>How many in all.</summary>
    public static async Task<long> CountAsync(Workspace workspace, CancellationToken ct) => (await ListAsync(workspace, ct)).Sum(x => x.Rows);

    /// <summary>How many of each feed, for which rules.</summary>
    public static async Task<IReadOnlyList<(Feed Feed, string Rules, long Rows, string Example)>> ListAsync(Workspace workspace, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        var there = (await connection.QueryAsync("SELECT table_schema, table_name FROM information_schema.tables", r => new Table(r.GetString(0), r.GetString(1)), ct)).ToHashSet();
        var feeds = workspace.Project.Pipelines.SelectMany(x => x.Feeds).Where(x => there.Contains(x.Quarantine)).ToList();
        return feeds.Count == 0 ? [] : await connection.QueryAsync(
            string.Join(" UNION ALL ", feeds.Select((x, i) => $"SELECT {i} AS i, _rules, count(*) AS n, min(_reason) FROM {workspace.Warehouse.Dialect.Quote(x.Quarantine)} WHERE _status IN ('open', 'fixed') GROUP BY _rules")) + " ORDER BY 1, 3 DESC, 2",
            r => (feeds[r.GetInt32(0)], r.GetString(1), r.GetInt64(2), r.IsDBNull(3) ? "" : r.GetString(3)), ct);
    }
}
