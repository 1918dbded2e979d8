using System.Data.Common;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Plans;
using Cartage.Projects;
using Cartage.Storage;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>An opened project: its lock, warehouse, zones and run store.</summary>
public sealed class Workspace : IAsyncDisposable
{
    readonly WorkspaceLock _lock;

    Workspace(WorkspaceLock @lock, Project project, IWarehouse warehouse, RunStore store, Zones zones, Func<Feed, ISource> openSource, TimeProvider clock) =>
        (_lock, Project, Warehouse, Store, Zones, OpenSource, Clock) = (@lock, project, warehouse, store, zones, openSource, clock);

    /// <summary>What the user wrote.</summary>
    public Project Project { get; }

    /// <summary>Where its tables are.</summary>
    public IWarehouse Warehouse { get; }

    /// <summary>The history of its runs.</summary>
    public RunStore Store { get; }

    /// <summary>Where its objects are.</summary>
    public Zones Zones { get; }

    /// <summary>Opens the source a feed is read from, for one run.</summary>
    public Func<Feed, ISource> OpenSource { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; }

    internal RunIds Ids { get; } = new();

    /// <summary>Takes the lock and opens everything, then ends what a killed process left behind.</summary>
    public static async Task<Workspace> OpenAsync(Project project, string command, string version, Func<IReadOnlyList<string>, Task<IWarehouse>> openWarehouse, Func<Feed, ISource> openSource, TimeProvider clock, CancellationToken ct)
    {
        var taken = WorkspaceLock.Take(project.StateFolder, command, version, clock);
        IWarehouse? warehouse = null;
        RunStore? store = null;
        try
        {
            string Zone(string name) => Path.GetFullPath(project.Zones.GetValueOrDefault(name, ".cartage/" + name), project.Root);
            var raw = new LocalFolder(Zone("raw"));
            warehouse = await openWarehouse([raw.Root]);
            store = await RunStore.OpenAsync(Path.Combine(project.StateFolder, "state.duckdb"), ct);
            var workspace = new Workspace(taken, project, warehouse, store, new(raw, new LocalFolder(Zone("processed")), new LocalFolder(Zone("reports"))), openSource, clock);
            await workspace.RecoverAsync(ct);
            return workspace;
        }
        catch
        {
            if (store is not null)
                await store.DisposeAsync();
            if (warehouse is not null)
                await warehouse.DisposeAsync();
            taken.Dispose();
            throw;
        }
    }

    /// <summary>What a request would do, pipeline by pipeline.</summary>
    public async Task<IReadOnlyList<Plan>> PlanAsync(RunRequest request, CancellationToken ct)
    {
        await using var connection = await Warehouse.OpenAsync(ct);
        await WarehouseState.EnsureAsync(connection, ct);
        List<Plan> plans = [];
        foreach (var (pipeline, models) in await Selector.SelectAsync(Project, request.Selector, p => ReadsAsync(connection, p, ct)))
        {
            var known = await WarehouseState.DefinitionsAsync(connection, pipeline, ct);
            var loaded = await WarehouseState.LoadedFeedsAsync(connection, pipeline, ct);
            var ordered = await OrderAsync(connection, pipeline, models, ct);
            plans.Add(Plan.For(pipeline, ordered, FeedOrder.Sort(pipeline.Feeds), known, loaded, await IntervalAsync(connection, pipeline, request, ct), request.FullRefresh));
        }
        return plans;
    }

    /// <summary>Runs plans one after the other; an exception becomes a result in the runner.</summary>
    public async Task<IReadOnlyList<RunResult>> RunAsync(IReadOnlyList<Plan> plans, RunRequest request, IProgress<RunEvent>? progress, CancellationToken ct)
    {
        List<RunResult> results = [];
        foreach (var plan in plans)
            results.Add(await new Runner(this, plan, request, progress).RunAsync(ct));
        return results;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Warehouse.DisposeAsync();
        _lock.Dispose();
    }

    // The run store is brought in line with the warehouse: what committed there has succeeded, whatever was written down here.
    async Task RecoverAsync(CancellationToken ct)
    {
        var cut = await Store.ListUnfinishedAsync(ct);
        if (cut.Count == 0)
            return;
        await using var connection = await Warehouse.OpenAsync(ct);
        await WarehouseState.EnsureAsync(connection, ct);
        foreach (var run in cut)
            await Store.SaveAsync(
                await WarehouseState.OutcomeAsync(connection, run.RunId, ct) is { } state
                    ? run with { State = state, Message = "its process ended after the commit" }
                    : run with { State = RunState.Failed, Message = "its process ended before the commit; nothing was published", Hint = "Run again." },
                ct
            );
    }

    // A scheduled pipeline's interval ends at the last tick, however late it is run: what a run covers does not hang on the clock.
    async Task<Interval> IntervalAsync(DbConnection connection, Pipeline pipeline, RunRequest request, CancellationToken ct)
    {
        var end = request.To ?? pipeline.Schedule?.Last(Clock.GetUtcNow(), pipeline.TimeZone) ?? Clock.GetUtcNow();
        if (request.From is { } from)
            return new(from, end);
        var start = (request.FullRefresh ? null : await WarehouseState.LastEndAsync(connection, pipeline, ct)) ?? pipeline.Start;
        return start < end ? new(start.Value, end) : new(pipeline.Schedule?.Last(end.AddTicks(-1), pipeline.TimeZone) ?? end.AddDays(-1), end);
    }

    static async Task<IReadOnlyList<Model>> OrderAsync(DbConnection connection, Pipeline pipeline, IReadOnlyList<Model> selected, CancellationToken ct)
    {
        var wanted = selected.ToDictionary(m => m.Name);
        return [.. ModelGraph.Sort(await ReadsAsync(connection, pipeline, ct)).Order.Where(wanted.ContainsKey).Select(n => wanted[n])];
    }

    static async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ReadsAsync(DbConnection connection, Pipeline pipeline, CancellationToken ct)
    {
        Dictionary<string, IReadOnlyList<string>> reads = [];
        foreach (var model in pipeline.Models)
            reads[model.Name] = await ModelReads.ForAsync(connection, model, ct);
        return reads;
    }
}
