using System.Data.Common;
using System.Net.Sockets;
using Cartage.Runs;
using Cartage.Warehouses;
using Npgsql;

namespace Cartage.Connectors.Warehouses;

/// <summary>A run store in a schema of a PostgreSQL database, which one project has for itself.</summary>
static class PostgresRunStore
{
    const string Collation = "C";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2), Silence = TimeSpan.FromSeconds(5);

    // A history of 100,000 runs is not read to show ten.
    const string Indexes = """
        CREATE UNIQUE INDEX IF NOT EXISTS runs_seq ON runs (seq);
        CREATE INDEX IF NOT EXISTS runs_run ON runs (run, seq);
        CREATE UNIQUE INDEX IF NOT EXISTS logs_seq ON logs (seq);
        CREATE INDEX IF NOT EXISTS logs_run ON logs (run, seq);
        CREATE INDEX IF NOT EXISTS requests_run ON requests (run);
        """;

    public static RunDatabase Open(string url, string schema, string project, TimeSpan? lease)
    {
        var address = Address(url, $"cartage state {project}");
        var quoted = Dialect.DuckDb.Quote(schema);
        var dialect = PostgresDialect.For($"state {schema}", Collation, Patience) with { Explain = e => Away(address, e) };
        var hold = $"SELECT {(lease is null ? "pg_advisory_lock" : "pg_advisory_lock_shared")}({PostgresDialect.Key($"state {schema}")})";
        return new($"{address.Host}:{address.Port}/{address.Database}", dialect, ct => TakeAsync(address, dialect, quoted, hold, ct))
        {
            OneWriter = $"SELECT pg_advisory_xact_lock(hashtextextended({Dialect.DuckDb.Literal($"cartage writes {schema}")}, 0))",
            Indexes = Indexes,
            Lease = lease,
            Project = project,
            Clock = lease is null ? null : (NpgsqlFactory.Instance, new NpgsqlConnectionStringBuilder(address.ConnectionString) { Pooling = true, SearchPath = schema, ApplicationName = $"{address.ApplicationName} clock" }.ConnectionString),
        };
    }

    /// <summary>What answers there; nothing is changed.</summary>
    public static async Task<string> VersionAsync(string url, CancellationToken ct)
    {
        await using var connection = await ConnectAsync(Address(url, "cartage connections test"), ct);
        return await connection.ScalarAsync<string>("SELECT version()", ct) ?? "";
    }

    static NpgsqlConnectionStringBuilder Address(string url, string name)
    {
        var address = PostgresUrl.Read(url);
        address.Timezone = "UTC";
        address.Pooling = false; // one connection for as long as the store is open
        address.KeepAlive = address.KeepAlive == 0 ? 30 : address.KeepAlive;
        address.ApplicationName ??= $"{name} {Environment.MachineName} {Environment.ProcessId}";
        // A process that was stopped amid a change must not keep the others from theirs.
        address.Options = $"{address.Options} -c client_min_messages=warning -c idle_in_transaction_session_timeout={(long)Silence.TotalMilliseconds}";
        return address;
    }

    static async ValueTask<DbConnection> TakeAsync(NpgsqlConnectionStringBuilder address, Dialect dialect, string schema, string hold, CancellationToken ct)
    {
        var connection = await ConnectAsync(address, ct);
        var taken = false;
        try
        {
            // Whoever had it before may be leaving just now.
            await connection.ExecuteAsync($"SET lock_timeout = {(long)Patience.TotalMilliseconds}", ct);
            await connection.ExecuteAsync(hold, ct);
            await connection.ExecuteAsync($"SET lock_timeout = 0; SELECT pg_advisory_lock(hashtext('cartage state')); CREATE SCHEMA IF NOT EXISTS {schema}; SELECT pg_advisory_unlock(hashtext('cartage state')); SET search_path = {schema}", ct);
            taken = true;
            return connection;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            var holder = await connection.ScalarAsync<string>(dialect.LockHolder, ct) ?? "another process";
            throw new PipelineException($"the run store at {address.Host}:{address.Port}/{address.Database} is in use by {holder}", isTransient: true,
                hint: "Wait for it to end, or let several servers share it: cluster: { lease: 30s } in project.yml, on each of them.");
        }
        catch (NpgsqlException e)
        {
            throw PostgresErrors.Explain(address, e, "the run store");
        }
        finally
        {
            if (!taken)
                await connection.DisposeAsync();
        }
    }

    static async Task<NpgsqlConnection> ConnectAsync(NpgsqlConnectionStringBuilder address, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(address.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            await connection.DisposeAsync();
            throw PostgresErrors.Explain(address, e, "the run store");
        }
    }

    static PipelineException Away(NpgsqlConnectionStringBuilder address, DbException e) =>
        new($"the run store at {address.Host}:{address.Port} went away: {(e.InnerException ?? e).Message}", isTransient: true, hint: "Look at the server. What a run published is not lost: the history follows when the server is back.", inner: e);
}
