using System.Data.Common;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Projects;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>How a run that rebuilds from the raw zone ends: its tables are only compared with the present ones, or published as well.</summary>
public enum ReplayEnd { Show, Publish }

/// <summary>What was built aside against what is published.</summary>
sealed class Replay(DbConnection connection, Dialect dialect, Pipeline pipeline)
{
    // What says how a row came rather than what it is.
    static readonly HashSet<string> Ignored = ["_run", "_loaded_at", "_record"];

    HashSet<string> Masked => [.. pipeline.Feeds.SelectMany(f => f.Columns.Where(c => c.Pii).Select(c => c.Name)), .. pipeline.Models.SelectMany(m => m.Pii)];

    /// <summary>The difference of every table that was built aside, those without any too.</summary>
    public async Task<IReadOnlyList<TableDifference>> CompareAsync(IEnumerable<Feed> feeds, IEnumerable<Model> models, CancellationToken ct)
    {
        List<TableDifference> differences = [];
        foreach (var (table, key) in Tables(feeds, models))
            differences.Add(await new TableComparison(connection, dialect).CompareAsync($"{table}", table, table.Next, key, Ignored, Masked, ct));
        return differences;
    }

    /// <summary>Takes what was built aside away.</summary>
    public async Task DropAsync(IEnumerable<Feed> feeds, IEnumerable<Model> models, CancellationToken ct)
    {
        foreach (var feed in feeds.Where(f => f.KeepsHistory))
            await connection.ExecuteAsync($"DROP VIEW IF EXISTS {dialect.Quote(feed.History.Next)}", ct);
        foreach (var model in models.Reverse().Where(m => m.Materialization is Materialization.View))
            await connection.ExecuteAsync($"DROP VIEW IF EXISTS {dialect.Quote(model.Table.Next)}", ct);
        foreach (var (table, _) in Tables(feeds, models))
            await connection.ExecuteAsync($"DROP TABLE IF EXISTS {dialect.Quote(table.Next)}", ct);
    }

    static IEnumerable<(Table Table, IReadOnlyList<string> Key)> Tables(IEnumerable<Feed> feeds, IEnumerable<Model> models) =>
        feeds.Select(f => (f.Base, f.Key)).Concat(models.Where(m => m.Materialization is not Materialization.View).Select(m => (m.Table, m.RowKey)));
}
