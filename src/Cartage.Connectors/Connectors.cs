using Cartage.Connectors.Warehouses;
using Cartage.Ingest;
using Cartage.Projects;
using Cartage.Warehouses;

namespace Cartage.Connectors;

/// <summary>The one list of what can be connected to: name → options → factory.</summary>
public static class Connectors
{
    /// <summary>The warehouse of a project, opened.</summary>
    public static async Task<IWarehouse> OpenWarehouseAsync(Project project, IReadOnlyList<string> folders, CancellationToken ct) =>
        project.Warehouse.Type switch
        {
            "duckdb" => await DuckDbWarehouse.OpenAsync(new(Path.GetFullPath(project.Warehouse.Settings.GetValueOrDefault("path", ".cartage/warehouse.duckdb"), project.Root), Door(project, folders)), ct),
            "postgres" => await PostgresWarehouse.OpenAsync(new(Resolved(project, "url"), project.Name, Door(project, folders)), ct),
            var type => throw new PipelineException(
                $"{project.Warehouse.File}:{project.Warehouse.Line}: there is no warehouse of type '{type}'",
                hint: "This version knows: duckdb, postgres."
            ),
        };

    /// <summary>A connection to a DuckDB in memory that reads files of these folders only.</summary>
    public static Task<DuckDb.DuckDbConnection> OpenDoorAsync(IReadOnlyList<string> folders, string tempFolder, CancellationToken ct) => EmbeddedDoor.OpenAsync(new(folders, tempFolder), ct);

    static DoorOptions Door(Project project, IReadOnlyList<string> folders) =>
        new(
            folders,
            Path.Combine(project.StateFolder, "tmp"),
            project.Warehouse.Settings.TryGetValue("threads", out var threads) ? int.Parse(threads, System.Globalization.CultureInfo.InvariantCulture) : null,
            project.Warehouse.Settings.GetValueOrDefault("memory_limit")
        );

    static string Resolved(Project project, string setting) =>
        new Resolver(project.Root, project.Variables).Resolve(project.Warehouse.Settings[setting], project.Warehouse.File, project.Warehouse.Line);

    /// <summary>Mistakes in connections: types that are not there, settings they do not have.</summary>
    public static IEnumerable<Finding> Findings(Project project)
    {
        foreach (var connection in project.Connections.Values)
            if (!Settings.TryGetValue(connection.Type, out var known))
                yield return new(connection.File, connection.Line, $"there is no connection of type '{connection.Type}'", $"This version knows: {string.Join(", ", Settings.Keys)}.");
            else
                foreach (var key in connection.Settings.Keys.Where(k => !known.Any(s => k == s || k.StartsWith(s + ".", StringComparison.Ordinal))))
                    yield return new(connection.File, connection.Line, $"the connection '{connection.Name}' has no setting '{key}'", $"A connection of type {connection.Type} has: {string.Join(", ", known)}.");
    }

    // By type: the settings it has.
    static readonly Dictionary<string, string[]> Settings = new()
    {
        ["postgres"] = ["url", "parallel", "statement_timeout", "margin", "max_hold"],
    };

    /// <summary>The source of a feed, for one run: its files, or what its connection's type says.</summary>
    public static ISource OpenSource(Project project, Feed feed, TimeProvider clock) =>
        feed.Connection is null ? new FileSource(project.Root)
        : Connection(project, feed) switch
        {
            var connection => throw new PipelineException(
                $"{connection.File}:{connection.Line}: there is no connection of type '{connection.Type}' that feeds can be read from",
                hint: "This version reads files."
            ),
        };

    static ConnectionSpec Connection(Project project, Feed feed) =>
        project.Connections.GetValueOrDefault(feed.Connection!)
        ?? throw new PipelineException($"{feed.File}:{feed.Line}: there is no connection '{feed.Connection}'", hint: "Name it under 'connections' in project.yml.");
}
