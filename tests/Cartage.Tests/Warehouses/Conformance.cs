using Cartage.Host.Gen;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Warehouses;

/// <summary>What every warehouse must do alike: same project, same inputs, same tables. A new warehouse is a subclass that moves a project to it.</summary>
public abstract class Conformance
{
    /// <summary>Lets a project have its tables in the warehouse under test, which is empty.</summary>
    protected abstract Task MoveAsync(TestProject project);

    public static TheoryData<string> Stories => [.. ConformanceStories.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Stories))]
    public async Task A_story_ends_with_the_same_tables(string name)
    {
        var story = ConformanceStories.All.Single(s => s.Name == name);
        var (said, tables) = await TellAsync(story, move: true);
        var (expectedSaid, expectedTables) = await TellAsync(story, move: false);
        Assert.Equal(expectedSaid, said);
        Assert.Equal(expectedTables, tables);
    }

    [Theory]
    [InlineData(1, "quarantine"), InlineData(2, "quarantine"), InlineData(3, "quarantine"), InlineData(1, "infer"), InlineData(2, "infer")]
    public async Task Any_days_in_any_batches_give_the_same_tables(int seed, string onMissing)
    {
        var days = ConformanceDays.Make(seed);
        using var there = SmallShop.Create(onMissing);
        using var here = SmallShop.Create(onMissing);
        await MoveAsync(there);
        foreach (var batch in days.Chunk(seed))
        {
            foreach (var (file, content) in batch.SelectMany(d => d))
            {
                there.Write(file, content);
                here.Write(file, content);
            }
            var (run, expected) = (await there.RunAsync(), await here.RunAsync());
            Assert.Equal(ConformanceTables.Said(expected), ConformanceTables.Said(run));
            Assert.Equal(await ConformanceTables.DumpAsync(here), await ConformanceTables.DumpAsync(there));
        }
    }

    [Fact]
    public async Task A_made_bike_store_with_days_of_changes()
    {
        var made = Directory.CreateTempSubdirectory("cartage-conformance-");
        try
        {
            await BikeStore.WriteAsync(new(made.FullName, Changes: 3), CancellationToken.None);
            using var there = new TestProject("bike-store", made.FullName);
            using var here = new TestProject("bike-store", made.FullName);
            await MoveAsync(there);
            var request = new RunRequest { To = new DateTimeOffset(2019, 2, 1, 0, 0, 0, TimeSpan.Zero) };
            var (run, expected) = (await there.RunAsync(request), await here.RunAsync(request));
            Assert.Equal(ConformanceTables.Said(expected), ConformanceTables.Said(run));
            Assert.Equal(await ConformanceTables.DumpAsync(here), await ConformanceTables.DumpAsync(there));
        }
        finally
        {
            made.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_real_bike_store_gives_its_figures()
    {
        using var project = new TestProject("bike-store", TestProject.RealData("bikestores"));
        await MoveAsync(project);
        var run = await project.RunAsync();
        Assert.True(run.State == RunState.Succeeded, $"{run.Message} {run.Hint}");
        Assert.Equal(9071, run.Equations.Sum(e => e.Read));
        Assert.Equal(["8578988.88|889879.17|7689109.71|7078|1615"], await ConformanceTables.QueryAsync(project, "SELECT sum(total_price), sum(discount_amount), sum(total_price_with_discount), sum(quantity), count(DISTINCT order_id) FROM bike_store.fact_sales"));
        Assert.Equal(["Baldwin Bikes|5215746.64|1093|4779", "Santa Cruz Bikes|1605821.56|348|1516", "Rowlett Bikes|867541.51|174|783"], await ConformanceTables.QueryAsync(project, "SELECT store_name, revenue, orders, units FROM bike_store.sales_by_store ORDER BY revenue DESC"));
        Assert.Equal(["4532", "4359", "4620"], await ConformanceTables.QueryAsync(project, "SELECT sum(quantity) FROM bike_store.fact_stock GROUP BY store_id ORDER BY store_id"));
        Assert.Equal("nothing changed", (await project.RunAsync()).Message);
    }

    async Task<(List<string> Said, List<string> Tables)> TellAsync(Story story, bool move)
    {
        using var project = ConformanceShop.Create();
        if (move)
            await MoveAsync(project);
        List<string> said = [];
        foreach (var step in story.Steps)
        {
            foreach (var (file, content) in step.Files)
                project.Write($"in/{file}", content);
            var run = await project.RunAsync(step.Request);
            Assert.True(run.State != RunState.Failed, $"{run.Message} {run.Hint}");
            Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
            said.AddRange(ConformanceTables.Said(run));
        }
        foreach (var (sql, expected) in story.Truths)
            Assert.Equal(expected, string.Join(';', await ConformanceTables.QueryAsync(project, sql)));
        return (said, await ConformanceTables.DumpAsync(project));
    }
}
