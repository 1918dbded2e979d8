using System.Globalization;
using Cartage.Host.Gen;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>A shop's days of changes give the same tables in one go, day by day and shuffled, history included.</summary>
public sealed class Changes
{
    const string Tables = """
        SELECT 'customers', count(*), md5(string_agg(r, chr(10) ORDER BY r)) FROM (SELECT concat_ws('|', customer_id, city, street, valid_from, valid_to, is_current, is_deleted, customer_key) AS r FROM bike_store.dim_customers)
        UNION ALL SELECT 'products', count(*), md5(string_agg(r, chr(10) ORDER BY r)) FROM (SELECT concat_ws('|', product_id, list_price, valid_from, valid_to, is_current, is_deleted, product_key) AS r FROM bike_store.dim_products)
        UNION ALL SELECT 'orders', count(*), md5(string_agg(r, chr(10) ORDER BY r)) FROM (SELECT concat_ws('|', order_id, order_status, shipped_date, updated_at, is_active) AS r FROM bike_store_raw.orders_history)
        UNION ALL SELECT 'sales', count(*), md5(string_agg(r, chr(10) ORDER BY r)) FROM (SELECT concat_ws('|', order_id, item_id, product_key, customer_key, quantity, total_price_with_discount) AS r FROM bike_store.fact_sales)
        """;

    // bench/changes.sh asks for 60.
    static readonly int Days = int.Parse(Environment.GetEnvironmentVariable("CARTAGE_CHANGE_DAYS") ?? "6", CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_same_tables_in_any_order()
    {
        var made = Directory.CreateTempSubdirectory("cartage-changes-");
        try
        {
            await BikeStore.WriteAsync(new(made.FullName, Changes: Days), CancellationToken.None);
            var days = Directory.GetDirectories(Path.Combine(made.FullName, "changes")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal).ToArray();
            var inOneGo = await LoadAsync(made.FullName, [days]);
            Assert.Equal(Days, days.Length);
            Assert.Equal(inOneGo, await LoadAsync(made.FullName, [.. days.Select(d => new[] { d })]));
            new Random(5).Shuffle(days);
            Assert.Equal(inOneGo, await LoadAsync(made.FullName, [.. days.Select(d => new[] { d })]));
        }
        finally
        {
            made.Delete(recursive: true);
        }
    }

    static async Task<List<string>> LoadAsync(string made, string[][] batches)
    {
        using var project = new TestProject("bike-store") { Threads = null }; // in any order of threads, too
        var data = Path.Combine(project.Root, "data");
        project.Variables["data"] = data;
        Directory.CreateDirectory(data);
        foreach (var file in Directory.EnumerateFiles(made, "*.csv"))
            File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
        foreach (var batch in batches)
        {
            foreach (var day in batch)
                TestProject.CopyFolder(Path.Combine(made, "changes", day), Path.Combine(data, "changes", day));
            var run = await project.RunAsync();
            Assert.True(run.State is RunState.Succeeded or RunState.Quarantined, run.Message);
            Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        }
        return [.. (await project.QueryAsync(Tables)).Order(StringComparer.Ordinal)];
    }
}
