using System.Data.Common;
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
    public static async Task<IReadOnlyList<(DateTimeOffset At, double Rows)>> RowsAsync(RunStore store, TableInfo table, CancellationToken ct)
    {
        var runs = (await store.ListRunsAsync(new RunFilter(60, table.Pipeline.Name, [RunState.Succeeded, RunState.Quarantined]), ct)).AsEnumerable().Reverse();
        return table.Kind == "feed" ? OfFeed(runs, table) : [.. runs.SelectMany(run => run.Tasks.Where(x => x.Kind == "build" && x.Name == table.Model?.Name && x.Rows is not null && x.State != RunState.Skipped).Select(x => (run.StartedAt, (double)x.Rows!.Value)))];
    }

    // What came and went adds up to what there is; a run that built everything anew begins with nothing.
    static List<(DateTimeOffset, double)> OfFeed(IEnumerable<RunResult> runs, TableInfo feed)
    {
        var changes = runs.SelectMany(run => run.Equations.Where(x => x.Feed == feed.Feed!.Name).Select(x => (run.StartedAt, Change: x.Inserted - x.Deleted, run.IsAnew))).ToList();
        changes = changes[Math.Max(0, changes.FindIndex(x => x.IsAnew))..];
        var rows = (feed.Rows ?? 0) - changes.Skip(changes.FindLastIndex(x => x.IsAnew) + 1).Sum(x => x.Change);
        return [.. changes.Select(x => (x.StartedAt, (double)(rows = (x.IsAnew ? 0 : rows) + x.Change)))];
    }

    /// <summary>The objects a feed's tables were loaded from, newest first: name, bytes, state, run and when.</summary>
    public static async Task<IReadOnlyList<LoadedObject>> ObjectsAsync(Workspace workspace, TableInfo table, int limit, CancellationToken ct)
    {
        if (table.Feed is not { } feed)
            return [];
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
