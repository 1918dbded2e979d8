using Cartage.Models;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Web;

/// <summary>What a table is made of and what is made of it, by the SQL itself.</summary>
static class TableLineage
{
    /// <summary>The tables it reads, and those that read it.</summary>
    public static async Task<(IReadOnlyList<Table> Reads, IReadOnlyList<Table> ReadBy)> AroundAsync(Workspace workspace, TableInfo table, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenDoorAsync(ct);
        List<Table> reads = [], readBy = [];
        if (table.Feed is { } feed && table.Table != feed.Base)
            reads.Add(feed.Base);
        foreach (var pipeline in workspace.Project.Pipelines)
            foreach (var model in pipeline.Models)
            {
                var names = (await ModelReads.ForAsync(connection, model, ct)).Select(x => Resolve(workspace.Project, pipeline, x)).OfType<Table>().Distinct().ToList();
                if (model.Table == table.Table)
                    reads.AddRange(names);
                if (names.Contains(table.Table))
                    readBy.Add(model.Table);
            }
        return (reads, readBy);
    }

    /// <summary>The columns each of a model's columns is computed from, where its SELECT says so.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<ColumnSource>>> ColumnsAsync(Workspace workspace, TableInfo table, CancellationToken ct)
    {
        if (table.Model is not { } model)
            return new Dictionary<string, IReadOnlyList<ColumnSource>>();
        await using var door = await workspace.Warehouse.OpenDoorAsync(ct);
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        Dictionary<Table, IReadOnlyList<string>> columns = [];
        foreach (var name in await ModelReads.ForAsync(door, model, ct))
            if (Resolve(workspace.Project, table.Pipeline, name) is { } read)
                columns[read] = [.. (await Catalog.ColumnsAsync(connection, workspace.Warehouse.Dialect, read, ct)).Select(x => x.Name)];
        Dictionary<string, IReadOnlyList<ColumnSource>> from = new(await ColumnLineage.ReadAsync(door, Template.Neutral(model.Sql), x => Resolve(workspace.Project, table.Pipeline, x), x => columns.GetValueOrDefault(x, []), ct), StringComparer.OrdinalIgnoreCase);
        // A looked-up key stands in the place of the SELECT's own column.
        foreach (var lookup in model.Dimensions)
            from[lookup.Column] = [.. from.GetValueOrDefault(lookup.Key, []), .. Resolve(workspace.Project, table.Pipeline, lookup.Dimension) is { } dimension ? [new ColumnSource(dimension, lookup.Column)] : (ColumnSource[])[]];
        return from;
    }

    /// <summary>The table a model's name for it means: a model or feed of its pipeline, or of another one that it names.</summary>
    public static Table? Resolve(Project project, Pipeline pipeline, string name)
    {
        var parts = name.Split('.', 2);
        var owner = parts.Length == 1 ? pipeline : project.Pipelines.FirstOrDefault(x => parts[0] == x.Name || parts[0] == Table.ModelSchema(x.Name) || parts[0] == Table.RawSchema(x.Name));
        return owner?.Models.FirstOrDefault(x => x.Name == parts[^1])?.Table
            ?? owner?.Feeds.Select(x => x.Name == parts[^1] ? x.Base : x.History.Name == parts[^1] ? x.History : null).FirstOrDefault(x => x is not null);
    }
}
