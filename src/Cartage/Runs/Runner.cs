using System.Collections.Concurrent;
using System.Data.Common;
using Cartage.Checks;
using Cartage.DuckDb;
using Cartage.Ingest;
using Cartage.Plans;
using Cartage.Projects;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>Does what a plan says: extract, stage, build, check, and publish in one transaction; the one place where an exception becomes a result.</summary>
sealed class Runner(Workspace workspace, Plan plan, RunRequest request, string runId, IProgress<RunEvent>? progress)
{
    const string LookUps = "Nothing was published. Mend the data, or let the look-up say 'missing: unknown' or 'missing: infer'.";

    static readonly TimeSpan Leaving = TimeSpan.FromSeconds(5);

    readonly Dialect _dialect = workspace.Warehouse.Dialect;
    readonly Pipeline _pipeline = plan.Pipeline;
    readonly RunLog _log = new(workspace.Store, workspace.Clock, runId, progress);
    readonly Dictionary<string, FeedLoad> _loads = [];
    readonly long _began = workspace.Clock.GetTimestamp();
    readonly DateTimeOffset _startedAt = workspace.Clock.GetUtcNow();
    readonly ConcurrentQueue<string> _warnings = [];
    IReadOnlyList<CheckResult> _checks = [];
    IReadOnlyList<TableDifference> _differences = [];
    string? _report;
    bool _committing, _uncertain;

    string TempFolder => Path.Combine(workspace.Project.StateFolder, "tmp");

    Extracting Extracting => new(workspace, plan, request, TempFolder, _log, _warnings);

    Following Following => new(workspace, _pipeline, TempFolder, _log);

