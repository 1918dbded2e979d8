using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>The history of runs in a DuckDB file of its own: rows are only ever inserted, the newest row of a run is its state.</summary>
public sealed class RunStore : IAsyncDisposable
{
    const string Schema = """
        CREATE TABLE IF NOT EXISTS store_version (version INTEGER);
        CREATE TABLE IF NOT EXISTS runs (
          run VARCHAR, seq BIGINT, pipeline VARCHAR, state VARCHAR, interval_start TIMESTAMP, interval_end TIMESTAMP,
          started_at TIMESTAMP, took_ms DOUBLE, message VARCHAR, hint VARCHAR, report VARCHAR, tasks VARCHAR, equations VARCHAR);
        CREATE TABLE IF NOT EXISTS logs (run VARCHAR, seq BIGINT, "at" TIMESTAMP, kind VARCHAR, task VARCHAR, state VARCHAR, message VARCHAR);
        CREATE TABLE IF NOT EXISTS requests (run VARCHAR, pipeline VARCHAR, request VARCHAR, "by" VARCHAR, "at" TIMESTAMP);
        """;

    readonly DuckDbConnection _connection;
    readonly SemaphoreSlim _one = new(1, 1);
    readonly List<RunEvent> _pending = [];
    readonly List<Channel<RunEvent>> _followers = [];
    LastRuns? _last;
    long _seq;

    RunStore(DuckDbConnection connection) => _connection = connection;

