using System.Collections.Concurrent;
using Cartage.Host.Gen;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Warehouses;

/// <summary>What every warehouse must do alike: same project, same inputs, same tables. A new warehouse is a subclass that moves a project to it.</summary>
public abstract class Conformance
{
    // What it comes to where the project has its tables by default, once for all warehouses.
    static readonly ConcurrentDictionary<string, Lazy<Task<Told>>> Default = [];

    /// <summary>Lets a project have its tables in the warehouse under test, which is empty.</summary>
    protected abstract Task MoveAsync(TestProject project);

    public static TheoryData<string> Stories => [.. ConformanceStories.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Stories))]
    public async Task A_story_ends_with_the_same_tables(string name)
    {
        var story = ConformanceStories.All.Single(s => s.Name == name);
        await AlikeAsync(name, move => TellAsync(story, move));
    }

    [Theory]
    [InlineData(1, "quarantine"), InlineData(2, "quarantine"), InlineData(3, "quarantine"), InlineData(1, "infer"), InlineData(2, "infer")]
    public Task Any_days_in_any_batches_give_the_same_tables(int seed, string onMissing) =>
        AlikeAsync($"days {seed} {onMissing}", async move =>
        {
            using var project = SmallShop.Create(onMissing);
            await move(project);
            var told = new Told([], []);
            foreach (var batch in ConformanceDays.Make(seed).Chunk(seed))
            {
                foreach (var (file, content) in batch.SelectMany(d => d))
                    project.Write(file, content);
                told.Said.AddRange(ConformanceTables.Said(await project.RunAsync()));
                told.Tables.AddRange(await ConformanceTables.DumpAsync(project));
            }
            return told;
        });

    [Fact]
    public Task A_made_bike_store_with_days_of_changes() =>
        AlikeAsync("bike store", async move =>
        {
            using var made = new TestProject();
            await BikeStore.WriteAsync(new(made.Root, Changes: 3), CancellationToken.None);
            using var project = new TestProject("bike-store", made.Root);
            await move(project);
            var run = await project.RunAsync(new RunRequest { To = new DateTimeOffset(2019, 2, 1, 0, 0, 0, TimeSpan.Zero) });
            return new Told([.. ConformanceTables.Said(run)], await ConformanceTables.DumpAsync(project));
        });

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

    async Task AlikeAsync(string what, Func<Func<TestProject, Task>, Task<Told>> tellAsync)
    {
        var there = await tellAsync(MoveAsync);
        var here = await Default.GetOrAdd(what, _ => new(() => tellAsync(project =>
        {
            project.Threads = null;
            return Task.CompletedTask;
        }))).Value;
        Assert.Equal(here.Said, there.Said);
        Assert.Equal(here.Tables, there.Tables);
    }

    static async Task<Told> TellAsync(Story story, Func<TestProject, Task> move)
    {
        using var project = ConformanceShop.Create();
        await move(project);
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
        return new(said, await ConformanceTables.DumpAsync(project));
    }

    sealed record Told(List<string> Said, List<string> Tables);
}
