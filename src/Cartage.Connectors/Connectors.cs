using Cartage.Connectors.Warehouses;
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

    static DoorOptions Door(Project project, IReadOnlyList<string> folders) =>
        new(
            folders,
            Path.Combine(project.StateFolder, "tmp"),
            project.Warehouse.Settings.TryGetValue("threads", out var threads) ? int.Parse(threads, System.Globalization.CultureInfo.InvariantCulture) : null,
            project.Warehouse.Settings.GetValueOrDefault("memory_limit")
        );

    static string Resolved(Project project, string setting) =>
        new Resolver(project.Root, project.Variables).Resolve(project.Warehouse.Settings[setting], project.Warehouse.File, project.Warehouse.Line);
}
