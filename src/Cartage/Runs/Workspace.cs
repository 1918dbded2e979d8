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
    static readonly RunState[] Ended = [RunState.Succeeded, RunState.Quarantined, RunState.Rejected, RunState.Failed, RunState.Cancelled];

    readonly WorkspaceLock? _lock;
    readonly Turns _turns;

    Workspace(WorkspaceLock? @lock, Turns turns, Project project, IWarehouse warehouse, RunStore store, Zones zones, Func<Feed, ISource> openSource, RunIds ids, TimeProvider clock) =>
        (_lock, _turns, Project, Warehouse, Store, Zones, OpenSource, Ids, Clock) = (@lock, turns, project, warehouse, store, zones, openSource, ids, clock);

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

    /// <summary>The servers that share the warehouse, where this is one of several.</summary>
    public Cluster? Cluster { get; init; }

    internal Lease? Lease { get; init; }

    internal Pools Pools { get; init; } = new();

    internal RunIds Ids { get; }

    /// <summary>Takes the lock and opens everything, then ends what a killed process left behind.</summary>
    public static async Task<Workspace> OpenAsync(Project project, string command, string version, Func<IReadOnlyList<string>, Task<IWarehouse>> openWarehouse, Func<RunDatabase> runs, Func<Feed, ISource> openSource, Zones zones, TimeProvider clock, CancellationToken ct)
    {
        var taken = WorkspaceLock.Take(project.StateFolder, command, version, clock);
        IWarehouse? warehouse = null;
        var opening = Task.Run(() => RunStore.OpenAsync(runs(), clock, ct), CancellationToken.None); // beside the warehouse, for as long as that takes
        try
        {
            warehouse = await openWarehouse(zones.Readable);
            var store = await opening;
            var cluster = project.ClusterLease is { } lease ? await Cluster.JoinAsync(warehouse, lease, clock, ct) : null;
            var workspace = new Workspace(taken, new(), project, warehouse, store, zones, openSource, new(), clock) { Cluster = cluster };
            await workspace.RecoverAsync(ct);
            return workspace;
        }
        catch
        {
            if (await Task.WhenAny(opening) is { IsCompletedSuccessfully: true })
                await (await opening).DisposeAsync();
            if (warehouse is not null)
                await warehouse.DisposeAsync();
            zones.Dispose();
            taken.Dispose();
            throw;
        }
    }

    /// <summary>What a request would do, pipeline by pipeline.</summary>
    public async Task<IReadOnlyList<Plan>> PlanAsync(RunRequest request, CancellationToken ct)
    {
        if (Project.Pipelines.FirstOrDefault(p => request.Selector == p.Name + Selector.Setup && p.Setup.Count > 0) is { } prepared)
            return [Plan.ForSetup(prepared, new(Clock.GetUtcNow(), Clock.GetUtcNow()))];
        await using var connection = await Warehouse.OpenAsync(ct);
        await using var door = await Warehouse.OpenDoorAsync(ct);
        await WarehouseState.EnsureAsync(Warehouse, connection, ct);
        List<Plan> plans = [];
        foreach (var (pipeline, models) in (await Selector.SelectAsync(Project, request.Selector, p => ReadsAsync(door, p, ct), p => EndedAsync(p, ct))).Where(x => request.Pipeline is null || x.Pipeline.Name == request.Pipeline))
        {
            var known = await WarehouseState.DefinitionsAsync(connection, pipeline, ct);
            var contracts = await WarehouseState.ContractsAsync(connection, pipeline, ct);
            var loaded = await WarehouseState.LoadedFeedsAsync(connection, pipeline, ct);
            var ordered = await OrderAsync(door, pipeline, models, ct);
            plans.Add(Plan.For(pipeline, ordered, FeedOrder.Sort(pipeline.Feeds), known, contracts, loaded, await IntervalAsync(connection, pipeline, request, ct), request.FullRefresh));
        }
        return plans;
    }

    /// <summary>The pipelines a selector means something in.</summary>
    public async Task<IReadOnlyList<Pipeline>> SelectAsync(string? selector, CancellationToken ct)
    {
        await using var connection = await Warehouse.OpenAsync(ct);
        return [.. (await Selector.SelectAsync(Project, selector, p => ReadsAsync(connection, p, ct), p => EndedAsync(p, ct))).Select(x => x.Pipeline)];
    }

    /// <summary>The same tables and history under what the user has written since; who opened it first closes it.</summary>
    public Workspace For(Project project, Func<Feed, ISource> openSource) => new(null, _turns, project, Warehouse, Store, Zones, openSource, Ids, Clock) { Pools = Pools, Cluster = Cluster };

    /// <summary>Runs plans one after the other, each when it is its turn; an exception becomes a result in the runner.</summary>
    public async Task<IReadOnlyList<RunResult>> RunAsync(IReadOnlyList<Plan> plans, RunRequest request, IProgress<RunEvent>? progress, CancellationToken ct)
    {
        List<RunResult> results = [];
        foreach (var plan in plans)
        {
            var runId = request.RunId ?? Ids.Next(Clock.GetUtcNow());
            results.Add(await InTurnAsync(runId, plan.Pipeline.Name, plan.Interval, request.Behind, stop => LeasedAsync(plan.Pipeline.Name, runId, request, (on, end) => new Runner(on, plan, request, runId, progress).RunAsync(end), stop), ct));
        }
        return results;
    }

    /// <summary>Runs what was asked of one pipeline, planned when it is its turn, and so after what ran before it.</summary>
    public Task<RunResult> RunAsync(AskedRun asked, CancellationToken ct)
    {
        var request = asked.Request with { Pipeline = asked.Pipeline, RunId = asked.RunId };
        return InTurnAsync(asked.RunId, asked.Pipeline, Span(request), request.Behind, async stop =>
        {
            try
            {
                return await LeasedAsync(asked.Pipeline, asked.RunId, request, async (on, end) => await on.PlanAsync(request, end) is [var plan]
                    ? await new Runner(on, plan, request, asked.RunId, null).RunAsync(end)
                    : throw new PipelineException($"what was asked for, '{asked.Request.Selector ?? "everything"}', no longer means the pipeline '{asked.Pipeline}'", hint: "The project's files have changed since. Ask for it anew."), stop);
            }
            catch (Exception e) when (e is PipelineException or DbException or IOException)
            {
                var failed = new RunResult(asked.RunId, asked.Pipeline, RunState.Failed, Span(request), Clock.GetUtcNow(), TimeSpan.Zero) { Message = e.Message, Hint = (e as PipelineException)?.Hint };
                await Store.SaveAsync(failed, CancellationToken.None);
                return failed;
            }
        }, ct);
    }

    /// <summary>Changes tables outside a run, such as rows in quarantine, while no run does.</summary>
    public Task<T> AloneAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct) => _turns.TakeAsync(Ids.Next(Clock.GetUtcNow()), behind: false, work, ct);

    /// <summary>The id of a run that is asked for now.</summary>
    public string NewRunId() => Ids.Next(Clock.GetUtcNow());

    /// <summary>Ends a run that waits or works; false where there is none of that id.</summary>
    public bool Cancel(string runId) => _turns.Cancel(runId);

    /// <summary>The interval a request names, as far as it does.</summary>
    public Interval Span(RunRequest request) => new(request.From ?? request.To ?? Clock.GetUtcNow(), request.To ?? request.From ?? Clock.GetUtcNow());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_lock is null)
            return;
        try
        {
            await Store.DisposeAsync(); // which writes what is not written yet
        }
        finally
        {
            await Warehouse.DisposeAsync();
            Zones.Dispose();
            _lock.Dispose();
        }
    }

    // Of several servers, who holds the pipeline runs it, and only what another has not run.
    async Task<RunResult> LeasedAsync(string pipeline, string runId, RunRequest request, Func<Workspace, CancellationToken, Task<RunResult>> run, CancellationToken ct)
    {
        if (Cluster is not { } cluster)
            return await run(this, ct);
        await using var lease = await cluster.HoldAsync(pipeline, ct);
        if (await PublishedAsync(runId, ct) is { } state)
        {
            var taken = new RunResult(runId, pipeline, state, Span(request), Clock.GetUtcNow(), TimeSpan.Zero) { Message = "the server that had it before published it" };
            await Store.SaveAsync(taken, CancellationToken.None);
            return taken;
        }
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, lease.Gone);
        var leased = new Workspace(null, _turns, Project, lease.Over(Warehouse), Store, Zones, OpenSource, Ids, Clock) { Pools = Pools, Cluster = cluster, Lease = lease };
        return await run(leased, either.Token);
    }

    /// <summary>How a run was published; null where it was not.</summary>
    public async Task<RunState?> PublishedAsync(string runId, CancellationToken ct)
    {
        await using var connection = await Warehouse.OpenAsync(ct);
        return await WarehouseState.OutcomeAsync(connection, runId, ct);
    }

    async Task<RunResult> InTurnAsync(string runId, string pipeline, Interval interval, bool behind, Func<CancellationToken, Task<RunResult>> run, CancellationToken ct)
    {
        try
        {
            return await _turns.TakeAsync(runId, behind, run, ct);
        }
        catch (OperationCanceledException)
        {
            var cancelled = new RunResult(runId, pipeline, RunState.Cancelled, interval, Clock.GetUtcNow(), TimeSpan.Zero) { Message = "it was cancelled before it began" };
            await Store.SaveAsync(cancelled, CancellationToken.None);
            return cancelled;
        }
    }

    /// <summary>
    /// Brings the run store in line with the warehouse: what committed there has succeeded, whatever was written down here. What was asked for and did not get to its commit waits for
    /// a server, which runs it again. Of several servers, one that is silent is one whose process ended.
    /// </summary>
    public async Task RecoverAsync(CancellationToken ct)
    {
        var cut = await Store.TakeOverAsync(ct);
        if (cut.Count == 0)
            return;
        var asked = (await Store.OpenRequestsAsync(ct)).Select(x => x.RunId).ToHashSet();
        await using var connection = await Warehouse.OpenAsync(ct);
        await WarehouseState.EnsureAsync(Warehouse, connection, ct);
        foreach (var run in cut)
            if (await WarehouseState.OutcomeAsync(connection, run.RunId, ct) is { } state)
                await Store.SaveAsync(run with { State = state, Message = "its process ended after the commit" }, ct);
            else if (!asked.Contains(run.RunId))
                await Store.SaveAsync(run with { State = RunState.Failed, Message = "its process ended before the commit; nothing was published", Hint = "Run again." }, ct);
            else if (run.State == RunState.Running)
                await Store.SaveAsync(run with { State = RunState.Queued, Message = "its process ended before the commit; it runs again when the server is up" }, ct);
    }

    /// <summary>The interval that a request means for a pipeline now.</summary>
    public async Task<Interval> IntervalAsync(Pipeline pipeline, RunRequest request, CancellationToken ct)
    {
        await using var connection = await Warehouse.OpenAsync(ct);
        await WarehouseState.EnsureAsync(Warehouse, connection, ct);
        return await IntervalAsync(connection, pipeline, request, ct);
    }

    /// <summary>Where the newest interval that a pipeline has published ends.</summary>
    public async Task<DateTimeOffset?> LastEndAsync(Pipeline pipeline, CancellationToken ct)
    {
        await using var connection = await Warehouse.OpenAsync(ct);
        await WarehouseState.EnsureAsync(Warehouse, connection, ct);
        return await WarehouseState.LastEndAsync(connection, pipeline, ct);
    }

    // A scheduled pipeline's interval ends at the last tick, however late it is run: what a run covers does not hang on the clock.
    async Task<Interval> IntervalAsync(DbConnection connection, Pipeline pipeline, RunRequest request, CancellationToken ct)
    {
        var last = await WarehouseState.LastEndAsync(connection, pipeline, ct);
        // A replay covers what was published, and leaves what has gone by since to the next run.
        var end = request.To ?? (request.Replay is null ? null : last) ?? pipeline.Schedule?.Last(Clock.GetUtcNow(), pipeline.TimeZone) ?? Clock.GetUtcNow();
        if (request.From is { } from)
            return new(from, end);
        var start = (request.FullRefresh ? null : last) ?? pipeline.Start;
        return start < end ? new(start.Value, end) : new(pipeline.Schedule?.Last(end.AddTicks(-1), pipeline.TimeZone) ?? end.AddDays(-1), end);
    }

    async Task<string?> EndedAsync(Pipeline pipeline, CancellationToken ct) => await Store.ListRunsAsync(new RunFilter(1, pipeline.Name, Ended, Brief: true), ct) is [var run] ? RunRows.Text(run.State) : null;

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
