using Cartage.Connectors.Warehouses;
using Cartage.Host.Gen.Sellers;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Tests.Warehouses;

namespace Cartage.Tests.Sellers;

/// <summary>The example in a PostgreSQL warehouse.</summary>
public sealed class OnPostgres(SharedPostgres server)
{
    [Fact]
    public async Task Two_days_of_a_made_catalogue_give_the_same_tables_as_in_DuckDB()
    {
        var url = await server.CreateDatabaseAsync();
        var made = Directory.CreateTempSubdirectory("cartage-sellers-");
        try
        {
            await SellerCatalog.WriteAsync(made.FullName, scale: 1, changes: 2, seed: 42, CancellationToken.None);
            using var there = new TestProject("seller-catalog", made.FullName);
            using var here = new TestProject("seller-catalog", made.FullName);
            there.Warehouse = async (p, folders) => await PostgresWarehouse.OpenAsync(new(url, p.Name, new(folders, Path.Combine(p.StateFolder, "tmp"), Threads: 1)), CancellationToken.None);
            foreach (var day in new[] { 7, 8 })
            {
                var request = new RunRequest { To = new DateTimeOffset(2025, 1, day, 5, 0, 0, TimeSpan.Zero) };
                var (run, expected) = (await there.RunAsync(request), await here.RunAsync(request));
                Assert.True(run.State == RunState.Succeeded, run.Message);
                Assert.Equal(ConformanceTables.Said(expected), ConformanceTables.Said(run));
                Assert.Equal(await ConformanceTables.DumpAsync(here), await ConformanceTables.DumpAsync(there));
            }
        }
        finally
        {
            made.Delete(recursive: true);
        }
    }
}
