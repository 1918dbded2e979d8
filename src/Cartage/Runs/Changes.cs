using System.Data.Common;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Plans;
using Cartage.Projects;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>What a run changed so far, and which models that concerns.</summary>
sealed class Changes
{
    readonly Pipeline? _pipeline;
    readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _reads;
    readonly HashSet<string> _names = [];
    readonly Dictionary<string, Table?> _tables = [];
    readonly List<string> _upToDate = [];
    readonly HashSet<string> _overtaken = [];

    Changes(Pipeline? pipeline, IReadOnlyDictionary<string, IReadOnlyList<string>> reads) => (_pipeline, _reads) = (pipeline, reads);

    /// <summary>Nothing.</summary>
    public static Changes None { get; } = new(null, new Dictionary<string, IReadOnlyList<string>>());

    /// <summary>Names of tables that changed, each with a table of the rows concerned, as they were and as they are; null where those are not known. A view that only shows other rows is not among them.</summary>
    public IReadOnlyDictionary<string, Table?> Tables => _tables;

    /// <summary>What the loads of a run change.</summary>
    public static async Task<Changes> OfAsync(DbConnection connection, Pipeline pipeline, IEnumerable<FeedLoad> loads, CancellationToken ct)
    {
        Dictionary<string, IReadOnlyList<string>> reads = [];
        foreach (var model in pipeline.Models)
            reads[model.Name] = await ModelReads.ForAsync(connection, model, ct);
        var changes = new Changes(pipeline, reads);
        foreach (var load in loads.Where(l => l.Changed))
            foreach (var name in new[] { load.Feed.Name, load.Feed.History.Name })
            {
                changes._names.Add(name);
                changes._tables[name] = load.Changes;
            }
        return changes;
    }

    /// <summary>Something that a model reads and that changed, null where nothing did.</summary>
    public string? Because(Model model) => _reads[model.Name].FirstOrDefault(_names.Contains);

    /// <summary>Whether a table is made of this one's rows in the same run, be it through views.</summary>
    public bool AreAskedFor(Model model, IReadOnlyList<PlannedTask.Build> builds) =>
        builds.Any(b => _reads[b.Model.Name].Contains(model.Name) && (b.Model.Materialization is not Materialization.View || AreAskedFor(b.Model, builds)));

    /// <summary>A model that need not be built.</summary>
    public void Stands(Model model) => _upToDate.Add(model.Name);

    /// <summary>What a build did.</summary>
    public void Add(PlannedTask.Build build, ModelResult result, bool swap)
    {
        var (model, isView) = (build.Model, build.Model.Materialization is Materialization.View);
        if (result.Changed || swap || isView)
            _names.Add(model.Name);
        if (result.Changed || swap || isView && build.Certain)
            _tables[model.Name] = result.Changes;
        foreach (var dimension in result.Inferred)
        {
            _names.Add(dimension);
            _tables[dimension] = null;
            _overtaken.UnionWith(_upToDate.Where(m => _reads[m].Contains(dimension) && _pipeline!.Models.Any(x => x.Name == m && x.Materialization is not Materialization.View)));
        }
        _upToDate.Add(model.Name);
    }

    /// <summary>Models whose tables no longer follow from what they read: those that were left out, and those built before something they read got placeholders.</summary>
    public IReadOnlyCollection<string> Stale()
    {
        HashSet<string> stale = [.. _overtaken];
        HashSet<string> changed = [.. _names, .. stale];
        for (var before = -1; before < stale.Count; )
        {
            before = stale.Count;
            foreach (var model in _pipeline?.Models.Where(m => !_upToDate.Contains(m.Name) && _reads[m.Name].Any(changed.Contains)) ?? [])
                _ = changed.Add(model.Name) && stale.Add(model.Name);
        }
        return stale;
    }
}
