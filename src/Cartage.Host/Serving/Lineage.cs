using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Serving;

/// <summary>A column of a table.</summary>
public sealed record ColumnAt(Table Table, string Column);

/// <summary>What tables and columns are made of, by the SQL itself.</summary>
sealed class Lineage
{
    readonly TableGraph _tables;
    readonly ColumnGraph _columns;
    readonly Dictionary<string, Table> _places;

    Lineage(Project project, TableGraph tables, ColumnGraph columns)
    {
        (Project, _tables, _columns) = (project, tables, columns);
        _places = project.Pipelines.SelectMany(p => p.Feeds.Select(f => (Name: $"{p.Name}.{f.Name}", Base: f.Base)).Concat(p.Models.Select(m => (Name: $"{p.Name}.{m.Name}", Base: m.Table)))).DistinctBy(x => x.Name).ToDictionary(x => x.Name, x => x.Base);
        var marked = project.Pipelines.SelectMany(p => p.Feeds.SelectMany(f => f.Columns.Where(c => c.Pii).Select(c => $"{p.Name}.{f.Name}.{c.Name}")).Concat(p.Models.SelectMany(m => m.Pii.Select(c => $"{p.Name}.{m.Name}.{c}"))));
        Personal = Reach(marked, columns.UsedIn).Select(At).OfType<ColumnAt>().ToHashSet();
    }

    /// <summary>What it was read from.</summary>
    public Project Project { get; }

    /// <summary>The columns that hold personal data: those that are marked, and all that are computed from them.</summary>
    public IReadOnlySet<ColumnAt> Personal { get; }

    public static async Task<Lineage> ReadAsync(Workspace workspace, CancellationToken ct)
    {
        await using var door = await workspace.Warehouse.OpenDoorAsync(ct);
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        var tables = await TableGraph.OfAsync(door, workspace.Project, ct);
        return new(workspace.Project, tables, await ColumnGraph.OfAsync(door, workspace.Project, tables, async feed => [.. (await Catalog.ColumnsAsync(connection, workspace.Warehouse.Dialect, feed.Base, ct)).Select(x => x.Name)], ct));
    }

    /// <summary>The tables a table reads, and those that read it; a history or a quarantine is its feed's.</summary>
    public (IReadOnlyList<Table> Reads, IReadOnlyList<Table> ReadBy) Around(Web.TableInfo table)
    {
        var name = $"{table.Pipeline.Name}.{table.Model?.Name ?? table.Feed?.Name}";
        return ([.. _tables.Reads.GetValueOrDefault(name, []).Select(x => _places.GetValueOrDefault(x)).OfType<Table>()], [.. _tables.ReadBy[name].Select(x => _places.GetValueOrDefault(x)).OfType<Table>()]);
    }

    /// <summary>The columns a model's column is computed from.</summary>
    public IReadOnlyList<ColumnAt> From(Web.TableInfo table, string column) =>
        table.Model is null ? [] : [.. _columns.From.GetValueOrDefault($"{table.Pipeline.Name}.{table.Model.Name}.{column}", []).Select(At).OfType<ColumnAt>()];

    ColumnAt? At(string column) => column.LastIndexOf('.') is > 0 and var dot && _places.TryGetValue(column[..dot], out var table) ? new(table, column[(dot + 1)..].ToLowerInvariant()) : null;

    static HashSet<string> Reach(IEnumerable<string> from, ILookup<string, string> next)
    {
        HashSet<string> seen = new(from, StringComparer.OrdinalIgnoreCase);
        Stack<string> open = new(seen);
        while (open.TryPop(out var column))
            foreach (var other in next[column].Where(seen.Add))
                open.Push(other);
        return seen;
    }
}
