using System.Data.Common;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Connectors.Warehouses;

/// <summary>Where the file is, and what it may read and use.</summary>
sealed record DuckDbWarehouseOptions(string Path, DoorOptions Door);

/// <summary>A warehouse in one DuckDB file, which is also the door; one process at a time owns it.</summary>
sealed class DuckDbWarehouse : IWarehouse
{
    readonly DuckDbConnection _first;

    DuckDbWarehouse(DuckDbConnection first) => _first = first;

    /// <inheritdoc/>
    public Dialect Dialect => Dialect.DuckDb;

    /// <summary>Opens or creates the file; a <see cref="PipelineException"/> says who holds it, or that it is damaged or newer than this program.</summary>
    public static async Task<DuckDbWarehouse> OpenAsync(DuckDbWarehouseOptions options, CancellationToken ct)
    {
        var settings = new DuckDbConnectionStringBuilder { DataSource = options.Path };
        EmbeddedDoor.Configure(settings, options.Door);
        settings["storage_compatibility_version"] = "v1.4.0"; // writes text a quarter cheaper than the default, which keeps to what the oldest readers know
        var connection = new DuckDbConnection(settings.ConnectionString);
        try
        {
            Directory.CreateDirectory(options.Door.TempFolder);
            await connection.OpenAsync(ct);
            await connection.ExecuteAsync(EmbeddedDoor.Lockdown(options.Door), ct);
            return new(connection);
        }
        catch (DuckDbException e)
        {
            await connection.DisposeAsync();
            throw Explain(options.Path, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<DbConnection> OpenAsync(CancellationToken ct) => await OpenDoorAsync(null, ct);

    /// <inheritdoc/>
    public ValueTask<DuckDbConnection> OpenDoorAsync(Table? reading, CancellationToken ct) => ValueTask.FromResult(_first.Duplicate());

    /// <inheritdoc/>
    public ValueTask ReceiveAsync(DuckDbConnection door, Table table, CancellationToken ct) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _first.DisposeAsync();

    static PipelineException Explain(string path, DuckDbException e) =>
        e.Message.Contains("lock on file", StringComparison.OrdinalIgnoreCase)
            ? new($"{path}: the warehouse is locked by another process: {e.Message}", hint: "Wait for it to end, or stop it.", inner: e)
        : e.Message.Contains("version number", StringComparison.OrdinalIgnoreCase)
            ? new($"{path}: the warehouse was written by a newer version: {e.Message}", hint: "Use that version, or move the file away and run again: what has landed is loaded anew.", inner: e)
        : new($"{path}: the warehouse cannot be opened: {e.Message.TrimEnd('!', '.')}", hint: "If it is damaged, move the file away and run again: what has landed is loaded anew.", inner: e);
}
