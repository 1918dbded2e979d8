using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>The history of runs in a database of its own: rows are only ever inserted, the newest row of a run is its state.</summary>
public sealed class RunStore : IAsyncDisposable
{
    const string NewestSeq = "SELECT greatest((SELECT coalesce(max(seq), 0) FROM runs), (SELECT coalesce(max(seq), 0) FROM logs), (SELECT coalesce(max(seq), 0) FROM marks))"; // a mark outlives the runs it counts
    static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    readonly RunDatabase _database;
    readonly StoreConnection _connection;
    readonly TimeProvider _clock;
    readonly Peers? _peers;
    readonly CancellationTokenSource _closing = new();
    readonly List<RunEvent> _pending = [];
    readonly Followers _followers = new();
    Task _sharing = Task.CompletedTask;
    LastRuns? _last;
    long _seq;
    long _openFrom = -long.MaxValue; // of one process: no run that got its newest state before this is open

    RunStore(RunDatabase database, StoreConnection connection, TimeProvider clock)
    {
        (_database, _connection, _clock) = (database, connection, clock);
        _peers = database.Lease is { } lease ? new($"{Environment.MachineName} {Environment.ProcessId} {Guid.NewGuid():N}", lease) : null;
    }

    /// <summary>Opens or creates the store.</summary>
    public static async Task<RunStore> OpenAsync(RunDatabase database, TimeProvider clock, CancellationToken ct)
    {
        var connection = await StoreConnection.OpenAsync(database, clock, ct);
        try
        {
            var store = new RunStore(database, connection, clock);
            await store.ChangeAsync(StoreFormat.Tables, x => StoreFormat.BringAsync(x, database, ct), ct);
            await connection.MakeAsync(RunRows.Tables(database), ct);
            if (database.Project is { } project)
                await store.RequireAsync(project, ct);
            store._seq = await store.UseAsync(x => x.ScalarAsync<long>(NewestSeq, ct), ct);
            if (store._peers is { } peers)
            {
                await store.ChangeAsync(Peers.Tables, x => peers.JoinAsync(x, database.Dialect, ct), ct);
                store._sharing = store.ShareAsync(peers);
            }
            return store;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>What it is kept in.</summary>
    public RunDatabase Database => _database;

    /// <summary>The SQL that queries of the store's tables are written in.</summary>
    public Dialect Dialect => _database.Dialect;

    /// <summary>Keeps an event until the next flush or the next state of its run.</summary>
    public void Add(RunEvent e)
    {
        lock (_pending)
            _pending.Add(e);
        _followers.Tell(e);
    }

    /// <summary>Events of every run from now on, as they happen; who is slow loses the oldest.</summary>
    public IAsyncEnumerable<RunEvent> FollowAsync(CancellationToken ct) => _followers.FollowAsync(ct);

    /// <summary>Reads with the store's own connection while nobody else uses it.</summary>
    public Task<T> UseAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken ct) => _connection.UseAsync(work, ct);

    /// <summary>The same in tables of the caller's, which are made where they are not there yet.</summary>
    public async Task<T> UseAsync<T>(string tables, Func<DbConnection, Task<T>> work, CancellationToken ct)
    {
        await _connection.MakeAsync(tables, ct);
        return await UseAsync(work, ct);
    }

    /// <summary>Writes in one commit, while nobody else does; what was begun when the connection was lost is done again.</summary>
    public Task<T> ChangeAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken ct) => _connection.ChangeAsync(work, ct);

    /// <summary>The same in tables of the caller's, which are made where they are not there yet.</summary>
    public async Task<T> ChangeAsync<T>(string tables, Func<DbConnection, Task<T>> work, CancellationToken ct)
    {
        await _connection.MakeAsync(tables, ct);
        return await ChangeAsync(work, ct);
    }

    /// <summary>Writes a run's state and the events so far in one commit; what another server has taken over is not this one's to say.</summary>
    public Task SaveAsync(RunResult run, CancellationToken ct) => SaveAsync(run, null, ct);

    /// <summary>The same where the mark is made; false where it was there already.</summary>
    public Task<bool> SaveAsync(RunResult run, Mark? mark, CancellationToken ct) => CommitAsync(async connection =>
    {
        if (mark is not null && !await mark(connection, run.RunId, ct))
            return false;
        if (_peers is null || await _peers.OwnsAsync(connection, run.RunId, run.State is RunState.Queued or RunState.Running, ct))
            await RunRows.InsertAsync(connection, run, ++_seq, ct);
        return true;
    }, ct);

