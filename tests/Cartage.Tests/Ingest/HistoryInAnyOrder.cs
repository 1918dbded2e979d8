using System.Text;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Ingest;

/// <summary>The same versions give the same tables, whatever order or batches they came in.</summary>
public sealed class HistoryInAnyOrder
{
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task One_by_one_in_one_go_and_shuffled(int seed)
    {
        var days = Days(new Random(seed));
        var inOneGo = await LoadAsync([days]);
        Assert.Equal(inOneGo, await LoadAsync([.. days.Select(d => new[] { d })]));
        var shuffled = days.ToArray();
        new Random(seed + 100).Shuffle(shuffled);
        Assert.Equal(inOneGo, await LoadAsync([.. shuffled.Select(d => new[] { d })]));
        Assert.Equal(inOneGo, await LoadAsync([.. shuffled.Chunk(3)]));
    }

    static async Task<string> LoadAsync((string Name, string Content)[][] batches)
    {
        using var project = SmallShop.Create();
        project.Threads = null; // in any order of threads, too
        foreach (var batch in batches)
        {
            foreach (var (name, content) in batch)
                foreach (var (feed, text) in new[] { ("customers", content.Split('#')[0]), ("orders", content.Split('#')[1]) })
                    project.Write($"in/{feed}-{name}.csv", text);
            var run = await project.RunAsync();
            Assert.True(run.State is RunState.Succeeded or RunState.Quarantined, run.Message);
            Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        }
        Assert.Equal("0", await project.ScalarAsync("SELECT coalesce((SELECT count(*) FROM information_schema.tables WHERE table_schema = 'shop_quarantine' AND table_name = 'nothing'), 0)"));
        return await SmallShop.StateAsync(project);
    }

    // Several changes of one row a day, deletions and returns, exact repeats, lines out of order.
    static (string Name, string Content)[] Days(Random random)
    {
        List<(string, string)> days = [];
        List<string> everything = [];
        for (var day = 1; day <= 8; day++)
        {
            List<string> customers = [];
            List<string> orders = [];
            for (var i = 0; i < 6; i++)
                customers.Add($"{random.Next(1, 6)},name{random.Next(3)},{(random.Next(4) == 0 ? "" : "city" + random.Next(2))},2024-01-{day:D2} {random.Next(24):D2}:{random.Next(60):D2}:{i:D2},{(random.Next(5) == 0 ? "N" : "Y")}");
            if (day == 1)
                customers.AddRange(Enumerable.Range(1, 5).Select(c => $"{c},first,,2024-01-01 00:00:00,Y"));
            if (everything.Count > 0 && random.Next(2) == 0)
                customers.Add(everything[random.Next(everything.Count)]);
            for (var i = 0; i < 5; i++)
                orders.Add($"{random.Next(1, 12)},{random.Next(1, 6)},2024-01-{random.Next(1, 28):D2},{random.Next(1, 99)}.50,2024-01-{day:D2} {random.Next(24):D2}:00:{i:D2}");
            everything.AddRange(customers);
            var lines = customers.ToArray();
            random.Shuffle(lines);
            days.Add(($"2024-01-{day:D2}", new StringBuilder().AppendLine("customer_id,name,city,updated_at,is_active").AppendJoin('\n', lines).Append("\n#").AppendLine("order_id,customer_id,order_date,amount,updated_at").AppendJoin('\n', orders).Append('\n').ToString()));
        }
        return [.. days];
    }
}