    /// <summary>Runs to an end, whatever happens.</summary>
    public async Task<RunResult> RunAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (_pipeline.Timeout is { } timeout)
            limit.CancelAfter(timeout);
        await workspace.Store.SaveAsync(Result(RunState.Running), CancellationToken.None);
        _log.Tell("run", "", RunState.Running, $"{_pipeline.Name} {plan.Interval}");
        RunResult result;
        try
        {
            result = await PhasesAsync(limit.Token);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            result = Result(RunState.Cancelled, "it was cancelled; nothing was published");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            result = Result(RunState.Failed, $"it took longer than its timeout of {_pipeline.Timeout}; nothing was published", "Raise 'timeout' in pipeline.yml, or look at which task is slow with 'cartage explain'.");
        }
        catch (PipelineException e) when (e.Rejects)
        {
            result = await RejectAsync(e.Message, e.Hint ?? "Mend the data, then run again.", CancellationToken.None);
        }
        catch (PipelineException e)
        {
            result = Result(RunState.Failed, e.Message, e.Hint) with { IsMistake = e.IsMistake };
        }
        catch (DbException e)
        {
            var explained = _dialect.Explain(e);
            result = Result(RunState.Failed, explained.Message, explained.Hint);
        }
        catch (IOException e)
        {
            result = Result(RunState.Failed, e.Message, "Nothing was published. Free some space or mend the folder, then run again.");
        }
        foreach (var warning in Mixed)
            _log.Tell("run", "", RunState.Running, warning);
        _log.Tell("run", "", result.State, result.Message ?? "done");
        if (!_uncertain) // it stays unfinished until the warehouse's outcome can be read
            await workspace.Store.SaveAsync(result, CancellationToken.None);
        return result;
    }

    async Task<RunResult> PhasesAsync(CancellationToken ct)
    {
        if (plan.Tasks is [PlannedTask.SetUp, ..])
        {
            await Extracting.SetUpAsync(ct);
            return Result(RunState.Succeeded);
        }
        await Following.RunAsync(runId, before: true, ct);
        var feeds = plan.Tasks.OfType<PlannedTask.Load>().Select(t => t.Feed).ToList();
        var manifests = request.Runs("extract") ? await Extracting.RunAsync(feeds, ct) : await Extracting.LandedAsync(feeds, ct);
        if (request.Only.Count > 0 && !request.Runs("load") && !request.Runs("build") && !request.Runs("check"))
            return Result(RunState.Succeeded);
        return await Retry.RunAsync(_pipeline.Retry, workspace.Clock, () => AtTheWarehouseAsync(feeds, manifests, ct), (attempt, e) => _log.Tell("run", "", RunState.Running, $"attempt {attempt} failed: {e.Message}"), ct);
    }

    // A warehouse that goes away has published all of a run or nothing: so everything there can be done again, unless it turns out to be done.
    async Task<RunResult> AtTheWarehouseAsync(List<Feed> feeds, Dictionary<string, IReadOnlyList<Manifest>> landed, CancellationToken ct)
    {
        try
        {
            _log.KeepOnly("extract", "report", "export");
            _loads.Clear();
            return await LoadAndBuildAsync(feeds, new(landed), ct);
        }
        catch (DbException e) when ((_committing || !ct.IsCancellationRequested) && _dialect.Explain(e) is { IsTransient: true } passing)
        {
            if (_committing && await CommittedAsync(ct) is { } state)
                return await AfterCommitAsync(state, ct);
            throw new PipelineException(passing.Message, isTransient: true, passing.Hint, e);
        }
    }

    async Task<RunState?> CommittedAsync(CancellationToken ct)
    {
        _committing = false;
        try
        {
            await using var connection = await workspace.Warehouse.OpenAsync(ct);
            return await WarehouseState.OutcomeAsync(connection, runId, ct);
        }
        catch (Exception e) when (e is DbException or PipelineException or OperationCanceledException)
        {
            _uncertain = true;
            throw new PipelineException($"the warehouse went away at the commit, and whether the tables are published cannot be seen: {e.Message}", hint: "The next command that reaches the warehouse finds out, and 'cartage ls runs' then says it.", inner: e);
        }
    }

    async Task<RunResult> LoadAndBuildAsync(List<Feed> feeds, Dictionary<string, IReadOnlyList<Manifest>> manifests, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        await WarehouseState.EnsureAsync(workspace.Warehouse, connection, ct);
        await using var door = await workspace.Warehouse.OpenDoorAsync(ct);
        await LockAsync(connection, ct);
        await WarehouseState.EnsureSchemasAsync(connection, _dialect, _pipeline, ct);
        if (connection is not DuckDbConnection)
            await WarehouseState.EnsureSchemasAsync(door, Dialect.DuckDb, _pipeline, ct);
        await WarehouseState.StayAsync(connection, _dialect, ct);
        await using var loaded = await LoadDatabase.AttachAsync(connection, _dialect, _pipeline, ct);
        if (request.Before is { } before)
            foreach (var feed in feeds)
                manifests[feed.Name] = [.. manifests[feed.Name].IntersectBy(await Ledger.BeforeAsync(connection, feed, before, ct), m => m.Object)];
        if (request.Runs("load"))
        {
            foreach (var (feed, load) in await new Loading(workspace, plan, request, TempFolder, _log, new(runId, _startedAt), _warnings).StageAsync(connection, feeds, manifests, ct))
                _loads[feed] = load;
            if (await UnreadableAsync(connection, ct) is { } refused)
                return refused;
            if (_loads.Values.Where(l => l.Rejecting.Count > 0).ToList() is { Count: > 0 } rejecting)
                return await RejectAsync(
                    string.Join("; ", rejecting.Select(l => $"{l.Feed.Name}: {(l.Rejecting.Sum(r => r.Rows) is > 1 and var n ? $"{n} rows break" : "1 row breaks")} a rule that rejects the run, such as {l.Rejecting[0].Example}")),
                    $"Nothing was published. Mend the data, or set the rows aside once with 'cartage run{string.Concat(rejecting.Select(l => $" --set-aside {l.Feed.Name}"))}'.",
                    ct);
        }
        var builds = request.Runs("build") ? plan.Builds : [];
        var another = builds.Any(b => b.Model.IsOfInterval) && await IsAnotherIntervalAsync(connection, ct);
        if (!_loads.Values.Any(l => l.Changed || l.Equation.Read > 0) && !builds.Any(b => b.Certain || another && b.Model.IsOfInterval) && request.Only.Count == 0)
            return Result(RunState.Succeeded, "nothing changed");
        var (building, checking) = (new Building(workspace, plan, request, _log, connection, door, _loads), new Checking(workspace, plan, request, connection, door));
        return plan.Swap ? await SwapAsync(connection, building, checking, builds, ct) : await MergeAsync(connection, building, checking, builds, ct);
    }

    // One publisher at a time, wherever it runs; the lock goes with the connection, whose end the server may notice a moment after its run has ended.
    async Task LockAsync(DbConnection connection, CancellationToken ct)
    {
        if (_dialect.TryLock.Length == 0)
            return;
        for (var began = workspace.Clock.GetTimestamp(); workspace.Clock.GetElapsedTime(began) < Leaving; await Task.Delay(Leaving / 50, workspace.Clock, ct))
            if (await connection.ScalarAsync<bool>(_dialect.TryLock, ct))
                return;
        throw new PipelineException($"another run publishes to the warehouse: {await connection.ScalarAsync<string>(_dialect.LockHolder, ct) ?? "it has just ended"}", isTransient: true, hint: "Wait for it to end, then run again.");
    }

    // An interval that was asked for, or the next of a schedule; where a run just covers what has gone by since the last, time alone changes nothing.
    async Task<bool> IsAnotherIntervalAsync(DbConnection connection, CancellationToken ct) =>
        request.From is not null || request.To is not null || _pipeline.Schedule is not null && !await WarehouseState.IsCoveredAsync(connection, _pipeline, plan.Interval, ct);

    async Task<RunResult?> UnreadableAsync(DbConnection connection, CancellationToken ct)
    {
        var unreadable = _loads.Values.SelectMany(l => l.Unreadable.Select(u => (l.Feed, u.Object, u.Reason))).ToList();
        if (unreadable.Count == 0)
            return null;
        var contract = false;
        foreach (var file in unreadable.GroupBy(u => u.Feed, u => (u.Object, (string?)u.Reason)))
        {
            var ledger = await Ledger.ReadAsync(connection, file.Key, ct);
            contract |= file.Any(f => ledger.ContainsKey(f.Object.Object));
            if (request.Replay is not ReplayEnd.Show)
                await Ledger.AddAsync(connection, file.Key, file.Where(f => !ledger.ContainsKey(f.Object.Object)), new RunStamp(runId, _startedAt), ct);
        }
        var (_, first, why) = unreadable[0];
        return await RejectAsync(
            $"{first.Source}: the file cannot be read: {why}{(unreadable.Count > 1 ? $" (and {unreadable.Count - 1} more files)" : "")}",
            contract
                ? "Nothing was published. It was loaded before, so the contract is to blame: mend that and try again."
                : "Nothing was published. The file is left out until it or its contract changes: mend one of them and run again, or run again without the file.",
            ct
        );
    }

    // Everything new is built aside with committed tables, which DuckDB reads with every thread; then one small transaction renames it in, or applies what differs.
    async Task<RunResult> SwapAsync(DbConnection connection, Building building, Checking checking, IReadOnlyList<PlannedTask.Build> builds, CancellationToken ct)
    {
        if (await building.RunAsync(builds, ct) is { } reject)
            return await RejectAsync(reject, LookUps, ct);
        Failpoint.Reach("built");
        if (request.Replay is { } end && await CompareAsync(connection, building, end, ct) is { } shown)
            return shown;
        await using var transaction = await connection.BeginTransactionAsync(ct);
        return await CheckAndCommitAsync(connection, transaction, building, checking, ct);
    }

    // What differs from what is published; a result where it is not to be published.
    async Task<RunResult?> CompareAsync(DbConnection connection, Building building, ReplayEnd end, CancellationToken ct)
    {
        var replay = new Replay(connection, _dialect, _pipeline);
        var (feeds, models) = (_loads.Values.Select(l => l.Feed).ToList(), building.Built.Select(b => b.Model).ToList());
        _differences = await _log.DoAsync("compare", _pipeline.Name, "with what is published", () => replay.CompareAsync(feeds, models, ct));
        if (end == ReplayEnd.Publish && _differences.Any(d => d.Any))
            return null;
        await replay.DropAsync(feeds, models, ct);
        return Result(RunState.Succeeded, _differences.Any(d => d.Any) ? "nothing was published" : "no difference");
    }

    // Differences are small and the tables they go into are committed: one real transaction for all of it.
    async Task<RunResult> MergeAsync(DbConnection connection, Building building, Checking checking, IReadOnlyList<PlannedTask.Build> builds, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        foreach (var load in _loads.Values)
            await load.ApplyAsync(connection, ct);
        Failpoint.Reach("applied");
        if (await building.RunAsync(builds, ct) is { } reject)
        {
            await transaction.RollbackAsync(CancellationToken.None);
            return await RejectAsync(reject, LookUps, ct);
        }
        return await CheckAndCommitAsync(connection, transaction, building, checking, ct);
    }

    async Task<RunResult> CheckAndCommitAsync(DbConnection connection, DbTransaction transaction, Building building, Checking checking, CancellationToken ct)
    {
        // Where nobody sees a swap before the commit, what is checked is the published name; elsewhere readers would wait, so it comes last.
        var first = plan.Swap && _dialect.SwapsUnseen;
        if (first)
            await building.PublishAsync(ct);
        if (request.Runs("check"))
        {
            _checks = await _log.DoAsync("check", _pipeline.Name, "on exactly what is about to be published", () => checking.VerifyAsync(building, ct), (task, checks) => Broken(checks) is { Count: > 0 } found ? task with { State = RunState.Rejected, Message = Failed(found) } : task);
            if (Broken(_checks) is { Count: > 0 } broken)
            {
                await transaction.RollbackAsync(CancellationToken.None);
                return await RejectAsync(
                    Failed(broken),
                    $"Nothing was published; yesterday's tables stand. Mend the data or the rule, or accept it once with 'cartage {(request.Replay is null ? "run" : "replay")} --accept {broken[0].Check.Name}'.",
                    ct
                );
            }
        }
        var profiles = await _log.DoAsync("profile", _pipeline.Name, "of every table that changed", () => checking.ProfileAsync(building, ct));
        var state = _loads.Values.Any(l => l.Equation.Quarantined > 0) ? RunState.Quarantined : RunState.Succeeded;
        if (_loads.Values.FirstOrDefault(l => !l.Equation.Holds) is { } unequal)
        {
            await transaction.RollbackAsync(CancellationToken.None);
            return Result(RunState.Failed, $"{unequal.Feed.Name}: the rows do not add up: {unequal.Equation}", "Nothing was published. This is a defect of Cartage; please report it with the file.");
        }
        await _log.DoAsync("publish", _pipeline.Name, plan.Swap ? RunResult.Swapped : "one transaction, by merge", async () =>
        {
            if (!first)
                await building.PublishAsync(ct);
            foreach (var (model, result) in building.Built)
                await WarehouseState.SetModelAsync(connection, model, result.Rows, runId, _startedAt, ct);
            var contracts = await WarehouseState.ContractsAsync(connection, _pipeline, ct);
            foreach (var load in _loads.Values.Where(l => l.Swap || !contracts.ContainsKey(l.Feed.Name)))
                await WarehouseState.SetContractAsync(connection, load.Feed, ct);
            await WarehouseState.SetStaleAsync(connection, _pipeline, building.Stale, ct);
            await WarehouseState.AddOutcomeAsync(connection, runId, plan, state, workspace.Clock.GetUtcNow(), ct);
            await WarehouseState.GatherAsync(connection, _dialect, _pipeline, ct);
            await Following.WriteDownAsync(connection, Result(state), profiles, building.Built.Select(b => b.Model), ct);
            Failpoint.Reach("before-commit");
            if (workspace.Lease is { } lease)
                await lease.FenceAsync(connection, ct);
            _committing = true;
            await transaction.CommitAsync(CancellationToken.None);
            _committing = false;
            Failpoint.Reach("committed");
        });
        return await AfterCommitAsync(state, ct);
    }

    // What cannot be done does not undo what was published: it stays in the outbox for the next run.
    async Task<RunResult> AfterCommitAsync(RunState state, CancellationToken ct)
    {
        try
        {
            (_report, var failed) = await Following.RunAsync(runId, before: false, ct);
            return failed is not null
                ? Result(RunState.Failed, $"the tables are published, but what follows is not done: {failed.Message}", $"{failed.Hint} The next run does it first.".TrimStart())
                : Result(state);
        }
        catch (OperationCanceledException)
        {
            return Result(state, "it was cancelled after its tables were published; the next run writes what is missing");
        }
    }

    static List<CheckResult> Broken(IReadOnlyList<CheckResult> checks) => [.. checks.Where(c => !c.Passed && c.Check.Severity == Severity.Reject && !c.Accepted)];

    static string Failed(List<CheckResult> broken) => $"{broken.Count} check{(broken.Count == 1 ? "" : "s")} failed: {string.Join("; ", broken.Take(3).Select(c => $"{c.Check.Name}: {c.Message}"))}";

    // A report that cannot be written does not hide why there is one.
    async Task<RunResult> RejectAsync(string message, string hint, CancellationToken ct)
    {
        var result = Result(RunState.Rejected, message, hint);
        try
        {
            _report = await QualityReport.WriteAsync(workspace.Zones.Reports, workspace.Store, QualityReport.Describe(result, [], rejected: _loads.ToDictionary(l => l.Key, l => l.Value.Rejecting)), ct);
            return result with { Report = _report };
        }
        catch (PipelineException e)
        {
            return result with { Hint = $"{hint} The report is not written: {e.Message}" };
        }
    }

    IEnumerable<string> Mixed =>
        plan.Tasks.OfType<PlannedTask.Load>().Where(l => l.Mixed).Select(l => $"{l.Name}: its contract changed, and the rows it has were loaded as the older one said: 'cartage replay' shows what differs and loads them anew");

    RunResult Result(RunState state, string? message = null, string? hint = null) =>
        new(runId, _pipeline.Name, state, plan.Interval, _startedAt, workspace.Clock.GetElapsedTime(_began))
        {
            Tasks = _log.Tasks,
            Equations = [.. _loads.Values.Select(l => l.Equation)],
            Checks = _checks,
            Warnings = [.. Mixed, .. _warnings.Distinct(), .. _loads.Values.SelectMany(l => l.Warnings.Select(w => $"{l.Feed.Name}.{w}"))],
            Differences = _differences,
            Message = message,
            Hint = hint,
            Report = _report,
        };
}