    /// <summary>Opens or creates the store; <c>:memory:</c> keeps nothing.</summary>
    public static async Task<RunStore> OpenAsync(string path, CancellationToken ct)
    {
        var settings = new DuckDbConnectionStringBuilder { DataSource = path };
        settings["threads"] = "1";
        settings["memory_limit"] = "128MB";
        var connection = new DuckDbConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            await connection.ExecuteAsync(Schema, ct);
            var store = new RunStore(connection);
            store._seq = await connection.ScalarAsync<long>("SELECT greatest((SELECT coalesce(max(seq), 0) FROM runs), (SELECT coalesce(max(seq), 0) FROM logs))", ct);
            return store;
        }
        catch (DuckDbException e)
        {
            await connection.DisposeAsync();
            throw new PipelineException($"{path}: the run store cannot be opened: {e.Message}", hint: "If it is damaged, move it away: the history of runs starts anew, tables are not touched.", inner: e);
        }
    }

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

    /// <summary>Does something with the store's own connection while nobody else uses it.</summary>
    public async Task<T> UseAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            return await work(_connection);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Writes a run's state and the events so far in one commit.</summary>
    public Task SaveAsync(RunResult run, CancellationToken ct) => CommitAsync(() => InsertAsync(run, ct), ct);

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
        var having = filter.States is { Count: > 0 } states ? $"HAVING arg_max(state, seq) IN ({string.Join(", ", states.Select(x => Dialect.DuckDb.Literal(Text(x))))})" : "";
        return ReadAsync($"WHERE {string.Join(" AND ", where)} GROUP BY run {having} ORDER BY run DESC LIMIT $limit", filter.Brief, ct, [.. parameters]);
    }

    /// <summary>The newest runs of each pipeline without their tasks, newest first.</summary>
    public async Task<IReadOnlyList<RunResult>> LastRunsAsync(int perPipeline, CancellationToken ct)
    {
        // Every look at the overview asks this of the whole history, which changes only when a run does.
        if (_last is { } known && known.Seq == Interlocked.Read(ref _seq) && known.PerPipeline == perPipeline)
            return known.Runs;
        var seq = Interlocked.Read(ref _seq);
        var runs = await ReadAsync("GROUP BY pipeline, run QUALIFY row_number() OVER (PARTITION BY pipeline ORDER BY run DESC) <= $n", brief: true, ct, ("n", (long)perPipeline));
        _last = new(seq, perPipeline, runs);
        return runs;
    }

    /// <summary>The runs of a pipeline whose intervals touch another, newest first, without their tasks.</summary>
    public Task<List<RunResult>> TouchingAsync(string pipeline, Interval interval, CancellationToken ct) =>
        ReadAsync("WHERE pipeline = $pipeline AND interval_end > $start AND interval_start < $end GROUP BY run", brief: true, ct, ("pipeline", pipeline), ("start", interval.Start.UtcDateTime), ("end", interval.End.UtcDateTime));

    /// <summary>How many runs of each state were asked for since an instant; ids sort by time.</summary>
    public async Task<IReadOnlyDictionary<RunState, long>> CountAsync(DateTimeOffset since, CancellationToken ct) =>
        (await UseAsync(connection => connection.QueryAsync(
            "SELECT state, count(*) FROM (SELECT arg_max(state, seq) AS state FROM runs WHERE run >= $since GROUP BY run) GROUP BY state",
            r => (State(r.GetString(0)), r.GetInt64(1)), ct, ("since", since.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", null))), ct)).ToDictionary();

    /// <summary>The runs that have not ended.</summary>
    public Task<List<RunResult>> ListUnfinishedAsync(CancellationToken ct) => ListRunsAsync(new RunFilter(int.MaxValue, States: [RunState.Running, RunState.Queued]), ct);

    /// <summary>One run's newest state, by its id or a unique beginning of it.</summary>
    public async Task<RunResult?> GetRunAsync(string id, CancellationToken ct) =>
        (await ReadAsync("WHERE starts_with(run, $id) GROUP BY run LIMIT 2", brief: false, ct, ("id", id))) is [var only] ? only : null;

    /// <summary>Writes a request down with the state of its run, so that it outlives the process.</summary>
    public Task AskAsync(AskedRun asked, RunResult run, CancellationToken ct) => CommitAsync(async () =>
    {
        await _connection.ExecuteAsync(
            "INSERT INTO requests VALUES ($run, $pipeline, $request, $by, $at)", ct,
            ("run", asked.RunId), ("pipeline", asked.Pipeline), ("request", JsonSerializer.Serialize(asked.Request, RunJson.Default.RunRequest)), ("by", asked.By), ("at", asked.At.UtcDateTime));
        await InsertAsync(run, ct);
    }, ct);

    /// <summary>Who asked for a run and for what, where it was written down.</summary>
    public async Task<AskedRun?> AskedAsync(string runId, CancellationToken ct) => (await ReadAskedAsync("run = $run", ct, ("run", runId))) is [var only, ..] ? only : null;

    /// <summary>The requests whose runs have not ended, oldest first.</summary>
    public Task<List<AskedRun>> OpenRequestsAsync(CancellationToken ct) =>
        ReadAskedAsync("run IN (SELECT run FROM runs GROUP BY run HAVING arg_max(state, seq) IN ('queued', 'running'))", ct);

    /// <summary>A run's events after a position, oldest first.</summary>
    public async Task<List<(long Seq, RunEvent Event)>> LogAsync(string runId, long after, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            await FlushPendingAsync(ct);
            return await _connection.QueryAsync(
                "SELECT seq, \"at\", run, kind, task, state, message FROM logs WHERE run = $run AND seq > $after ORDER BY seq",
                r => (r.GetInt64(0), new RunEvent(Utc(r, 1), r.GetString(2), r.GetString(3), r.GetString(4), State(r.GetString(5)), r.GetString(6))),
                ct,
                ("run", runId), ("after", after));
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Forgets runs that started before an instant.</summary>
    public async Task<long> ForgetAsync(DateTimeOffset before, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            await _connection.ExecuteAsync("DELETE FROM requests WHERE run IN (SELECT run FROM runs WHERE started_at < $before)", ct, ("before", before.UtcDateTime));
            await _connection.ExecuteAsync("DELETE FROM logs WHERE run IN (SELECT run FROM runs WHERE started_at < $before)", ct, ("before", before.UtcDateTime));
            return await _connection.ExecuteAsync("DELETE FROM runs WHERE started_at < $before", ct, ("before", before.UtcDateTime));
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await FlushPendingAsync(CancellationToken.None);
        await _connection.DisposeAsync();
        _one.Dispose();
    }

    async Task CommitAsync(Func<Task> write, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            await using var transaction = await _connection.BeginTransactionAsync(ct);
            await FlushPendingAsync(ct);
            await write();
            await transaction.CommitAsync(ct);
        }
        finally
        {
            _one.Release();
        }
    }

    Task InsertAsync(RunResult run, CancellationToken ct) =>
        _connection.ExecuteAsync(
            "INSERT INTO runs VALUES ($run, $seq, $pipeline, $state, $start, $end, $started, $took, $message, $hint, $report, $tasks, $equations)",
            ct,
            ("run", run.RunId), ("seq", ++_seq), ("pipeline", run.Pipeline), ("state", Text(run.State)),
            ("start", run.Interval.Start.UtcDateTime), ("end", run.Interval.End.UtcDateTime),
            ("started", run.StartedAt.UtcDateTime), ("took", run.Took.TotalMilliseconds),
            ("message", run.Message), ("hint", run.Hint), ("report", run.Report),
            ("tasks", JsonSerializer.Serialize(run.Tasks, RunJson.Default.IReadOnlyListTaskResult)),
            ("equations", JsonSerializer.Serialize(run.Equations, RunJson.Default.IReadOnlyListRowEquation)));

    async Task<List<RunResult>> ReadAsync(string which, bool brief, CancellationToken ct, params (string, object?)[] parameters)
    {
        await _one.WaitAsync(ct);
        try
        {
            return await _connection.QueryAsync(
                $"""
                SELECT run, pipeline, state, interval_start, interval_end, started_at, took_ms, message, hint, report{(brief ? "" : ", tasks, equations")}
                FROM runs WHERE seq IN (SELECT max(seq) FROM runs {which}) ORDER BY run DESC
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
                parameters);
        }
        finally
        {
            _one.Release();
        }
    }

    Task<List<AskedRun>> ReadAskedAsync(string condition, CancellationToken ct, params (string, object?)[] parameters) =>
        UseAsync(connection => connection.QueryAsync(
            $"SELECT run, pipeline, request, \"by\", \"at\" FROM requests WHERE {condition} ORDER BY \"at\", run",
            r => new AskedRun(r.GetString(0), r.GetString(1), JsonSerializer.Deserialize(r.GetString(2), RunJson.Default.RunRequest)!, r.GetString(3), Utc(r, 4)),
            ct, parameters), ct);

    async Task FlushPendingAsync(CancellationToken ct)
    {
        RunEvent[] events;
        lock (_pending)
        {
            events = [.. _pending];
            _pending.Clear();
        }
        foreach (var batch in events.Chunk(100))
        {
            List<(string, object?)> parameters = [];
            var values = batch.Select((e, i) =>
            {
                parameters.AddRange([($"r{i}", e.RunId), ($"s{i}", ++_seq), ($"a{i}", e.At.UtcDateTime), ($"k{i}", e.Kind), ($"t{i}", e.Task), ($"st{i}", Text(e.State)), ($"m{i}", e.Message)]);
                return $"($r{i}, $s{i}, $a{i}, $k{i}, $t{i}, $st{i}, $m{i})";
            });
            await _connection.ExecuteAsync($"INSERT INTO logs VALUES {string.Join(", ", values.ToList())}", ct, [.. parameters]);
        }
    }

    sealed record LastRuns(long Seq, int PerPipeline, IReadOnlyList<RunResult> Runs);

    static string Text(RunState state) => state.ToString().ToLowerInvariant();

    static RunState State(string text) => Enum.Parse<RunState>(text, ignoreCase: true);

    static DateTimeOffset Utc(DbDataReader reader, int column) => new(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc));
}
