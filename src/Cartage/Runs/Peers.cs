using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>The servers that share a run store: which of them live, whose each open run is, and who has what only one may do at a time. One that was silent for longer than the lease has lost all of it. Time is the database's.</summary>
sealed class Peers(string node, TimeSpan lease)
{
    public const string Tables = """
        CREATE TABLE IF NOT EXISTS servers (node VARCHAR PRIMARY KEY, until TIMESTAMP);
        CREATE TABLE IF NOT EXISTS owners (run VARCHAR PRIMARY KEY, node VARCHAR, open BOOLEAN);
        CREATE TABLE IF NOT EXISTS holds (what VARCHAR PRIMARY KEY, node VARCHAR, until TIMESTAMP);
        """;

    /// <summary>The condition on a run that it is open; on one that it is so at this server.</summary>
    public const string IsOpen = "run IN (SELECT run FROM owners WHERE open)", IsMine = "run IN (SELECT run FROM owners WHERE open AND node = $node)";

    const string Until = "LOCALTIMESTAMP + $seconds * INTERVAL '1 second'";
    const string Dead = "node NOT IN (SELECT node FROM servers WHERE until >= LOCALTIMESTAMP)";

    /// <summary>How often a server must be heard of.</summary>
    public TimeSpan Beat => lease / 4;

    /// <summary>Joins the others. The first of them looks which runs are open: a process that had the store for itself wrote down no owners.</summary>
    public async Task<long> JoinAsync(DbConnection x, Dialect dialect, CancellationToken ct)
    {
        if (await x.ScalarAsync<long>("SELECT count(*) FROM servers WHERE until >= LOCALTIMESTAMP", ct) == 0)
            await x.ExecuteAsync(
                $"""
                DELETE FROM owners WHERE open;
                INSERT INTO owners SELECT run, '', true FROM runs GROUP BY run HAVING {dialect.Latest("state", "seq")} IN ('queued', 'running')
                ON CONFLICT (run) DO UPDATE SET node = '', open = true
                """, ct);
        return await BeatAsync(x, ct);
    }

    /// <summary>Says that this server lives.</summary>
    public Task<long> BeatAsync(DbConnection x, CancellationToken ct) =>
        x.ExecuteAsync($"INSERT INTO servers VALUES ($node, {Until}) ON CONFLICT (node) DO UPDATE SET until = {Until}", ct, Node, ("seconds", lease.TotalSeconds));

    /// <summary>Leaves all there is to the others.</summary>
    public async Task<long> LeaveAsync(DbConnection x, CancellationToken ct)
    {
        await x.ExecuteAsync("DELETE FROM holds WHERE node = $node", ct, Node);
        return await x.ExecuteAsync("DELETE FROM servers WHERE node = $node OR until < LOCALTIMESTAMP - INTERVAL '1 day'", ct, Node);
    }

    /// <summary>Notes whether a run is open; false where it is another server's, so that what this one has to say of it counts no more.</summary>
    public async Task<bool> OwnsAsync(DbConnection x, string run, bool open, CancellationToken ct) =>
        await x.ExecuteAsync("INSERT INTO owners AS o VALUES ($run, $node, $open) ON CONFLICT (run) DO UPDATE SET open = $open WHERE o.node = $node", ct, Node, ("run", run), ("open", open)) > 0;

    /// <summary>Takes the open runs of servers that do not live.</summary>
    public Task<List<string>> TakeOverAsync(DbConnection x, CancellationToken ct) =>
        x.QueryAsync($"UPDATE owners SET node = $node WHERE open AND {Dead} RETURNING run", r => r.GetString(0), ct, Node);

    /// <summary>Whether a run is open and another server's.</summary>
    public async Task<bool> IsElsewhereAsync(DbConnection x, string run, CancellationToken ct) => await x.ScalarAsync<long>("SELECT count(*) FROM owners WHERE open AND run = $run AND node <> $node", ct, Node, ("run", run)) > 0;

    /// <summary>Takes, or keeps, what only one server may do at a time; it is free again after a while, or when its server is dead.</summary>
    public async Task<bool> HoldAsync(DbConnection x, string what, TimeSpan span, CancellationToken ct) =>
        await x.ExecuteAsync(
            $"INSERT INTO holds AS h VALUES ($what, $node, {Until}) ON CONFLICT (what) DO UPDATE SET node = $node, until = {Until} WHERE h.node = $node OR h.until < LOCALTIMESTAMP OR h.{Dead}",
            ct, Node, ("what", what), ("seconds", span.TotalSeconds)) > 0;

    /// <summary>The condition on <c>logs</c> of what others did, and of what this server is told to do.</summary>
    public static string News => $"seq > $after AND ((SELECT o.node FROM owners o WHERE o.run = logs.run) <> $node OR kind = '{RunEvent.Cancel}')";

    public (string, object?) Node => ("node", node);
}
