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
        project.Warehouse = async (p, folders) => await PostgresWarehouse.OpenAsync(new(url, p.Name, new(folders, Path.Combine(p.StateFolder, "tmp"))), CancellationToken.None);
    }
}
