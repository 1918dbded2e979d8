using System.Data.Common;
using Cartage.Connectors.Warehouses.Copying;
using Cartage.DuckDb;
using Cartage.Storage;
using Cartage.Warehouses;
using Npgsql;

namespace Cartage.Connectors.Warehouses;

/// <summary>Where the cluster is, whose tables they are, the bucket that rows go through (<paramref name="Place"/> is its address), how COPY may read it, and what the door may use.</summary>
sealed record RedshiftWarehouseOptions(string Url, string Project, IObjectStore Bucket, string Place, string Authorization, DoorOptions Door)
{
    /// <summary>How many slices the cluster has; null asks it.</summary>
    public int? Slices { get; init; }

    /// <summary>The clause by which COPY may read the bucket: a role of the cluster's, or keys.</summary>
    public static string Authorize(string? role, string? keyId, string? key, string? token) =>
        role is not null ? $"IAM_ROLE {(role == "default" ? role : Dialect.DuckDb.Literal(role))}"
        : keyId is not null && key is not null
            ? $"ACCESS_KEY_ID {Dialect.DuckDb.Literal(keyId)} SECRET_ACCESS_KEY {Dialect.DuckDb.Literal(key)}{(token is null ? "" : $" SESSION_TOKEN {Dialect.DuckDb.Literal(token)}")}"
        : throw new PipelineException("the Redshift warehouse does not say how it may read the bucket", hint: "Give 'iam_role' (default, or the role's ARN), or 'access_key_id' and 'secret_access_key'.");
}

/// <summary>A warehouse in a Redshift cluster: rows that passed the door go through the processed zone as Parquet and are loaded with one COPY a table.</summary>
sealed class RedshiftWarehouse : IWarehouse
{
    readonly NpgsqlDataSource _source;
    readonly DuckDbConnection _door;
    readonly RedshiftWarehouseOptions _options;
    readonly ParquetCopy _copy;
    readonly int _slices;

    RedshiftWarehouse(NpgsqlDataSource source, DuckDbConnection door, RedshiftWarehouseOptions options, int slices) =>
        (_source, _door, _options, _slices, _copy) = (source, door, options, slices, new(options.Bucket, options.Place, options.Door.TempFolder));

    /// <inheritdoc/>
    public Dialect Dialect => RedshiftDialect.Instance;

    /// <summary>Connects; a <see cref="PipelineException"/> says why that is not possible.</summary>
    public static async Task<RedshiftWarehouse> OpenAsync(RedshiftWarehouseOptions options, CancellationToken ct)
    {
        var address = PostgresUrl.Read(options.Url);
        address.Port = options.Url.Contains("://", StringComparison.Ordinal) && new Uri(options.Url).Port <= 0 ? 5439 : address.Port;
        address.CommandTimeout = 0;
        address.NoResetOnClose = true; // it knows no DISCARD
        address.ApplicationName ??= $"cartage {options.Project}";
        var source = NpgsqlDataSource.Create(address);
        return await FirstConnection.UseAsync(source, address, async connection =>
        {
            var slices = options.Slices ?? (int)await connection.ScalarAsync<long>("SELECT count(*) FROM stv_slices WHERE type = 'D'", ct);
            return new RedshiftWarehouse(source, await EmbeddedDoor.OpenAsync(options.Door, ct), options, Math.Max(1, slices));
        }, ct);
    }

    /// <inheritdoc/>
    public async ValueTask<DbConnection> OpenAsync(CancellationToken ct)
    {
        try
        {
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
        await using var connection = await OpenAsync(ct);
        var door = await EmbeddedDoor.OpenAsync(_options.Door, ct);
        try
        {
            await Handover.ToDoorAsync(connection, Dialect, reading, await Catalog.ColumnsAsync(connection, Dialect, reading, ct), door, reading, ct);
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
        var prefix = $"redshift/{_options.Project}/{table}/{Guid.NewGuid():n}";
        var fields = ParquetCopy.Fields(await Catalog.ColumnsAsync(door, Cartage.Warehouses.Dialect.DuckDb, table, ct));
        try
        {
            var manifest = await _copy.WriteAsync(door, table, prefix, _slices, ct);
            await using var connection = await OpenAsync(ct);
            await connection.ExecuteAsync(RedshiftDialect.Instance.Create(table, fields.Select(f => f.Column)), ct);
            if (manifest is not null)
                await connection.ExecuteAsync(ParquetCopy.Statement(Dialect, table, $"{_options.Place}/{manifest}", _options.Authorization), ct);
        }
        finally
        {
            await _copy.RemoveAsync(prefix, CancellationToken.None);
        }
        await door.ExecuteAsync($"DROP TABLE {Cartage.Warehouses.Dialect.DuckDb.Quote(table)}", ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        await _source.DisposeAsync();
    }
}
