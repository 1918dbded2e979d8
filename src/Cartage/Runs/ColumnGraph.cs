using System.Data.Common;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Projects;

namespace Cartage.Runs;

/// <summary>What every column of a project's tables is computed from, all written <c>pipeline.table.column</c>; columns of feeds are computed from nothing.</summary>
public sealed class ColumnGraph
{
    readonly Dictionary<string, IReadOnlyList<string>> _from = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, List<string>> _columns = [];

    /// <summary>What each column is computed from.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> From => _from;

    /// <summary>What is computed from each column.</summary>
    public ILookup<string, string> UsedIn => _from.SelectMany(x => x.Value.Select(y => (From: y, To: x.Key))).ToLookup(x => x.From, x => x.To, StringComparer.OrdinalIgnoreCase);

    /// <summary>The columns of a table, as <c>pipeline.table</c>.</summary>
    public IReadOnlyList<string> ColumnsOf(string table) => _columns.GetValueOrDefault(table) ?? [];

    /// <summary>Reads the SQL of every model in its order; <paramref name="stored"/> gives the columns that a feed's base table has beyond its contract.</summary>
    public static async Task<ColumnGraph> OfAsync(DbConnection connection, Project project, TableGraph tables, Func<Feed, Task<IReadOnlyList<string>>> stored, CancellationToken ct)
    {
        var graph = new ColumnGraph();
        foreach (var feed in project.Pipelines.SelectMany(p => p.Feeds))
            foreach (var column in feed.Columns.Select(c => c.Name).Concat(await stored(feed)).Concat(Contract.Own.Select(c => c.Name)).Distinct(StringComparer.OrdinalIgnoreCase))
                graph.Add($"{feed.Pipeline}.{feed.Name}", column, []);
        var models = project.Pipelines.SelectMany(p => p.Models).ToDictionary(m => $"{m.Pipeline}.{m.Name}");
        foreach (var name in ModelGraph.Sort(tables.Reads).Order.Where(models.ContainsKey))
            await graph.AddAsync(connection, tables, models, models[name], ct);
        return graph;
    }

    async Task AddAsync(DbConnection connection, TableGraph tables, IReadOnlyDictionary<string, Model> models, Model model, CancellationToken ct)
    {
        var name = $"{model.Pipeline}.{model.Name}";
        var derived = await ColumnSources.ReadAsync(connection, Template.Neutral(model.Sql), written => ColumnsOf(tables.Resolve(model.Pipeline, written)), ct);
        var from = derived.Where(d => d.Name.Length > 0).DistinctBy(d => d.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(d => d.Name, d => (IReadOnlyList<string>)[.. d.Sources.Select(s => $"{tables.Resolve(model.Pipeline, s.Table)}.{s.Column}").Distinct(StringComparer.OrdinalIgnoreCase)], StringComparer.OrdinalIgnoreCase);
        IReadOnlyList<string> Of(string? column) => column is null ? [] : from.GetValueOrDefault(column) ?? [];
        var scd2 = model.Materialization as Materialization.Scd2;
        if (scd2 is not null)
            Add(name, scd2.Surrogate, [.. Of(scd2.Key).Union(Of(scd2.UpdatedAt))]);
        foreach (var (column, sources) in from)
            if (model.Dimensions.FirstOrDefault(d => d.Key == column) is { } look)
                Add(name, look.Column, [.. SurrogateOf(models, tables.Resolve(model.Pipeline, look.Dimension)), .. sources.Union(Of(look.At))]);
            else if (scd2 is null || column != scd2.UpdatedAt && column != scd2.Deleted && column is not ("_object" or "_record"))
                Add(name, column, sources);
        if (scd2 is null)
            return;
        foreach (var column in new[] { "valid_from", "valid_to", "is_current" })
            Add(name, column, Of(scd2.UpdatedAt));
        Add(name, "is_deleted", Of(scd2.Deleted));
    }

    static IEnumerable<string> SurrogateOf(IReadOnlyDictionary<string, Model> models, string dimension) =>
        models.GetValueOrDefault(dimension)?.Materialization is Materialization.Scd2 s ? [$"{dimension}.{s.Surrogate}"] : [];

    void Add(string table, string column, IReadOnlyList<string> sources)
    {
        _from[$"{table}.{column}"] = sources;
        if (!_columns.TryGetValue(table, out var columns))
            _columns[table] = columns = [];
        columns.Add(column);
    }
}