    /// <summary>The newest state of the newest runs, newest first.</summary>
    public Task<List<RunResult>> ListRunsAsync(int limit, CancellationToken ct) => ListRunsAsync(new RunFilter(limit), ct);

    /// <summary>The newest state of the runs that a filter means, newest first.</summary>
    public Task<List<RunResult>> ListRunsAsync(RunFilter filter, CancellationToken ct)
    {
        List<(string, object?)> parameters = [("limit", (long)filter.Limit)];
        List<string> where = ["true"];
        if (filter.Pipeline is { } pipeline)
            (where, parameters) = ([.. where, "pipeline = $pipeline"], [.. parameters, ("pipeline", pipeline)]);
        if (filter.Before is { } before)
            (where, parameters) = ([.. where, "run < $before"], [.. parameters, ("before", before)]);
        if (filter.States is { Count: > 0 } wanted && wanted.All(x => x is RunState.Queued or RunState.Running))
            where = [.. where, MayBeOpen]; // few of a long history
        var having = filter.States is { Count: > 0 } states ? $"HAVING {Dialect.Latest("state", "seq")} IN ({string.Join(", ", states.Select(x => Dialect.Literal(RunRows.Text(x))))})" : "";
        return ReadAsync($"SELECT max(seq) FROM runs WHERE {string.Join(" AND ", where)} GROUP BY run {having} ORDER BY run DESC LIMIT $limit", filter.Brief, ct, [.. parameters]);
    }

    /// <summary>The newest runs of each pipeline without their tasks, newest first.</summary>
    public async Task<IReadOnlyList<RunResult>> LastRunsAsync(int perPipeline, CancellationToken ct)
    {
        // Every look at the overview asks this of the whole history, which changes only when a run does.
        if (_last is { } known && known.Seq == Interlocked.Read(ref _seq) && known.PerPipeline == perPipeline)
            return known.Runs;
        var seq = Interlocked.Read(ref _seq);
        var runs = await ReadAsync("SELECT seq FROM (SELECT max(seq) AS seq, row_number() OVER (PARTITION BY pipeline ORDER BY run DESC) AS n FROM runs GROUP BY pipeline, run) x WHERE n <= $n", brief: true, ct, ("n", (long)perPipeline));
        _last = new(seq, perPipeline, runs);
        return runs;
    }

    /// <summary>The runs of a pipeline whose intervals touch another, newest first, without their tasks.</summary>
    public Task<List<RunResult>> TouchingAsync(string pipeline, Interval interval, CancellationToken ct) =>
        ReadAsync("SELECT max(seq) FROM runs WHERE pipeline = $pipeline AND interval_end > $start AND interval_start < $end GROUP BY run", brief: true, ct, ("pipeline", pipeline), ("start", interval.Start.UtcDateTime), ("end", interval.End.UtcDateTime));

