using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>
/// Several servers over one PostgreSQL warehouse: a pipeline is run by who holds its lease, and its publishing transaction checks that it still does. Time is the database's. A server is known
/// by the name its connections have there.
/// </summary>
public sealed class Cluster(IWarehouse warehouse, string node, TimeSpan lease, TimeProvider clock)
{
    const string Schema = """
        CREATE SCHEMA IF NOT EXISTS cartage;
        CREATE TABLE IF NOT EXISTS cartage.leases (pipeline VARCHAR PRIMARY KEY, node VARCHAR, token BIGINT, until TIMESTAMP);
        """;

    const string Until = "LOCALTIMESTAMP + $seconds * INTERVAL '1 second'";

    /// <summary>How long a server may be silent before others take over.</summary>
    public TimeSpan Lease => lease;

    /// <summary>Joins the servers of a warehouse.</summary>
    public static async Task<Cluster> JoinAsync(IWarehouse warehouse, TimeSpan lease, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await warehouse.OpenAsync(ct);
        await connection.ScalarAsync<object>("SELECT pg_advisory_lock(hashtext('cartage cluster'))", ct); // two that come at once
        await connection.ExecuteAsync(Schema, ct);
        await WarehouseState.EnsureAsync(warehouse, connection, ct);
        await connection.ScalarAsync<object>("SELECT pg_advisory_unlock(hashtext('cartage cluster'))", ct);
        return new(warehouse, (await connection.ScalarAsync<string>("SELECT current_setting('application_name')", ct))!, lease, clock);
    }

    /// <summary>Waits until no other server holds a pipeline, and holds it. The connections of a server that lost it by silence are ended, so that nothing it began goes on.</summary>
    public async Task<Lease> HoldAsync(string pipeline, CancellationToken ct)
    {
        while (true)
        {
            var asked = clock.GetTimestamp();
            var (token, before) = await UseAsync(async x =>
            {
                var holder = await x.ScalarAsync<string>("SELECT node FROM cartage.leases WHERE pipeline = $p", ct, ("p", pipeline));
                var taken = await x.ScalarAsync<long?>(
                    $"""
                    INSERT INTO cartage.leases AS l VALUES ($p, $node, 1, {Until})
                    ON CONFLICT (pipeline) DO UPDATE SET node = $node, token = l.token + 1, until = {Until} WHERE l.node = $node OR l.until < LOCALTIMESTAMP RETURNING token
                    """, ct, ("p", pipeline), ("node", node), Seconds);
                return (taken, holder);
            }, ct);
            if (token is { } got)
            {
                if (before is not null && before != node)
                    await UseAsync(x => x.ScalarAsync<long>("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $before", ct, ("before", before)), ct);
                return new(this, pipeline, got, asked, clock);
            }
            await Task.Delay(lease / 6, clock, ct);
        }
    }

    internal Task<bool> RenewAsync(string pipeline, long token, CancellationToken ct) =>
        UseAsync(async x => await x.ExecuteAsync($"UPDATE cartage.leases SET until = {Until} WHERE pipeline = $p AND node = $node AND token = $token", ct, ("p", pipeline), ("node", node), ("token", token), Seconds) > 0, ct);

    internal Task ReleaseAsync(string pipeline, long token, CancellationToken ct) =>
        UseAsync(x => x.ExecuteAsync("UPDATE cartage.leases SET until = LOCALTIMESTAMP - INTERVAL '1 second' WHERE pipeline = $p AND node = $node AND token = $token", ct, ("p", pipeline), ("node", node), ("token", token)), ct);

    internal async Task FenceAsync(DbConnection publishing, string pipeline, long token, CancellationToken ct)
    {
        if (await publishing.ScalarAsync<long?>("SELECT token FROM cartage.leases WHERE pipeline = $p AND node = $node AND token = $token FOR UPDATE", ct, ("p", pipeline), ("node", node), ("token", token)) is null)
            throw Cartage.Runs.Lease.Lost(pipeline);
    }

    (string, object?) Seconds => ("seconds", lease.TotalSeconds);

    async Task<T> UseAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken ct)
    {
        await using var connection = await warehouse.OpenAsync(ct);
        return await work(connection);
    }
}
