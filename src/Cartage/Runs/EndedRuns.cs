using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>Runs that ended since a reader last looked; how far it has come is kept in the run store under its name, so nothing is left out by a restart.</summary>
public sealed class EndedRuns(RunStore store, string reader)
{
    /// <summary>Hands every run that ended since, in order, to <paramref name="each"/>, and marks it once that is done; a reader that is new begins now.</summary>
    public async Task ReadAsync(Func<RunResult, Task> each, CancellationToken ct)
    {
        if (await store.UseAsync(x => x.ScalarAsync<long?>("SELECT max(seq) FROM marks WHERE name = $name", ct, ("name", reader)), ct) is not { } from)
        {
            await store.ChangeAsync(x => x.ExecuteAsync("INSERT INTO marks SELECT $name, coalesce(max(seq), 0) FROM runs", ct, ("name", reader)), ct);
            return;
        }
        var ended = await store.UseAsync(x => x.QueryAsync(
            "SELECT run, seq FROM runs WHERE seq > $from AND state NOT IN ('queued', 'running') ORDER BY seq LIMIT 500", r => (Run: r.GetString(0), Seq: r.GetInt64(1)), ct, ("from", from)), ct);
        foreach (var (id, seq) in ended)
        {
            if (await store.GetRunAsync(id, ct) is { } run)
                await each(run);
            await store.ChangeAsync(async x =>
            {
                await x.ExecuteAsync("DELETE FROM marks WHERE name = $name AND seq < $seq", ct, ("name", reader), ("seq", from));
                return await x.ExecuteAsync("INSERT INTO marks VALUES ($name, $seq)", ct, ("name", reader), ("seq", seq));
            }, ct);
        }
    }
}