    /// <summary>How many runs of each state were asked for since an instant; ids sort by time.</summary>
    public async Task<IReadOnlyDictionary<RunState, long>> CountAsync(DateTimeOffset since, CancellationToken ct) =>
        (await UseAsync(connection => connection.QueryAsync(
            $"SELECT state, count(*) FROM (SELECT {Dialect.Latest("state", "seq")} AS state FROM runs WHERE run >= $since GROUP BY run) x GROUP BY state",
            r => (RunRows.State(r.GetString(0)), r.GetInt64(1)), ct, ("since", since.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", null))), ct)).ToDictionary();

    /// <summary>The runs that have not ended and whose server has; of several servers, this one has them from now on.</summary>
    public async Task<List<RunResult>> TakeOverAsync(CancellationToken ct)
    {
        var open = (_peers is { } peers ? await ChangeAsync(x => peers.TakeOverAsync(x, ct), ct) : await FindOpenAsync(ct)).ToHashSet();
        return open.Count == 0 // as at nearly every start: looking for no runs would still read the first rows of the history, tasks and all
            ? []
            : [.. (await ListRunsAsync(new RunFilter(int.MaxValue, States: [RunState.Running, RunState.Queued]), ct)).Where(r => open.Contains(r.RunId))];
    }

    /// <summary>Of several servers, has the one that an open run belongs to end it; false where it is none of another.</summary>
    public async Task<bool> CancelElsewhereAsync(string runId, string who, DateTimeOffset at, CancellationToken ct)
    {
        if (_peers is not { } peers || !await UseAsync(x => peers.IsElsewhereAsync(x, runId, ct), ct))
            return false;
        Add(new(at, runId, RunEvent.Cancel, "", RunState.Running, $"{who} ends it"));
        await FlushAsync(ct);
        return true;
    }

    /// <summary>Of several servers, takes or keeps for a while what only one may do at a time; false where another has it.</summary>
    public Task<bool> HoldAsync(string what, TimeSpan span, CancellationToken ct) => _peers is { } peers ? ChangeAsync(x => peers.HoldAsync(x, what, span, ct), ct) : Task.FromResult(true);

    /// <summary>One run's newest state, by its id or a unique beginning of it.</summary>
    public async Task<RunResult?> GetRunAsync(string id, CancellationToken ct) =>
        (await ReadAsync("SELECT max(seq) FROM runs WHERE starts_with(run, $id) GROUP BY run LIMIT 2", brief: false, ct, ("id", id))) is [var only] ? only : null;

    /// <summary>Writes a request down with the state of its run, so that it outlives the process.</summary>
    public Task AskAsync(AskedRun asked, RunResult run, CancellationToken ct) => AskAsync(asked, run, null, ct);

    /// <summary>The same where the mark is made; false where it was there already.</summary>
    public Task<bool> AskAsync(AskedRun asked, RunResult run, Mark? mark, CancellationToken ct) => SaveAsync(run, async (connection, id, stop) =>
        (mark is null || await mark(connection, id, stop))
        && await RunRows.InsertAsync(connection, asked, stop) > 0, ct);

    /// <summary>Who asked for a run and for what, where it was written down.</summary>
    public async Task<AskedRun?> AskedAsync(string runId, CancellationToken ct) => (await ReadAskedAsync("run = $run", ct, ("run", runId))) is [var only, ..] ? only : null;

    /// <summary>The requests whose runs have not ended, oldest first.</summary>
    public Task<List<AskedRun>> OpenRequestsAsync(CancellationToken ct) => ReadAskedAsync($"run IN (SELECT run FROM {OpenRuns})", ct);

    /// <summary>The same, of this server alone.</summary>
    public Task<List<AskedRun>> OwnRequestsAsync(CancellationToken ct) => _peers is { } peers ? ReadAskedAsync(Peers.IsMine, ct, peers.Node) : OpenRequestsAsync(ct);

    /// <summary>A run's events after a position, oldest first.</summary>
    public async Task<List<(long Seq, RunEvent Event)>> LogAsync(string runId, long after, CancellationToken ct)
    {
        await FlushAsync(ct);
        return await UseAsync(connection => connection.QueryAsync(
            $"SELECT {RunRows.EventColumns}, seq FROM logs WHERE run = $run AND seq > $after ORDER BY seq",
            r => (r.GetInt64(6), RunRows.Event(r)),
            ct,
            ("run", runId), ("after", after)), ct);
    }

    /// <summary>Forgets runs that started before an instant and have ended; returns how many of their states it forgot.</summary>
    public Task<long> ForgetAsync(DateTimeOffset before, CancellationToken ct) => ChangeAsync(async connection =>
    {
        var old = $"WHERE run IN (SELECT run FROM runs GROUP BY run HAVING max(started_at) < $before AND {Dialect.Latest("state", "seq")} NOT IN ('queued', 'running'))";
        long forgotten = 0;
        foreach (var table in (string[])(_peers is null ? ["requests", "logs", "runs"] : ["owners", "requests", "logs", "runs"]))
            forgotten = await connection.ExecuteAsync($"DELETE FROM {table} {old}", ct, ("before", before.UtcDateTime));
        _last = null;
        return forgotten;
    }, ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
            return;
        await _closing.CancelAsync();
        await _sharing;
        try
        {
            await FlushAsync(CancellationToken.None);
            if (_peers is { } peers)
                await ChangeAsync(x => peers.LeaveAsync(x, CancellationToken.None), CancellationToken.None);
        }
        catch (PipelineException)
        {
            _pending.Clear(); // the next process brings the history in line with the warehouse
        }
        finally
        {
            await _connection.DisposeAsync();
            _closing.Dispose();
        }
    }

    // Tells the other servers that this one lives, and whoever follows what they do.
    async Task ShareAsync(Peers peers)
    {
        var (seen, beat, ct) = (_seq, _clock.GetTimestamp(), _closing.Token);
        while (!ct.IsCancellationRequested)
            try
            {
                await Task.Delay(Often < peers.Beat ? Often : peers.Beat, _clock, ct);
                await FlushAsync(ct);
                if (_clock.GetElapsedTime(beat) >= peers.Beat)
                {
                    await ChangeAsync(x => peers.BeatAsync(x, ct), ct);
                    beat = _clock.GetTimestamp();
                }
                seen = await HearAsync(seen, ct);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is PipelineException or DbException)
            {
                continue; // it is away, and may come back
            }
    }

    async Task<long> HearAsync(long seen, CancellationToken ct)
    {
        var newest = await UseAsync(async x => _seq = await x.ScalarAsync<long>(NewestSeq, ct), ct);
        if (newest > seen)
            foreach (var e in await UseAsync(x => x.QueryAsync($"SELECT {RunRows.EventColumns} FROM logs WHERE {Peers.News} AND seq <= $newest ORDER BY seq", RunRows.Event, ct, _peers!.Node, ("after", seen), ("newest", newest)), ct))
                _followers.Tell(e);
        return newest;
    }

    async Task RequireAsync(string project, CancellationToken ct)
    {
        var owner = await ChangeAsync("CREATE TABLE IF NOT EXISTS store_project (name VARCHAR)", async x =>
        {
            await x.ExecuteAsync("INSERT INTO store_project SELECT $project WHERE NOT EXISTS (SELECT 1 FROM store_project)", ct, ("project", project));
            return await x.ScalarAsync<string>("SELECT name FROM store_project", ct);
        }, ct);
        if (owner != project)
            throw new PipelineException($"{_database.Place}: the run store is that of the project '{owner}'", hint: "Give this one a schema of its own: state: { type: postgres, url: …, schema: NAME }.");
    }

    // What could not be written stays pending.
    async Task<T> CommitAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken ct)
    {
        RunEvent[]? events = null;
        try
        {
            return await ChangeAsync(async connection =>
            {
                events ??= TakePending();
                if (_database.OneWriter.Length > 0)
                    _seq = await connection.ScalarAsync<long>(NewestSeq, ct);
                _seq = await RunRows.InsertAsync(connection, events, _seq, ct);
                return await write(connection);
            }, ct);
        }
        catch
        {
            lock (_pending)
                _pending.InsertRange(0, events ?? []);
            throw;
        }
    }

    RunEvent[] TakePending()
    {
        lock (_pending)
        {
            RunEvent[] events = [.. _pending];
            _pending.Clear();
            return events;
        }
    }

    Task FlushAsync(CancellationToken ct) => HasPending ? CommitAsync(_ => Task.FromResult(true), ct) : Task.CompletedTask;

    bool HasPending
    {
        get
        {
            lock (_pending)
                return _pending.Count > 0;
        }
    }

    string MayBeOpen => _peers is null ? $"seq >= {_openFrom}" : Peers.IsOpen;

    string OpenRuns => $"(SELECT run, max(seq) AS seq FROM runs WHERE {MayBeOpen} GROUP BY run HAVING {Dialect.Latest("state", "seq")} IN ('queued', 'running')) o";

    // What has ended by now is not looked at again.
    Task<List<string>> FindOpenAsync(CancellationToken ct) => UseAsync(async connection =>
    {
        var open = await connection.QueryAsync($"SELECT run, seq FROM {OpenRuns}", r => new OpenRun(r.GetString(0), r.GetInt64(1)), ct);
        _openFrom = open.Count == 0 ? _seq + 1 : open.Min(r => r.Seq);
        return open.ConvertAll(r => r.Run);
    }, ct);

    Task<List<RunResult>> ReadAsync(string newest, bool brief, CancellationToken ct, params (string, object?)[] parameters) =>
        UseAsync(connection => connection.QueryAsync(
            $"""
            SELECT {RunRows.Columns}{(brief ? "" : ", tasks, equations")}
            FROM runs WHERE seq IN ({newest}) ORDER BY run DESC
            """,
            r => RunRows.Run(r, brief),
            ct,
            parameters), ct);

    Task<List<AskedRun>> ReadAskedAsync(string condition, CancellationToken ct, params (string, object?)[] parameters) =>
        UseAsync(connection => connection.QueryAsync(
            $"SELECT run, pipeline, request, \"by\", \"at\" FROM requests WHERE {condition} ORDER BY \"at\", run",
            RunRows.Asked,
            ct, parameters), ct);

    sealed record OpenRun(string Run, long Seq);

    sealed record LastRuns(long Seq, int PerPipeline, IReadOnlyList<RunResult> Runs);
}
