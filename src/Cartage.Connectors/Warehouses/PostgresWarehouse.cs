using System.Data.Common;
using Cartage.Connectors.Warehouses.Copying;
using Cartage.DuckDb;
using Cartage.Warehouses;
using Npgsql;

namespace Cartage.Connectors.Warehouses;

/// <summary>Where the server is, whose tables they are, and what the door beside it may use.</summary>
sealed record PostgresWarehouseOptions(string Url, string Project, DoorOptions Door)
{
    /// <summary>How long a table that gets other columns may wait for those who read it.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Hears of every statement; null for nobody.</summary>
    public Microsoft.Extensions.Logging.ILoggerFactory? Log { get; init; }
}

/// <summary>A warehouse in a PostgreSQL database, with an embedded DuckDB as its door; one run at a time publishes, any number reads.</summary>
sealed class PostgresWarehouse : IWarehouse
{
    readonly NpgsqlDataSource _source;
    readonly DuckDbConnection _door;

    readonly DoorOptions _doorOptions;

    PostgresWarehouse(NpgsqlDataSource source, DuckDbConnection door, DoorOptions doorOptions, Dialect dialect) => (_source, _door, _doorOptions, Dialect) = (source, door, doorOptions, dialect);

    /// <inheritdoc/>
    public Dialect Dialect { get; }

    /// <summary>Connects; a <see cref="PipelineException"/> says why that is not possible.</summary>
    public static async Task<PostgresWarehouse> OpenAsync(PostgresWarehouseOptions options, CancellationToken ct)
    {
        var address = PostgresUrl.Read(options.Url);
        address.Timezone = "UTC";
        address.CommandTimeout = 0; // a build takes as long as it takes; 'timeout' in pipeline.yml is the limit
        address.KeepAlive = address.KeepAlive == 0 ? 30 : address.KeepAlive;
        address.IncludeErrorDetail = true;
        address.ApplicationName ??= $"cartage {options.Project} {Environment.MachineName} {Environment.ProcessId}";
        address.Options ??= "-c client_min_messages=warning";
        var source = new NpgsqlDataSourceBuilder(address.ConnectionString).UseLoggerFactory(options.Log).Build();
        return await FirstConnection.UseAsync(source, address, async connection =>
        {
            if (connection.PostgreSqlVersion.Major < 14)
                throw new PipelineException($"the server is PostgreSQL {connection.PostgreSqlVersion}, which is too old", hint: "Version 14 or newer is needed.");
            if (await connection.ScalarAsync<string>("SHOW server_encoding", ct) is var encoding and not "UTF8")
                throw new PipelineException($"the database '{address.Database}' holds text as {encoding}", hint: "Create one with ENCODING 'UTF8'.");
            return new PostgresWarehouse(source, await EmbeddedDoor.OpenAsync(options.Door, ct), options.Door, PostgresDialect.For(options.Project, await CollationAsync(connection, ct), options.LockTimeout));
        }, ct);
    }

    /// <inheritdoc/>
    public async ValueTask<DbConnection> OpenAsync(CancellationToken ct)
    {
        try
        {
            var connection = await _source.OpenConnectionAsync(ct);
            if (await IsAliveAsync(connection, ct))
                return connection;
            await connection.DisposeAsync();
            _source.Clear();
            return await _source.OpenConnectionAsync(ct);
        }
        catch (NpgsqlException e)
        {
            throw PostgresErrors.Explain(new(_source.ConnectionString), e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<DuckDbConnection> OpenDoorAsync(Table? reading, CancellationToken ct)
    {
        if (reading is null)
            return _door.Duplicate();
        await using var connection = (NpgsqlConnection)await OpenAsync(ct);
        var door = await EmbeddedDoor.OpenAsync(_doorOptions, ct); // of its own, so that the copy goes with it
        try
        {
            await CsvCopy.RunAsync(connection, door, Dialect, reading, _doorOptions.TempFolder, ct);
            return door;
        }
        catch
        {
            await door.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask ReceiveAsync(DuckDbConnection door, Table table, CancellationToken ct)
    {
        await using var connection = (NpgsqlConnection)await OpenAsync(ct);
        await BinaryCopy.RunAsync(door, connection, Dialect, table, ct);
        await door.ExecuteAsync($"DROP TABLE {Dialect.DuckDb.Quote(table)}", ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        await _source.DisposeAsync();
    }

    // A server that was started again has left connections behind that are dead.
    static async Task<bool> IsAliveAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        try
        {
            await connection.ExecuteAsync("SELECT 1", ct);
            return true;
        }
        catch (NpgsqlException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }

    // Code-point order with upper and lower case beyond ASCII where the server has it.
    static async Task<string> CollationAsync(DbConnection connection, CancellationToken ct) =>
        await connection.ScalarAsync<string>(
            "SELECT collname::text FROM pg_collation WHERE collname IN ('pg_c_utf8', 'C.utf8', 'C.UTF-8', 'C') AND collencoding IN (-1, 6) ORDER BY array_position(ARRAY['pg_c_utf8', 'C.utf8', 'C.UTF-8', 'C'], collname::text) LIMIT 1",
            ct) ?? "C";
}
