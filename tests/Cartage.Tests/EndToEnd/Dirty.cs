using System.Text.Json;
using Cartage.Host.Gen;
using Cartage.Ingest;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>What the generator broke is what the quarantine holds, reason by reason; repaired, the tables equal those of the clean files.</summary>
public sealed class Dirty
{
    const string Tables = """
        SELECT 'customers', md5(string_agg(r, chr(10) ORDER BY r)) FROM (SELECT concat_ws('|', customer_id, first_name, last_name, phone, email, street, city, state, zip_code) AS r FROM bike_store_raw.customers)
        UNION ALL SELECT 'orders', md5(string_agg(r, chr(10) ORDER BY r)) FROM (SELECT concat_ws('|', order_id, customer_id, order_status, order_date, required_date, shipped_date, store_id, staff_id) AS r FROM bike_store_raw.orders)
        UNION ALL SELECT 'order_items', md5(string_agg(r, chr(10) ORDER BY r)) FROM (SELECT concat_ws('|', order_id, item_id, product_id, quantity, list_price, discount) AS r FROM bike_store_raw.order_items)
        UNION ALL SELECT 'fact_sales', md5(string_agg(r, chr(10) ORDER BY r)) FROM (SELECT concat_ws('|', order_id, item_id, product_key, customer_key, quantity, list_price, total_price_with_discount) AS r FROM bike_store.fact_sales)
        """;

    [Fact]
    public async Task The_quarantine_equals_the_manifest_and_after_repair_the_tables_equal_the_clean_ones()
    {
        using var project = new TestProject("bike-store");
        var data = Path.Combine(project.Root, "data");
        project.Variables["data"] = data;
        await BikeStore.WriteAsync(new(data, Dirt: true), CancellationToken.None);
        var run = await project.RunAsync();
        Assert.True(run.State == RunState.Quarantined, run.Message);
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));

        var manifest = File.ReadLines(Path.Combine(data, "_dirt", "manifest.jsonl")).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        string Text(JsonElement e, string name) => e.GetProperty(name).GetString() ?? "";
        var expected = manifest.Where(m => Text(m, "reason") != "exact_duplicate").Select(m => $"{Text(m, "feed")}|{m.GetProperty("record").GetInt64()}|{Text(m, "reason")}").Order().ToList();
        List<string> actual = [];
        foreach (var feed in new[] { "products", "stocks", "customers", "orders", "order_items" })
            actual.AddRange(await project.QueryAsync($"SELECT '{feed}', _record, _rules FROM bike_store_quarantine.{feed}"));
        Assert.Equal(expected, actual.Order().ToList());
        Assert.Equal(manifest.Count(m => Text(m, "reason") == "exact_duplicate"), run.Equations.Sum(e => e.Superseded));

        await RepairAsync(project, manifest.Where(m => Text(m, "reason") is not ("exact_duplicate" or "parent_quarantined")));
        var repaired = await project.RunAsync();
        Assert.True(repaired.State == RunState.Succeeded, $"{repaired.Message} {string.Join("; ", repaired.Equations)}");
        Assert.All(repaired.Equations, e => Assert.True(e.Holds, e.ToString()));

        using var clean = new TestProject("bike-store", Path.Combine(data, "_dirt", "clean"));
        await clean.RunAsync();
        Assert.Equal((await clean.QueryAsync(Tables)).Order(), (await project.QueryAsync(Tables)).Order());
    }

    static async Task RepairAsync(TestProject project, IEnumerable<JsonElement> broken)
    {
        await using var workspace = await project.OpenAsync();
        await using var connection = await workspace.Warehouse.OpenAsync(CancellationToken.None);
        var feeds = workspace.Project.Pipelines[0].Feeds.ToDictionary(f => f.Name);
        foreach (var row in broken)
        {
            var feed = feeds[row.GetProperty("feed").GetString()!];
            var header = File.ReadLines(Path.Combine(project.Variables["data"], feed.Name + ".csv")).First().Split(',');
            var values = header.Zip(row.GetProperty("clean").GetString()!.Split(',')).ToDictionary(x => x.First, x => x.Second is "NULL" or "" ? null : x.Second);
            Assert.Equal(1, await QuarantineTable.FixAsync(connection, workspace.Warehouse.Dialect, feed, $"_record = {row.GetProperty("record").GetInt64()}", values, CancellationToken.None));
        }
    }
}
