using System.Data.Common;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Triggers;

/// <summary>Something that happened and is to start a pipeline; <paramref name="Id"/> tells it from every other, so that it counts once however often it is told.</summary>
public sealed record PipelineEvent(string Pipeline, string Id, string What);

/// <summary>What waits for a pipeline: how many events, up to which, the first of them and when the first and the last came; and the runs for them that failed since the pipeline last published.</summary>
public sealed record PendingEvents(string Pipeline, long Count, long UpTo, string First, DateTimeOffset Since, DateTimeOffset Last, FailedStarts? Failed = null)
{
    static readonly TimeSpan Least = TimeSpan.FromMinutes(1), Most = TimeSpan.FromHours(1), GivesUp = TimeSpan.FromDays(1);

    /// <summary>When a run is asked for them at the earliest: at once, or a while after one failed, doubled each time; null where that went on for a day and nothing new came, so that they wait for any other run.</summary>
    public DateTimeOffset? NotBefore =>
        Failed is not { } failed || UpTo > failed.UpTo ? Since
        : failed.Last - failed.First > GivesUp ? null
        : failed.Last + TimeSpan.FromTicks(Math.Min(Most.Ticks, Least.Ticks << (int)Math.Min(failed.Count - 1, 10)));
}

/// <summary>Runs that were asked for and failed, one after the other: the first and the last of them, and up to which event they were for.</summary>
public sealed record FailedStarts(long Count, DateTimeOffset First, DateTimeOffset Last, long UpTo);

/// <summary>
/// Events written down before they are acknowledged: those up to the newest mark of a pipeline have been given to a run. One that failed gives them back; they are done with when any run that asked the
/// pipeline's sources has published.
/// </summary>
public sealed class EventInbox(RunStore store, TimeProvider clock) : IDisposable
{
    const int AtOnce = 200;

    const string Tables = """
        CREATE TABLE IF NOT EXISTS events (pipeline VARCHAR, id VARCHAR, seq BIGINT, what VARCHAR, "at" TIMESTAMP, PRIMARY KEY (pipeline, id));
        CREATE TABLE IF NOT EXISTS events_taken (pipeline VARCHAR, up_to BIGINT, run VARCHAR, "at" TIMESTAMP);
        CREATE TABLE IF NOT EXISTS events_back (run VARCHAR PRIMARY KEY, pipeline VARCHAR, "at" TIMESTAMP);
        """;

    readonly SemaphoreSlim _news = new(0, 1);

    /// <summary>Writes events down, in one commit, and returns how many were new.</summary>
    public async Task<long> AddAsync(IReadOnlyList<PipelineEvent> events, CancellationToken ct)
    {
        if (events.Count == 0)
            return 0;
        var added = await store.ChangeAsync(Tables, async x =>
        {
            var seq = await x.ScalarAsync<long>("SELECT greatest((SELECT coalesce(max(seq), 0) FROM events), (SELECT coalesce(max(up_to), 0) FROM events_taken))", ct); // what was taken may be forgotten
            long count = 0;
            foreach (var chunk in events.DistinctBy(e => (e.Pipeline, e.Id)).Chunk(AtOnce))
            {
                List<(string, object?)> parameters = [("at", clock.GetUtcNow().UtcDateTime)];
                var rows = chunk.Select((e, i) =>
                {
                    parameters.AddRange([($"p{i}", e.Pipeline), ($"i{i}", e.Id), ($"s{i}", ++seq), ($"w{i}", e.What)]);
                    return $"($p{i}, $i{i}, $s{i}, $w{i}, $at)";
                }).ToList();
                count += await x.ExecuteAsync($"INSERT INTO events VALUES {string.Join(", ", rows)} ON CONFLICT DO NOTHING", ct, [.. parameters]);
            }
            return count;
        }, ct);
        if (added > 0)
            Wake();
        return added;
    }

    /// <summary>The same for objects, by what the project's triggers say of their places.</summary>
    public Task<long> AddObjectsAsync(Project project, IReadOnlyList<ObjectEvent> objects, CancellationToken ct)
    {
        var triggers = Places.Triggers(project);
        return AddAsync([.. objects.SelectMany(o => triggers.Where(t => t.Matches.IsMatch(o.Place)).Select(t => t.Pipeline).Distinct().Select(p => new PipelineEvent(p, o.Id, o.Place)))], ct);
    }

