using System.Data.Common;
using Cartage.Models;
using Cartage.Projects;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>What every model of a project reads, all written <c>pipeline.name</c>; feeds read nothing.</summary>
public sealed class TableGraph
{
    readonly Project _project;

    TableGraph(Project project, IReadOnlyDictionary<string, IReadOnlyList<string>> reads)
    {
        (_project, Reads) = (project, reads);
        ReadBy = reads.SelectMany(x => x.Value.Select(y => (From: y, To: x.Key))).ToLookup(x => x.From, x => x.To);
    }

    /// <summary>What each reads.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Reads { get; }

    /// <summary>What reads each.</summary>
    public ILookup<string, string> ReadBy { get; }

    /// <summary>Reads the SQL of every model.</summary>
    public static async Task<TableGraph> OfAsync(DbConnection connection, Project project, CancellationToken ct)
    {
        Dictionary<string, IReadOnlyList<string>> reads = [];
        var graph = new TableGraph(project, reads);
        foreach (var pipeline in project.Pipelines)
        {
            foreach (var feed in pipeline.Feeds)
                reads[$"{pipeline.Name}.{feed.Name}"] = [];
            foreach (var model in pipeline.Models)
                reads[$"{pipeline.Name}.{model.Name}"] = [.. (await ModelReads.ForAsync(connection, model, ct)).Select(x => graph.Resolve(pipeline.Name, x)).Distinct()];
        }
        return new(project, reads);
    }

    /// <summary>What a name in a pipeline's SQL means: a schema is a pipeline's, whichever of its own it is, and a history table is its feed's.</summary>
    public string Resolve(string pipeline, string read)
    {
        var parts = read.Split('.', 2);
        var owner = parts.Length == 1 ? pipeline : _project.Pipelines.Select(x => x.Name).FirstOrDefault(x => Table.ModelSchema(x) is var schema && (parts[0] == schema || parts[0] == schema + "_raw")) ?? parts[0];
        var isHistory = _project.Pipelines.FirstOrDefault(x => x.Name == owner)?.Feeds.FirstOrDefault(x => x.History.Name == parts[^1]);
        return $"{owner}.{isHistory?.Name ?? parts[^1]}";
    }
}
