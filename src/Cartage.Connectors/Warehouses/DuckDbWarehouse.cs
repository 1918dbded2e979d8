using System.Data.Common;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Connectors.Warehouses;

/// <summary>Where the file is, how many threads and how much memory it may use, and the folders it may read.</summary>
public sealed record DuckDbWarehouseOptions(string Path, IReadOnlyList<string> Folders, string TempFolder, int? Threads = null, string? MemoryLimit = null);

/// <summary>A warehouse in one DuckDB file, which is also the door; one process at a time owns it.</summary>
public sealed class DuckDbWarehouse : IWarehouse
{
    readonly DuckDbConnection _first;

    DuckDbWarehouse(DuckDbConnection first) => _first = first;

    /// <inheritdoc/>
    public Dialect Dialect => Dialect.DuckDb;

    /// <summary>Opens or creates the file; a <see cref="PipelineException"/> says who holds it, or that it is damaged or newer than this program.</summary>
    public static async Task<DuckDbWarehouse> OpenAsync(DuckDbWarehouseOptions options, CancellationToken ct)
    {
        var settings = new DuckDbConnectionStringBuilder { DataSource = options.Path };
        settings["preserve_insertion_order"] = "false";
        settings["memory_limit"] = options.MemoryLimit ?? "1200MB";
        settings["threads"] = (options.Threads ?? Environment.ProcessorCount).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var connection = new DuckDbConnection(settings.ConnectionString);
        try
        {
            Directory.CreateDirectory(options.TempFolder);
            await connection.OpenAsync(ct);
            await connection.ExecuteAsync(Lockdown(options), ct);
            return new(connection);
        }
        catch (DuckDbException e)
        {
            await connection.DisposeAsync();
            throw Explain(options.Path, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<DbConnection> OpenAsync(CancellationToken ct) => await OpenDoorAsync(ct);

    /// <inheritdoc/>
    public ValueTask<DuckDbConnection> OpenDoorAsync(CancellationToken ct) => ValueTask.FromResult(_first.Duplicate());

    /// <inheritdoc/>
    public ValueTask ReceiveAsync(DuckDbConnection door, Table table, CancellationToken ct) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _first.DisposeAsync();

    // Text from data is never code: nothing outside these folders can be read or written, and no statement can change that.
    static string Lockdown(DuckDbWarehouseOptions options) =>
        $"""
        SET temp_directory = {Dialect.DuckDb.Literal(options.TempFolder)};
        SET allowed_directories = [{string.Join(", ", options.Folders.Append(options.TempFolder).Select(Dialect.DuckDb.Literal))}];
        SET enable_external_access = false;
        """;

    static PipelineException Explain(string path, DuckDbException e) =>
        e.Message.Contains("lock", StringComparison.OrdinalIgnoreCase)
            ? new($"{path}: the warehouse is locked by another process: {e.Message}", hint: "Wait for it to end, or stop it.", inner: e)
        : e.Message.Contains("version", StringComparison.OrdinalIgnoreCase)
            ? new($"{path}: the warehouse was written by a newer version: {e.Message}", hint: "Use that version, or move the file away and run again: what has landed is loaded anew.", inner: e)
        : new($"{path}: the warehouse cannot be opened: {e.Message}", hint: "If it is damaged, move the file away and run again: what has landed is loaded anew.", inner: e);
}
