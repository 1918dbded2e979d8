using System.Data.Common;
using Cartage.Ingest;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Web;

/// <summary>What is known of a table's past and of the objects behind it.</summary>
static class TableHistory
{
    /// <summary>When each model's table was last written, by pipeline and model.</summary>
    public static async Task<Dictionary<(string, string), DateTimeOffset?>> LastBuiltAsync(Workspace workspace, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        if (!await Catalog.ExistsAsync(connection, workspace.Warehouse.Dialect, new("cartage", "models"), ct))
            return [];
        return (await connection.QueryAsync("SELECT pipeline, model, max(updated_at) FROM cartage.models GROUP BY pipeline, model", r => ((r.GetString(0), r.GetString(1)), (DateTimeOffset?)Utc(r, 2)), ct)).ToDictionary();
    }

    /// <summary>How many rows a table had after each of a pipeline's last runs that wrote it, oldest first.</summary>
    public static async Task<IReadOnlyList<(DateTimeOffset At, double Rows)>> RowsAsync(RunStore store, TableInfo table, CancellationToken ct) =>
        [.. (await store.ListRunsAsync(new RunFilter(60, table.Pipeline.Name, [RunState.Succeeded, RunState.Quarantined]), ct))
            .SelectMany(run => run.Tasks.Where(x => x.Kind == "build" && x.Name == table.Model?.Name && x.Rows is not null && x.State != RunState.Skipped).Select(x => (run.StartedAt, (double)x.Rows!.Value)))
            .OrderBy(x => x.StartedAt)];

    /// <summary>The objects a feed was loaded from, newest first: name, bytes, state, run and when.</summary>
    public static async Task<IReadOnlyList<LoadedObject>> ObjectsAsync(Workspace workspace, Feed feed, int limit, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        return await connection.QueryAsync(
            "SELECT object, bytes, status, reason, run, loaded_at FROM cartage.ledger WHERE pipeline = $pipeline AND feed = $feed ORDER BY loaded_at DESC, object LIMIT $limit",
            r => new LoadedObject(r.GetString(0), r.IsDBNull(1) ? 0 : r.GetInt64(1), r.GetString(2), r.IsDBNull(3) ? null : r.GetString(3), r.GetString(4), Utc(r, 5)),
            ct, ("pipeline", feed.Pipeline), ("feed", feed.Name), ("limit", (long)limit));
    }

    static DateTimeOffset Utc(DbDataReader r, int column) => new(DateTime.SpecifyKind(r.GetDateTime(column), DateTimeKind.Utc));
}

/// <summary>An object in the raw zone and when it was loaded, or why it could not be.</summary>
sealed record LoadedObject(string Object, long Bytes, string Status, string? Reason, string Run, DateTimeOffset At);
