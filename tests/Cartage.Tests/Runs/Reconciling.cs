using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Runs;

/// <summary>What is said of a sum that is not what it should be.</summary>
public sealed class Reconciling
{
    [Theory]
    [InlineData("sum(amount) = 5", "sum(amount) is 10.00, expected 5")]
    [InlineData("sum(amount) = (select sum(amount) + 1 from fact where amount > 0 and true)", "sum(amount) is 10.00, expected 11.00")]
    [InlineData("count(*) filter (where name <> 'a = (b') = 2", "count(*) filter (where name <> 'a = (b') is 1, expected 2")]
    [InlineData("sum(amount) = 5 and count(*) > 0", "sum(amount) = 5 and count(*) > 0 does not hold")]
    [InlineData("not sum(amount) = 10", "not sum(amount) = 10 does not hold")]
    [InlineData("case when sum(amount) = 5 then true end", "case when sum(amount) = 5 then true end does not hold")]
    [InlineData("sum(amount) > 10", "sum(amount) > 10 does not hold")]
    public async Task Says_both_sides_of_one_comparison(string condition, string message)
    {
        using var project = new TestProject()
            .Write("project.yml", "name: p\n")
            .Write("pipelines/p/pipeline.yml", "description: one\n")
            .Write("pipelines/p/models/fact.sql", $"/* ---\nchecks:\n  - reconcile: \"{condition}\"\n--- */\nselect cast(10 as decimal(9,2)) as amount, 'x' as name\n");

        var run = await project.RunAsync();

        Assert.Equal(RunState.Rejected, run.State);
        Assert.Equal(message, Assert.Single(run.Checks).Message);
    }
}
