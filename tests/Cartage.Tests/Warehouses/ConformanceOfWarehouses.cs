using Cartage.Connectors.Warehouses;
using Cartage.Tests.Support;

namespace Cartage.Tests.Warehouses;

public sealed class ConformanceOfDuckDb : Conformance
{
    protected override Task MoveAsync(TestProject project) => Task.CompletedTask;
}

public sealed class ConformanceOfPostgres(SharedPostgres server) : Conformance
{
    protected override async Task MoveAsync(TestProject project)
    {
        var url = await server.CreateDatabaseAsync();
        project.Warehouse = async (p, folders) => await PostgresWarehouse.OpenAsync(new(url, p.Name, new(folders, Path.Combine(p.StateFolder, "tmp"), Threads: 1)), CancellationToken.None);
    }
}

/// <summary>There is no Redshift to try: its statements run on PostgreSQL wherever both understand them.</summary>
public sealed class ConformanceOfRedshiftStatements(SharedPostgres server) : Conformance
{
    protected override async Task MoveAsync(TestProject project)
    {
        var url = await server.CreateDatabaseAsync();
        await using (var connection = new Npgsql.NpgsqlConnection(PostgresServer.ConnectionString(url, pooling: false)))
        {
            await connection.OpenAsync();
            await using var command = new Npgsql.NpgsqlCommand(RedshiftOnPostgres.Functions, connection);
            await command.ExecuteNonQueryAsync();
        }
        project.Warehouse = async (p, folders) => await RedshiftOnPostgres.OpenAsync(url, p.Name, folders, Directory.CreateDirectory(Path.Combine(p.StateFolder, "tmp")).FullName);
    }
}
