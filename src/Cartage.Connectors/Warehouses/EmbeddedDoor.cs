using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Connectors.Warehouses;

/// <summary>The folders a door may read, where it may put what memory does not hold, and how much of the machine it may use.</summary>
sealed record DoorOptions(IReadOnlyList<string> Folders, string TempFolder, int? Threads = null, string? MemoryLimit = null);

/// <summary>A DuckDB in memory that parses objects for a warehouse elsewhere.</summary>
static class EmbeddedDoor
{
    public static async Task<DuckDbConnection> OpenAsync(DoorOptions options, CancellationToken ct)
    {
        var settings = new DuckDbConnectionStringBuilder { DataSource = ":memory:" };
        Configure(settings, options);
        var connection = new DuckDbConnection(settings.ConnectionString);
        Directory.CreateDirectory(options.TempFolder);
        await connection.OpenAsync(ct);
        await connection.ExecuteAsync(Lockdown(options), ct);
        return connection;
    }

    public static void Configure(DuckDbConnectionStringBuilder settings, DoorOptions options)
    {
        settings["preserve_insertion_order"] = "false";
        settings["memory_limit"] = options.MemoryLimit ?? "1000MB";
        settings["threads"] = (options.Threads ?? Environment.ProcessorCount).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    // Text from data is never code: nothing outside these folders can be read or written, and no statement can change that.
    public static string Lockdown(DoorOptions options) =>
        $"""
        SET temp_directory = {Dialect.DuckDb.Literal(options.TempFolder)};
        SET allowed_directories = [{string.Join(", ", options.Folders.Append(options.TempFolder).Select(Dialect.DuckDb.Literal))}];
        SET enable_external_access = false;
        """;
}
