using System.Globalization;
using Cartage.Warehouses;
using Npgsql;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>One exported snapshot of a database: every session opened through it sees the same rows, and none can write.</summary>
sealed class Moment : IAsyncDisposable
{
    readonly NpgsqlDataSource _source;
    readonly NpgsqlConnection _holder;
    readonly PostgresSourceOptions _options;
    readonly SemaphoreSlim _sessions;
    readonly string _snapshot;

    Moment(NpgsqlDataSource source, NpgsqlConnection holder, PostgresSourceOptions options, SafeBound bound, DateTimeOffset at, string snapshot) =>
        (_source, _holder, _options, Bound, At, _snapshot, _sessions) = (source, holder, options, bound, at, snapshot, new(options.Parallel));

    /// <summary>What no later commit can fall below.</summary>
    public SafeBound Bound { get; }

    /// <summary>The server's time at the snapshot.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Connects, reads the bound, and takes the snapshot after it.</summary>
    public static async Task<Moment> TakeAsync(PostgresSourceOptions options, CancellationToken ct)
    {
        var address = PostgresAddress.Read(options);
        var source = NpgsqlDataSource.Create(address);
        NpgsqlConnection? holder = null;
        try
        {
            holder = await source.OpenConnectionAsync(ct);
            if (holder.PostgreSqlVersion.Major < 12)
                throw new PipelineException($"the server is PostgreSQL {holder.PostgreSqlVersion}, which is too old to read from", hint: "Version 12 or newer is needed.");
            var bound = await SafeBound.ReadAsync(holder, options, ct);
            await holder.ExecuteAsync($"{Begin}; {Settings(options, holder)}", ct);
            var (snapshot, at) = (await holder.QueryAsync("SELECT pg_export_snapshot(), clock_timestamp()", r => (r.GetString(0), new DateTimeOffset(r.GetDateTime(1))), ct))[0];
            return new(source, holder, options, bound, at, snapshot);
        }
        catch (Exception e) when (PostgresSourceErrors.IsOfServer(e))
        {
            await CloseAsync(holder, source);
            throw PostgresSourceErrors.Explain(options, address, e);
        }
        catch
        {
            await CloseAsync(holder, source);
            throw;
        }
    }

    /// <summary>A session that sees the snapshot; as many as the connection allows are open at once, others wait.</summary>
    public async Task<Session> OpenAsync(CancellationToken ct)
    {
        await _sessions.WaitAsync(ct);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await _source.OpenConnectionAsync(ct);
            await connection.ExecuteAsync($"{Begin}; SET TRANSACTION SNAPSHOT {Dialect.DuckDb.Literal(_snapshot)}; {Settings(_options, connection)}", ct);
            return new(connection, _sessions);
        }
        catch
        {
            if (connection is not null)
                await connection.DisposeAsync();
            _sessions.Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync(_holder, _source);
        _sessions.Dispose();
    }

    const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    // For the transaction only, so that a pooler between us and the server may give the session to others afterwards.
    static string Settings(PostgresSourceOptions options, NpgsqlConnection connection) =>
        string.Create(CultureInfo.InvariantCulture,
            $"""
            SET LOCAL statement_timeout = {(long)options.StatementTimeout.TotalMilliseconds}; SET LOCAL lock_timeout = {(long)options.LockTimeout.TotalMilliseconds};
            SET LOCAL idle_in_transaction_session_timeout = 0; {(connection.PostgreSqlVersion.Major >= 17 ? "SET LOCAL transaction_timeout = 0;" : "")}
            SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'
            """);

    static async Task CloseAsync(NpgsqlConnection? holder, NpgsqlDataSource source)
    {
        try
        {
            if (holder is not null)
                await holder.DisposeAsync();
        }
        catch (Exception e) when (PostgresSourceErrors.IsOfServer(e))
        {
            // the server is gone; so is the snapshot
        }
        await source.DisposeAsync();
    }
}

/// <summary>A connection in the moment's snapshot; it makes room for another when it is closed.</summary>
sealed class Session(NpgsqlConnection connection, SemaphoreSlim sessions) : IAsyncDisposable
{
    bool _closed;

    public NpgsqlConnection Connection => connection;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_closed)
            return;
        _closed = true;
        try
        {
            if (connection.FullState == System.Data.ConnectionState.Open)
                await connection.ExecuteAsync("ROLLBACK", CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
        {
            // the server is gone; so is the transaction
        }
        finally
        {
            await connection.DisposeAsync();
            sessions.Release();
        }
    }
}
