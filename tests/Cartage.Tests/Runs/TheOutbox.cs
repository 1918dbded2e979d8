using System.Data.Common;
using Cartage.Connectors.Warehouses;
using Cartage.DuckDb;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Warehouses;

namespace Cartage.Tests.Runs;

/// <summary>The outbox gives back what was put in, in order, whatever its length, until it is done.</summary>
public sealed class TheOutbox(SharedPostgres postgres)
{
    static readonly Pipeline Shop = new("shop", "pipeline.yml"), Other = new("other", "pipeline.yml");

    static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_DuckDB()
    {
        await using var connection = new DuckDbConnection("DataSource=:memory:");
        await connection.OpenAsync(Now);
        await HoldsAsync(connection);
    }

    [Fact]
    public async Task On_PostgreSQL()
    {
        await using var warehouse = await PostgresWarehouse.OpenAsync(new(await postgres.CreateDatabaseAsync(), "test", new([], Path.GetTempPath())), Now);
        await using var connection = await warehouse.OpenAsync(Now);
        await HoldsAsync(connection);
    }

    static async Task HoldsAsync(DbConnection connection)
    {
        await connection.ExecuteAsync("CREATE SCHEMA cartage", Now);
        await Outbox.EnsureAsync(connection, Now);
        await Outbox.EnsureAsync(connection, Now);
        var report = Report(string.Concat(Enumerable.Repeat("long, 'quoted', \"twice\" and 😀\n", 10_000)));
        var export = new FollowUp.Export("sales", "processed", "sales/2024-01-01", ["csv", "parquet"]);
        await Outbox.AddAsync(connection, Shop, "run-2", [report, export], Now);
        await Outbox.AddAsync(connection, Shop, "run-1", [export], Now);
        await Outbox.AddAsync(connection, Other, "run-0", [export], Now);

        var open = await Outbox.OpenAsync(connection, Shop, Now);

        Assert.Equal([("run-1", "export"), ("run-2", "report"), ("run-2", "export")], open.Select(i => (i.RunId, i.Work.Kind)));
        Assert.Equal(report.Data.Message, Assert.IsType<FollowUp.Report>(open[1].Work).Data.Message);
        Assert.Equal(export.Formats, Assert.IsType<FollowUp.Export>(open[2].Work).Formats);
        await Outbox.RemoveAsync(connection, open[1], Now);
        Assert.Equal([("run-1", "export"), ("run-2", "export")], (await Outbox.OpenAsync(connection, Shop, Now)).Select(i => (i.RunId, i.Work.Kind)));
    }

    static FollowUp.Report Report(string message) =>
        new(QualityReport.Describe(
            new("run-2", "shop", RunState.Succeeded, new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1)), DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1)) { Message = message },
            [], new Dictionary<string, IReadOnlyList<(string, long, string)>>(), new Dictionary<string, IReadOnlyList<(string, long, string)>>()));
}
