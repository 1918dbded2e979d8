using Cartage.Models;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Web;

/// <summary>A feed or model in the picture; column and row are its place in a grid.</summary>
public sealed record GraphNode(string Name, string Kind, string Href, TaskResult? Last, int Column, int Row);

/// <summary>What reads what, as a pair of nodes.</summary>
public sealed record GraphEdge(GraphNode From, GraphNode To);

/// <summary>A pipeline's feeds and models drawn from left to right: each stands one column after the last thing it reads, near what it is joined to.</summary>
public sealed record Graph(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges)
{
    public int Columns => Nodes.Count == 0 ? 0 : Nodes.Max(x => x.Column) + 1;

    public int Rows => Nodes.Count == 0 ? 0 : Nodes.Max(x => x.Row) + 1;

    public static async Task<Graph> ReadAsync(Workspace workspace, Pipeline pipeline, RunResult? run, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenDoorAsync(ct);
        Dictionary<string, IReadOnlyList<string>> reads = [];
        foreach (var model in pipeline.Models)
            reads[model.Name] = [.. (await ModelReads.ForAsync(connection, model, ct)).Select(x => Own(pipeline, x)).OfType<string>().Where(x => x != model.Name).Distinct()];
        return Draw(pipeline, reads, run);
    }

    /// <summary>Lays it out; pure.</summary>
    public static Graph Draw(Pipeline pipeline, IReadOnlyDictionary<string, IReadOnlyList<string>> reads, RunResult? run)
    {
        var columns = pipeline.Feeds.ToDictionary(x => x.Name, _ => 0);
        foreach (var name in ModelGraph.Sort(reads).Order)
            columns[name] = 1 + reads[name].Select(x => columns.GetValueOrDefault(x)).DefaultIfEmpty(0).Max();
        var rows = Rank(columns, reads);
        var tasks = (run?.Tasks ?? []).Where(x => x.Kind is "load" or "extract" or "build").GroupBy(x => x.Name).ToDictionary(x => x.Key, x => x.Last());
        var nodes = pipeline.Feeds.Select(x => new GraphNode(x.Name, "feed", Links.Table(x.Base), tasks.GetValueOrDefault(x.Name), 0, rows[x.Name]))
            .Concat(pipeline.Models.Select(x => new GraphNode(x.Name, x.Materialization.Kind, Links.Table(x.Table), tasks.GetValueOrDefault(x.Name), columns[x.Name], rows[x.Name]))).ToDictionary(x => x.Name);
        return new([.. nodes.Values], [.. reads.SelectMany(x => x.Value.Where(nodes.ContainsKey).Select(from => new GraphEdge(nodes[from], nodes[x.Key])))]);
    }

    // A few sweeps: each column is ordered by where, on average, its neighbours stand, first towards the right and then back.
    static Dictionary<string, int> Rank(Dictionary<string, int> columns, IReadOnlyDictionary<string, IReadOnlyList<string>> reads)
    {
        var layers = columns.GroupBy(x => x.Value).OrderBy(x => x.Key).Select(x => x.Select(y => y.Key).Order(StringComparer.Ordinal).ToList()).ToList();
        var readBy = reads.SelectMany(x => x.Value.Select(y => (From: y, To: x.Key))).ToLookup(x => x.From, x => x.To);
        Dictionary<string, int> place = [];
        Place(layers, place);
        for (var sweep = 0; sweep < 6; sweep++)
            foreach (var layer in sweep % 2 == 0 ? layers : Enumerable.Reverse(layers))
            {
                var wish = layer.ToDictionary(x => x, x => (sweep % 2 == 0 ? reads.GetValueOrDefault(x, []) : readBy[x]).Where(place.ContainsKey).Select(y => (double)place[y]).DefaultIfEmpty(place[x]).Average());
                var ordered = layer.OrderBy(x => wish[x]).ThenBy(x => place[x]).ToList();
                layer.Clear();
                layer.AddRange(ordered);
                Place(layers, place);
            }
        return place;
    }

    // Shorter columns stand in the middle of the longest.
    static void Place(List<List<string>> layers, Dictionary<string, int> place)
    {
        var tallest = layers.Select(x => x.Count).DefaultIfEmpty(0).Max();
        foreach (var layer in layers)
            for (var i = 0; i < layer.Count; i++)
                place[layer[i]] = i + ((tallest - layer.Count) / 2);
    }

    // A history table is its feed; another pipeline's tables are not in this picture.
    static string? Own(Pipeline pipeline, string read)
    {
        var parts = read.Split('.', 2);
        if (parts.Length == 2 && parts[0] != Table.ModelSchema(pipeline.Name) && parts[0] != Table.RawSchema(pipeline.Name))
            return null;
        return pipeline.Feeds.FirstOrDefault(x => x.History.Name == parts[^1])?.Name ?? parts[^1];
    }
}
