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

    /// <summary>Finds a run's rows and the newest of all; a history of 100,000 runs is not read to show ten.</summary>
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
        var dialect = PostgresDialect.For($"state {schema}", Collation, TimeSpan.FromSeconds(10)) with { Explain = e => Away(address, e) };
        return new($"{address.Host}:{address.Port}/{address.Database}", dialect, ct => TakeAsync(address, dialect, quoted, lease is not null, ct))
        {
            OneWriter = $"SELECT pg_advisory_xact_lock(hashtextextended({Dialect.DuckDb.Literal($"cartage writes {schema}")}, 0))",
            Indexes = Indexes,
            Lease = lease,
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
        address.Options ??= "-c client_min_messages=warning";
        return address;
    }

    static async ValueTask<DbConnection> TakeAsync(NpgsqlConnectionStringBuilder address, Dialect dialect, string schema, bool shared, CancellationToken ct)
    {
        var connection = await ConnectAsync(address, ct);
        try
        {
            if (!await connection.ScalarAsync<bool>(shared ? dialect.TryLock.Replace("_lock(", "_lock_shared(", StringComparison.Ordinal) : dialect.TryLock, ct))
                throw new PipelineException(
                    $"the run store at {address.Host}:{address.Port}/{address.Database} is in use by {await connection.ScalarAsync<string>(dialect.LockHolder, ct) ?? "another process"}", isTransient: true,
                    hint: "Wait for it to end, or let several servers share it: cluster: { lease: 30s } in project.yml, on each of them.");
            await connection.ExecuteAsync($"SELECT pg_advisory_lock(hashtext('cartage state')); CREATE SCHEMA IF NOT EXISTS {schema}; SELECT pg_advisory_unlock(hashtext('cartage state')); SET search_path = {schema}", ct);
            return connection;
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            throw e is NpgsqlException ? PostgresErrors.Explain(address, e, "the run store") : e;
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
