using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Triggers;

/// <summary>What a run that ended means to other pipelines: those that run after it, and those that run when a table it changed does.</summary>
public static class Aftermath
{
    /// <summary>The events; none where nothing was published.</summary>
    public static IReadOnlyList<PipelineEvent> Of(Project project, RunResult run)
    {
        if (run.State is not (RunState.Succeeded or RunState.Quarantined))
            return [];
        var changed = Changed(run).ToHashSet();
        return [.. project.Pipelines.SelectMany(p => p.Triggers.Select(t => t switch
        {
            Trigger.After after when after.Pipeline == run.Pipeline => new PipelineEvent(p.Name, $"after {run.RunId}", $"after {run.Pipeline} ({run.RunId})"),
            Trigger.Catalog catalog when changed.Contains(catalog.Table) => new PipelineEvent(p.Name, $"catalog {catalog.Table} {run.RunId}", $"{catalog.Table} changed ({run.RunId})"),
            _ => null,
        })).OfType<PipelineEvent>()];
    }

    /// <summary>The tables a run changed, as <c>pipeline.table</c>: models whose rows did, and feeds of which anything came in.</summary>
    public static IEnumerable<string> Changed(RunResult run) =>
        run.Tasks.Where(t => t is { Kind: "build", State: RunState.Succeeded } && t.Inserted + t.Updated + t.Deleted + t.Closed > 0).Select(t => t.Name)
            .Concat(run.Equations.Where(e => e.Inserted + e.Updated + e.Deleted > 0).Select(e => e.Feed))
            .Select(name => $"{run.Pipeline}.{name}");
}
