using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Projects;

/// <summary>Binds every model and check against the contracts and the models above it, on empty tables: SQL mistakes at their lines, without data, secrets or network.</summary>
public static class Binding
{
    /// <summary>Every mistake in the SQL of a project whose files are right.</summary>
    public static async Task<IReadOnlyList<Finding>> CheckAsync(Project project, CancellationToken ct) => (await CheckAsync(new LoadedProject(project, []), ct)).Findings;

    /// <summary>The project with the mistakes in its SQL beside those in its files; what follows only from a mistake already found is left out.</summary>
    public static async Task<LoadedProject> CheckAsync(LoadedProject loaded, CancellationToken ct)
    {
        List<Finding> findings = [.. loaded.Findings];
        await using var connection = new DuckDbConnection("DataSource=:memory:;threads=1");
        await connection.OpenAsync(ct);
        await connection.ExecuteAsync("SET enable_external_access = false; SET errors_as_json = true", ct); // a model that names a file or an address must not reach it
        foreach (var pipeline in loaded.Project.Pipelines)
            findings.AddRange(await new PipelineBinding(connection, loaded, pipeline).FindAsync(ct));
        return loaded with { Findings = ProjectFiles.InOrder(findings) };
    }
}
