using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>The history of runs in a database of its own: rows are only ever inserted, the newest row of a run is its state.</summary>
public sealed class RunStore : IAsyncDisposable
{
    // Raised when tables change their meaning, so that an older program keeps off.
    const int Format = 1;
    const string NewestSeq = "SELECT greatest((SELECT coalesce(max(seq), 0) FROM runs), (SELECT coalesce(max(seq), 0) FROM logs))";
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500), Patience = TimeSpan.FromSeconds(20);

    readonly RunDatabase _database;
    readonly TimeProvider _clock;
    readonly SemaphoreSlim _one = new(1, 1);
    readonly List<RunEvent> _pending = [];
    readonly List<Channel<RunEvent>> _followers = [];
    readonly HashSet<string> _made = [];
    DbConnection _connection;
    LastRuns? _last;
    long _seq;

    RunStore(RunDatabase database, DbConnection connection, TimeProvider clock) => (_database, _connection, _clock) = (database, connection, clock);

    /// <summary>Opens or creates the store.</summary>
    public static async Task<RunStore> OpenAsync(RunDatabase database, TimeProvider clock, CancellationToken ct)
    {
        var store = new RunStore(database, await database.OpenAsync(ct), clock);
        try
        {
            await store.ChangeAsync(x => x.ExecuteAsync(Schema(database), ct), ct);
            await store.RequireFormatAsync(ct);
            store._seq = await store.UseAsync(x => x.ScalarAsync<long>(NewestSeq, ct), ct);
            return store;
        }
        catch
        {
            await store._connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The SQL that queries of the store's tables are written in.</summary>
    public Dialect Dialect => _database.Dialect;

    /// <summary>Keeps an event until the next flush or the next state of its run.</summary>
    public void Add(RunEvent e)
    {
        lock (_pending)
            _pending.Add(e);
        lock (_followers)
            foreach (var follower in _followers)
                follower.Writer.TryWrite(e);
    }

    /// <summary>Events of every run from now on, as they happen; who is slow loses the oldest.</summary>
    public async IAsyncEnumerable<RunEvent> FollowAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var channel = Channel.CreateBounded<RunEvent>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_followers)
            _followers.Add(channel);
        try
        {
            await foreach (var e in channel.Reader.ReadAllAsync(ct))
                yield return e;
        }
        finally
        {
            lock (_followers)
                _followers.Remove(channel);
        }
    }

    /// <summary>Reads with the store's own connection while nobody else uses it.</summary>
    public Task<T> UseAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken ct) => AloneAsync(work, TimeSpan.Zero, ct);

    /// <summary>The same in tables of the caller's, which are made where they are not there yet.</summary>
    public async Task<T> UseAsync<T>(string tables, Func<DbConnection, Task<T>> work, CancellationToken ct)
    {
        await MakeAsync(tables, ct);
        return await UseAsync(work, ct);
    }

    /// <summary>Writes in one commit, while nobody else does; what was begun when the connection was lost is done again.</summary>
    public Task<T> ChangeAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken ct) => AloneAsync(connection => TransactAsync(connection, work, ct), Patience, ct);

    /// <summary>The same in tables of the caller's, which are made where they are not there yet.</summary>
    public async Task<T> ChangeAsync<T>(string tables, Func<DbConnection, Task<T>> work, CancellationToken ct)
    {
        await MakeAsync(tables, ct);
        return await ChangeAsync(work, ct);
    }

    /// <summary>Writes a run's state and the events so far in one commit.</summary>
    public Task SaveAsync(RunResult run, CancellationToken ct) => CommitAsync(connection => InsertAsync(connection, run, ct), ct);

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
        var having = filter.States is { Count: > 0 } states ? $"HAVING {Dialect.Latest("state", "seq")} IN ({string.Join(", ", states.Select(x => Dialect.Literal(Text(x))))})" : "";
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
            r => (State(r.GetString(0)), r.GetInt64(1)), ct, ("since", since.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", null))), ct)).ToDictionary();

    /// <summary>The runs that have not ended.</summary>
    public Task<List<RunResult>> ListUnfinishedAsync(CancellationToken ct) => ListRunsAsync(new RunFilter(int.MaxValue, States: [RunState.Running, RunState.Queued]), ct);

    /// <summary>One run's newest state, by its id or a unique beginning of it.</summary>
    public async Task<RunResult?> GetRunAsync(string id, CancellationToken ct) =>
        (await ReadAsync("SELECT max(seq) FROM runs WHERE starts_with(run, $id) GROUP BY run LIMIT 2", brief: false, ct, ("id", id))) is [var only] ? only : null;

    /// <summary>Writes a request down with the state of its run, so that it outlives the process.</summary>
    public Task AskAsync(AskedRun asked, RunResult run, CancellationToken ct) => CommitAsync(async connection =>
    {
        await connection.ExecuteAsync(
            "INSERT INTO requests VALUES ($run, $pipeline, $request, $by, $at)", ct,
            ("run", asked.RunId), ("pipeline", asked.Pipeline), ("request", JsonSerializer.Serialize(asked.Request, RunJson.Default.RunRequest)), ("by", asked.By), ("at", asked.At.UtcDateTime));
        await InsertAsync(connection, run, ct);
    }, ct);

    /// <summary>Who asked for a run and for what, where it was written down.</summary>
    public async Task<AskedRun?> AskedAsync(string runId, CancellationToken ct) => (await ReadAskedAsync("run = $run", ct, ("run", runId))) is [var only, ..] ? only : null;

    /// <summary>The requests whose runs have not ended, oldest first.</summary>
    public Task<List<AskedRun>> OpenRequestsAsync(CancellationToken ct) =>
        ReadAskedAsync($"run IN (SELECT run FROM runs GROUP BY run HAVING {Dialect.Latest("state", "seq")} IN ('queued', 'running'))", ct);

    /// <summary>A run's events after a position, oldest first.</summary>
    public async Task<List<(long Seq, RunEvent Event)>> LogAsync(string runId, long after, CancellationToken ct)
    {
        if (HasPending)
            await CommitAsync(_ => Task.CompletedTask, ct);
        return await UseAsync(connection => connection.QueryAsync(
            "SELECT seq, \"at\", run, kind, task, state, message FROM logs WHERE run = $run AND seq > $after ORDER BY seq",
            r => (r.GetInt64(0), new RunEvent(Utc(r, 1), r.GetString(2), r.GetString(3), r.GetString(4), State(r.GetString(5)), r.GetString(6))),
            ct,
            ("run", runId), ("after", after)), ct);
    }

    /// <summary>Forgets runs that started before an instant.</summary>
    public Task<long> ForgetAsync(DateTimeOffset before, CancellationToken ct) => ChangeAsync(async connection =>
    {
        await connection.ExecuteAsync("DELETE FROM requests WHERE run IN (SELECT run FROM runs WHERE started_at < $before)", ct, ("before", before.UtcDateTime));
        await connection.ExecuteAsync("DELETE FROM logs WHERE run IN (SELECT run FROM runs WHERE started_at < $before)", ct, ("before", before.UtcDateTime));
        return await connection.ExecuteAsync("DELETE FROM runs WHERE started_at < $before", ct, ("before", before.UtcDateTime));
    }, ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (HasPending)
                await CommitAsync(_ => Task.CompletedTask, CancellationToken.None);
        }
        catch (PipelineException)
        {
            _pending.Clear(); // the next process brings the history in line with the warehouse
        }
        await _connection.DisposeAsync();
        _one.Dispose();
    }

    static string Schema(RunDatabase database)
    {
        var collation = database.Dialect.Collation;
        return $"""
            CREATE TABLE IF NOT EXISTS store_version (version INTEGER);
            CREATE TABLE IF NOT EXISTS runs (
              run VARCHAR{collation}, seq BIGINT, pipeline VARCHAR, state VARCHAR, interval_start TIMESTAMP, interval_end TIMESTAMP,
              started_at TIMESTAMP, took_ms DOUBLE PRECISION, message VARCHAR, hint VARCHAR, report VARCHAR, tasks VARCHAR, equations VARCHAR);
            CREATE TABLE IF NOT EXISTS logs (run VARCHAR{collation}, seq BIGINT, "at" TIMESTAMP, kind VARCHAR, task VARCHAR, state VARCHAR, message VARCHAR);
            CREATE TABLE IF NOT EXISTS requests (run VARCHAR{collation}, pipeline VARCHAR, request VARCHAR, "by" VARCHAR, "at" TIMESTAMP);
            {database.Indexes}
            """;
    }

    async Task RequireFormatAsync(CancellationToken ct)
    {
        var format = await UseAsync(x => x.ScalarAsync<int?>("SELECT max(version) FROM store_version", ct), ct);
        if (format is null)
            await ChangeAsync(x => x.ExecuteAsync($"INSERT INTO store_version VALUES ({Format})", ct), ct);
        if (format > Format)
            throw new PipelineException($"{_database.Place}: the run store was written by a newer version (format {format}; this one knows {Format})", hint: "Use that version: this one would not understand all of its tables.");
    }

    async Task MakeAsync(string tables, CancellationToken ct)
    {
        lock (_made)
            if (_made.Contains(tables))
                return;
        await ChangeAsync(x => x.ExecuteAsync(tables, ct), ct);
        lock (_made)
            _made.Add(tables);
    }

    async Task<T> AloneAsync<T>(Func<DbConnection, Task<T>> work, TimeSpan patience, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            var began = _clock.GetTimestamp();
            for (var attempt = 1; ; attempt++)
                try
                {
                    if (_connection.State != ConnectionState.Open)
                        await ReopenAsync(ct);
                    return await work(_connection);
                }
                catch (DbException e) when (_connection.State != ConnectionState.Open)
                {
                    if (attempt > 1 && _clock.GetElapsedTime(began) >= patience)
                        throw Dialect.Explain(e);
                }
                catch (PipelineException e) when (e.IsTransient && _clock.GetElapsedTime(began) < patience)
                {
                    await Task.Delay(Pause, _clock, ct);
                }
        }
        finally
        {
            _one.Release();
        }
    }

    async Task ReopenAsync(CancellationToken ct)
    {
        await _connection.DisposeAsync();
        _connection = await _database.OpenAsync(ct);
    }

    async Task<T> TransactAsync<T>(DbConnection connection, Func<DbConnection, Task<T>> work, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (_database.OneWriter.Length > 0)
            await connection.ScalarAsync<object>(_database.OneWriter, ct);
        var value = await work(connection);
        await transaction.CommitAsync(CancellationToken.None);
        return value;
    }

    // What could not be written stays pending.
    Task CommitAsync(Func<DbConnection, Task> write, CancellationToken ct) => AloneAsync(async connection =>
    {
        RunEvent[] events;
        lock (_pending)
        {
            events = [.. _pending];
            _pending.Clear();
        }
        try
        {
            return await TransactAsync(connection, async x =>
            {
                if (_database.OneWriter.Length > 0)
                    _seq = await x.ScalarAsync<long>(NewestSeq, ct);
                await LogAsync(x, events, ct);
                await write(x);
                return events.Length;
            }, ct);
        }
        catch
        {
            lock (_pending)
                _pending.InsertRange(0, events);
            throw;
        }
    }, Patience, ct);

    bool HasPending
    {
        get
        {
            lock (_pending)
                return _pending.Count > 0;
        }
    }

    Task InsertAsync(DbConnection connection, RunResult run, CancellationToken ct) =>
        connection.ExecuteAsync(
            "INSERT INTO runs VALUES ($run, $seq, $pipeline, $state, $start, $end, $started, $took, $message, $hint, $report, $tasks, $equations)",
            ct,
            ("run", run.RunId), ("seq", ++_seq), ("pipeline", run.Pipeline), ("state", Text(run.State)),
            ("start", run.Interval.Start.UtcDateTime), ("end", run.Interval.End.UtcDateTime),
            ("started", run.StartedAt.UtcDateTime), ("took", run.Took.TotalMilliseconds),
            ("message", run.Message), ("hint", run.Hint), ("report", run.Report),
            ("tasks", JsonSerializer.Serialize(run.Tasks, RunJson.Default.IReadOnlyListTaskResult)),
            ("equations", JsonSerializer.Serialize(run.Equations, RunJson.Default.IReadOnlyListRowEquation)));

    Task<List<RunResult>> ReadAsync(string newest, bool brief, CancellationToken ct, params (string, object?)[] parameters) =>
        UseAsync(connection => connection.QueryAsync(
            $"""
            SELECT run, pipeline, state, interval_start, interval_end, started_at, took_ms, message, hint, report{(brief ? "" : ", tasks, equations")}
            FROM runs WHERE seq IN ({newest}) ORDER BY run DESC
            """,
            r => new RunResult(r.GetString(0), r.GetString(1), State(r.GetString(2)), new(Utc(r, 3), Utc(r, 4)), Utc(r, 5), TimeSpan.FromMilliseconds(r.GetDouble(6)))
            {
                Message = r.IsDBNull(7) ? null : r.GetString(7),
                Hint = r.IsDBNull(8) ? null : r.GetString(8),
                Report = r.IsDBNull(9) ? null : r.GetString(9),
                Tasks = brief ? [] : JsonSerializer.Deserialize(r.GetString(10), RunJson.Default.IReadOnlyListTaskResult)!,
                Equations = brief ? [] : JsonSerializer.Deserialize(r.GetString(11), RunJson.Default.IReadOnlyListRowEquation)!,
            },
            ct,
            parameters), ct);

    Task<List<AskedRun>> ReadAskedAsync(string condition, CancellationToken ct, params (string, object?)[] parameters) =>
        UseAsync(connection => connection.QueryAsync(
            $"SELECT run, pipeline, request, \"by\", \"at\" FROM requests WHERE {condition} ORDER BY \"at\", run",
            r => new AskedRun(r.GetString(0), r.GetString(1), JsonSerializer.Deserialize(r.GetString(2), RunJson.Default.RunRequest)!, r.GetString(3), Utc(r, 4)),
            ct, parameters), ct);

    async Task LogAsync(DbConnection connection, RunEvent[] events, CancellationToken ct)
    {
        foreach (var batch in events.Chunk(100))
        {
            List<(string, object?)> parameters = [];
            var values = batch.Select((e, i) =>
            {
                parameters.AddRange([($"r{i}", e.RunId), ($"s{i}", ++_seq), ($"a{i}", e.At.UtcDateTime), ($"k{i}", e.Kind), ($"t{i}", e.Task), ($"st{i}", Text(e.State)), ($"m{i}", e.Message)]);
                return $"($r{i}, $s{i}, $a{i}, $k{i}, $t{i}, $st{i}, $m{i})";
            });
            await connection.ExecuteAsync($"INSERT INTO logs VALUES {string.Join(", ", values.ToList())}", ct, [.. parameters]);
        }
    }

    sealed record LastRuns(long Seq, int PerPipeline, IReadOnlyList<RunResult> Runs);

    static string Text(RunState state) => state.ToString().ToLowerInvariant();

    static RunState State(string text) => Enum.Parse<RunState>(text, ignoreCase: true);

    static DateTimeOffset Utc(DbDataReader reader, int column) => new(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc));
}
