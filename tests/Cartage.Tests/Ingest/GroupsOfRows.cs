using System.Globalization;
using Cartage.Tests.Support;

namespace Cartage.Tests.Ingest;

/// <summary>Each run leaves its rows in a group of their own; many small groups would make a table slow to read.</summary>
public sealed class GroupsOfRows
{
    [Fact]
    public async Task Of_many_small_runs_few_groups_are_left_whatever_runs_between()
    {
        using var project = SmallShop.Create().Write("pipelines/other/pipeline.yml", "description: another\n").Write("pipelines/other/models/days.sql", "/* ---\nkind: append\n--- */\nselect 1 as day\n");
        project.Write("in/customers.csv", "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 00:00:00,Y\n");
        List<int> groups = [];
        for (var run = 1; run <= 17; run++)
        {
            project.Write($"in/orders-{run}.csv", $"order_id,customer_id,order_date,amount,updated_at\n{run},1,2024-01-05,10.00,2024-01-05 00:00:00\n");
            await project.RunAsync(new("shop"));
            await project.RunAsync(new("other"));
            groups.Add(int.Parse(await project.ScalarAsync("SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('shop_raw.orders')"), CultureInfo.InvariantCulture));
        }
        Assert.Equal("17", await project.ScalarAsync("SELECT count(*) FROM shop_raw.orders"));
        Assert.True(groups.Max() is > 2 and <= 9, string.Join(' ', groups));
        Assert.True(groups[^1] <= 2, string.Join(' ', groups));
    }
}