    /// <summary>What no run was asked for yet, or only such as failed, by pipeline.</summary>
    public Task<List<PendingEvents>> PendingAsync(CancellationToken ct) =>
        store.UseAsync(Tables, x => x.QueryAsync(
            $"""
            SELECT e.pipeline, count(*), max(e.seq), {store.Dialect.Latest("e.what", "-e.seq")}, min(e."at"), max(e."at"), max(b.n), max(b.since), max(b.last), max(b.up_to)
            FROM events e
              LEFT JOIN (SELECT pipeline, max(up_to) AS up_to FROM events_taken WHERE run NOT IN (SELECT run FROM events_back) GROUP BY pipeline) t ON t.pipeline = e.pipeline
              LEFT JOIN (SELECT x.pipeline, count(*) AS n, min(x."at") AS since, max(x."at") AS last, max(y.up_to) AS up_to FROM events_back x JOIN events_taken y ON y.run = x.run GROUP BY x.pipeline) b ON b.pipeline = e.pipeline
            WHERE e.seq > coalesce(t.up_to, 0) GROUP BY e.pipeline ORDER BY e.pipeline
            """,
            r => new PendingEvents(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetString(3), Utc(r, 4), Utc(r, 5), r.IsDBNull(6) ? null : new(r.GetInt64(6), Utc(r, 7), Utc(r, 8), r.GetInt64(9))), ct), ct);

    /// <summary>Takes back what was given to a run that failed; one that asked the sources and published is for all that failed before it, whoever asked for it.</summary>
    public Task EndedAsync(RunResult run, CancellationToken ct) => run switch
    {
        { State: RunState.Failed } => store.ChangeAsync(Tables, x => x.ExecuteAsync(
            "INSERT INTO events_back SELECT run, pipeline, $at FROM events_taken WHERE run = $run ON CONFLICT DO NOTHING", ct, ("run", run.RunId), ("at", (run.StartedAt + run.Took).UtcDateTime)), ct),
        { State: RunState.Succeeded or RunState.Quarantined } when run.Tasks.Any(t => t.Kind == "extract") => store.ChangeAsync(Tables, x => x.ExecuteAsync(
            "DELETE FROM events_back WHERE pipeline = $pipeline AND run < $run", ct, ("pipeline", run.Pipeline), ("run", run.RunId)), ct),
        _ => Task.CompletedTask,
    };

    /// <summary>Writes down that no run is needed for these events.</summary>
    public Task DropAsync(PendingEvents pending, CancellationToken ct) => store.ChangeAsync(Tables, x => TakeAsync(x, pending, "", ct), ct);

    /// <summary>Writes down, in another commit, that a run is asked for that sees these events; false where one was already.</summary>
    public async Task<bool> TakeAsync(DbConnection x, PendingEvents pending, string run, CancellationToken ct) =>
        await x.ExecuteAsync(
            "INSERT INTO events_taken SELECT $p, $s, $run, $at WHERE NOT EXISTS (SELECT 1 FROM events_taken WHERE pipeline = $p AND up_to >= $s AND run NOT IN (SELECT run FROM events_back))", ct,
            ("p", pending.Pipeline), ("s", pending.UpTo), ("run", run), ("at", clock.GetUtcNow().UtcDateTime)) > 0;

    /// <summary>Forgets events that were given to a run before an instant; told again, they count again.</summary>
    public Task<long> ForgetAsync(DateTimeOffset before, CancellationToken ct) =>
        store.ChangeAsync(Tables, async x =>
        {
            await x.ExecuteAsync("""DELETE FROM events_taken WHERE "at" < $before AND up_to < (SELECT max(n.up_to) FROM events_taken n WHERE n.pipeline = events_taken.pipeline)""", ct, ("before", before.UtcDateTime));
            await x.ExecuteAsync("DELETE FROM events_back WHERE run NOT IN (SELECT run FROM events_taken)", ct);
            return await x.ExecuteAsync(
                """DELETE FROM events WHERE "at" < $before AND seq <= (SELECT max(up_to) FROM events_taken t WHERE t.pipeline = events.pipeline)""", ct, ("before", before.UtcDateTime));
        }, ct);

    /// <summary>Waits until something was added, or for as long as is said.</summary>
    public async Task WaitAsync(TimeSpan most, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(most, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            await _news.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return; // long enough
        }
    }

    /// <summary>Ends a wait.</summary>
    public void Wake()
    {
        try
        {
            _news.Release();
        }
        catch (SemaphoreFullException)
        {
            return; // it is awake already
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _news.Dispose();

    static DateTimeOffset Utc(DbDataReader reader, int column) => new(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc));
}
