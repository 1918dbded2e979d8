using Cartage.Ingest;
using Cartage.Runs;

namespace Cartage.Host.Web;

/// <summary>Rows that wait in quarantine.</summary>
static class OpenRows
{
    /// <summary>How many in all.</summary>
    public static async Task<long> CountAsync(Workspace workspace, CancellationToken ct) => (await ListAsync(workspace, ct)).Sum(x => x.Rows);

    /// <summary>How many of each feed, for which rules.</summary>
    public static async Task<IReadOnlyList<(Feed Feed, string Rules, long Rows, string Example)>> ListAsync(Workspace workspace, CancellationToken ct)
    {
        List<(Feed, string, long, string)> all = [];
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        foreach (var feed in workspace.Project.Pipelines.SelectMany(x => x.Feeds))
            foreach (var (rules, status, rows, example) in await QuarantineTable.CountAsync(connection, workspace.Warehouse.Dialect, feed, ct))
                if (status is "open" or "fixed")
                    all.Add((feed, rules, rows, example));
        return all;
    }
}
