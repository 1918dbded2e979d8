using System.Data.Common;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Triggers;

/// <summary>Which ticks of which schedule are done with, in the run store; one row a tick. A schedule that is written anew begins when it is first seen.</summary>
public sealed class TickStore(RunStore store, TimeProvider clock)
{
    const string Began = "began";

    const string Tables = """CREATE TABLE IF NOT EXISTS ticks (pipeline VARCHAR, schedule VARCHAR, tick TIMESTAMP, run VARCHAR, note VARCHAR, "at" TIMESTAMP, PRIMARY KEY (pipeline, schedule, tick))""";

    /// <summary>What is known of a pipeline's schedule; the first time, <paramref name="began"/> says where it begins.</summary>
    public async Task<TickHistory> ReadAsync(Pipeline pipeline, Func<Task<DateTimeOffset>> began, CancellationToken ct)
    {
        if (await FindAsync(pipeline, ct) is { } known)
            return known;
        var since = await AnyAsync(pipeline, ct) ? clock.GetUtcNow() : await began();
        await WriteAsync(pipeline, since, "", Began, ct);
        return new(since, new HashSet<DateTimeOffset>());
    }

    /// <summary>Writes down, in another commit, that a run is asked for a tick; false where the tick is done with.</summary>
    public async Task<bool> TakeAsync(DbConnection x, Pipeline pipeline, DateTimeOffset tick, string run, CancellationToken ct) => await InsertAsync(x, pipeline, tick, run, "asked", ct) > 0;

    /// <summary>Writes down that a tick is done with, and why there is no run.</summary>
    public Task HandledAsync(Pipeline pipeline, DateTimeOffset tick, string run, string note, CancellationToken ct) => WriteAsync(pipeline, tick, run, note, ct);

    /// <summary>The newest tick of a pipeline's schedule that a run was asked for, and the run.</summary>
    public async Task<(DateTimeOffset Tick, string Run)?> NewestAsync(Pipeline pipeline, CancellationToken ct) =>
        (await store.UseAsync(Tables, x => x.QueryAsync("SELECT tick, run FROM ticks WHERE pipeline = $p AND schedule = $s AND note <> $began ORDER BY tick DESC LIMIT 1", r => (Utc(r, 0), r.GetString(1)), ct, ("p", pipeline.Name), ("s", Key(pipeline)), ("began", Began)), ct)) is [var only] ? only : null;

    /// <summary>Where a pipeline's schedule begins; null where it was not seen yet.</summary>
    public async Task<DateTimeOffset?> BeganAsync(Pipeline pipeline, CancellationToken ct) => (await FindAsync(pipeline, ct))?.Since;

    /// <summary>Forgets ticks before an instant: a schedule begins with the newest of them then. One that was missed and is still to be run stays, and so does what comes after it.</summary>
    public async Task<long> ForgetAsync(IReadOnlyList<Pipeline> pipelines, DateTimeOffset before, CancellationToken ct)
    {
        long forgotten = 0;
        foreach (var pipeline in pipelines)
            if (await FindAsync(pipeline, ct) is { } known && DueTicks.LastSettled(pipeline, known, before) is { } last && known.Handled.Any(t => t < last))
                forgotten += await store.ChangeAsync(Tables, async x =>
                {
                    var begins = last.AddMicroseconds(-1);
                    await InsertAsync(x, pipeline, begins, "", Began, ct);
                    await DeleteAsync(x, pipeline, "note = $began", begins);
                    return await DeleteAsync(x, pipeline, "note <> $began", last);
                }, ct);
        return forgotten;

        Task<long> DeleteAsync(DbConnection x, Pipeline pipeline, string which, DateTimeOffset end) =>
            x.ExecuteAsync($"DELETE FROM ticks WHERE pipeline = $p AND schedule = $s AND {which} AND tick < $end", ct, ("p", pipeline.Name), ("s", Key(pipeline)), ("began", Began), ("end", end.UtcDateTime));
    }

    async Task<TickHistory?> FindAsync(Pipeline pipeline, CancellationToken ct)
    {
        var rows = await store.UseAsync(Tables, x => x.QueryAsync("SELECT tick, note FROM ticks WHERE pipeline = $p AND schedule = $s", r => (Tick: Utc(r, 0), Note: r.GetString(1)), ct, ("p", pipeline.Name), ("s", Key(pipeline))), ct);
        return rows.Where(r => r.Note == Began).Select(r => (DateTimeOffset?)r.Tick).FirstOrDefault() is { } since ? new(since, rows.Where(r => r.Note != Began).Select(r => r.Tick).ToHashSet()) : null;
    }

    async Task<bool> AnyAsync(Pipeline pipeline, CancellationToken ct) =>
        await store.UseAsync(Tables, x => x.ScalarAsync<long>("SELECT count(*) FROM ticks WHERE pipeline = $p", ct, ("p", pipeline.Name)), ct) > 0;

    Task<long> WriteAsync(Pipeline pipeline, DateTimeOffset tick, string run, string note, CancellationToken ct) =>
        store.ChangeAsync(Tables, x => InsertAsync(x, pipeline, tick, run, note, ct), ct);

    Task<long> InsertAsync(DbConnection x, Pipeline pipeline, DateTimeOffset tick, string run, string note, CancellationToken ct) =>
        x.ExecuteAsync("INSERT INTO ticks VALUES ($p, $s, $tick, $run, $note, $at) ON CONFLICT DO NOTHING", ct, ("p", pipeline.Name), ("s", Key(pipeline)), ("tick", tick.UtcDateTime), ("run", run), ("note", note), ("at", clock.GetUtcNow().UtcDateTime));

    static string Key(Pipeline pipeline) => $"{pipeline.Schedule} {pipeline.TimeZone.Id}";

    static DateTimeOffset Utc(DbDataReader reader, int column) => new(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc));
}
