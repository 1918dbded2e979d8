using System.Data.Common;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Plans;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>Which table a name in SQL means during a run: what is built aside is read there until it is published, what is not rebuilt is read where it is.</summary>
sealed class TableNames(Workspace workspace, Plan plan, IReadOnlyDictionary<string, FeedLoad> loads, Func<Model, Table?> built)
{
    readonly Dialect _dialect = workspace.Warehouse.Dialect;

    /// <summary>Where a name is read before the publish; null where it is none of ours.</summary>
    public string? Aside(TableRead read) => Resolve(read, aside: true);

    /// <summary>The pipeline's model of a name.</summary>
    public Model? Find(string name) => plan.Pipeline.Models.FirstOrDefault(m => m.Name == name);

    /// <summary>A model's SQL with the interval and variables put in.</summary>
    public string Render(Model model) => Template.Render(model.Sql, plan.Interval, workspace.Project.Variables, _dialect.Quote(model.Table));

    /// <summary>A model's SQL with the names everybody sees.</summary>
    public Task<string> FinalAsync(DbConnection door, Model model, CancellationToken ct) => ModelReader.RewriteAsync(door, Render(model), read => Resolve(read, aside: false), ct);

    string? Resolve(TableRead read, bool aside)
    {
        if (read.Schema is { } schema)
            return workspace.Project.Pipelines.Any(p => p.Name == schema || Table.ModelSchema(p.Name) == schema) ? _dialect.Quote(new Table(Table.ModelSchema(schema), read.Name)) : null;
        if (Find(read.Name) is { } model)
            return _dialect.Quote(aside && built(model) is { } at ? at : model.Table);
        foreach (var feed in plan.Pipeline.Feeds)
            if (feed.Name == read.Name)
                return _dialect.Quote(aside && loads.TryGetValue(feed.Name, out var load) ? load.Readable : feed.Base);
            else if (feed.History.Name == read.Name)
                return _dialect.Quote(aside && loads.TryGetValue(feed.Name, out var load) ? load.ReadableHistory : feed.History);
        return null;
    }
}
