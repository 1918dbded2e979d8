using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>A run that is killed at any durable step and run again ends with the tables of one that was not.</summary>
public sealed class Kills
{
    const string First = "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 00:00:00,Y\n2,Bob,,2024-01-01 00:00:00,Y\n";
    const string Orders = "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,2024-01-05 00:00:00\n2,9,2024-01-05,10.00,2024-01-05 00:00:00\n";
    const string Second = "customer_id,name,city,updated_at,is_active\n1,Ann,Rome,2024-01-03 00:00:00,Y\n9,Ida,,2024-01-03 00:00:00,Y\n";

    static readonly Lazy<Task<string>> Undisturbed = new(async () =>
    {
        using var project = Shop();
        await project.RunAsync();
        project.Write("in/customers-2.csv", Second);
        await project.RunAsync();
        return await SmallShop.StateAsync(project);
    });

    [Theory]
    [InlineData("store.put"), InlineData("store.put#2"), InlineData("land.object"), InlineData("land.object#2"), InlineData("land.manifest"), InlineData("land.manifest#2")]
    [InlineData("staged"), InlineData("built"), InlineData("before-commit"), InlineData("committed")]
    public async Task The_first_run_killed(string failpoint)
    {
        using var project = Shop();
        Assert.NotEqual(0, (await project.KilledAsync(failpoint)).ExitCode);
        await EndAsync(project);
    }

    [Theory]
    [InlineData("store.put"), InlineData("land.object"), InlineData("land.manifest"), InlineData("staged"), InlineData("applied"), InlineData("before-commit"), InlineData("committed")]
    public async Task The_second_run_killed(string failpoint)
    {
        using var project = Shop();
        await project.RunAsync();
        project.Write("in/customers-2.csv", Second);
        Assert.NotEqual(0, (await project.KilledAsync(failpoint)).ExitCode);
        await EndAsync(project);
    }

    static TestProject Shop() => SmallShop.Create().Write("in/customers.csv", First).Write("in/orders.csv", Orders);

    static async Task EndAsync(TestProject project)
    {
        await project.RunAsync();
        project.Write("in/customers-2.csv", Second);
        var run = await project.RunAsync();
        Assert.True(run.State is RunState.Succeeded or RunState.Quarantined, run.Message);
        Assert.Equal(await Undisturbed.Value, await SmallShop.StateAsync(project));
        Assert.Equal("0", await project.ScalarAsync("SELECT count(*) FROM information_schema.tables WHERE ends_with(table_name, '__next')"));
        await using var workspace = await project.OpenAsync();
        Assert.DoesNotContain(await workspace.Store.ListRunsAsync(100, CancellationToken.None), r => r.State is RunState.Running or RunState.Queued);
    }
}
