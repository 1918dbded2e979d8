using System.Globalization;
using Cartage.Host.Gen;
using Cartage.Runs;
using Cartage.Tests.Support;
using Npgsql;

namespace Cartage.Tests.Postgres;

/// <summary>Whatever a shop does between runs, late commits included: after every run the base tables are the source's, and all of it can be made again from the raw zone.</summary>
public sealed class RandomEdits(SharedPostgres shared)
{
    // What is the same in the source and in its base table; orders and lines have no is_active in the database.
    static readonly (string Table, string Columns, string Standing)[] Tables =
    [
        ("brands", "brand_id, brand_name", ""), ("stocks", "store_id, product_id, quantity", ""),
        ("products", "product_id, product_name, brand_id, list_price, updated_at", "is_active = 'Y'"), ("customers", "customer_id, first_name, phone, city, updated_at, created_at", "is_active = 'Y'"),
        ("orders", "order_id, customer_id, order_status, order_date, shipped_date, store_id, staff_id, updated_at", ""), ("order_items", "order_id, item_id, product_id, quantity, list_price, discount, updated_at", ""),
    ];

    static readonly string[] Replayed =
    [
        .. Tables.Select(t => $"SELECT {t.Columns}, _deleted_at FROM bike_store_raw.{t.Table}"),
        "SELECT customer_id, city, updated_at, _deleted_at FROM bike_store_raw.customers_history",
        "SELECT order_id, item_id, quantity, list_price, updated_at, _deleted_at FROM bike_store_raw.order_items_history",
        "SELECT customer_key, customer_id, city, valid_from, valid_to, is_current, is_deleted FROM bike_store.dim_customers",
        "SELECT product_key, product_id, list_price, valid_from, valid_to, is_current, is_deleted FROM bike_store.dim_products",
        "SELECT * FROM bike_store.fact_sales", "SELECT store_id, product_id, quantity FROM bike_store.fact_stock",
    ];

    static int Edits => int.TryParse(Environment.GetEnvironmentVariable("CARTAGE_BENCH_EDITS"), CultureInfo.InvariantCulture, out var n) ? n : 300;

    [Theory]
    [InlineData("duckdb"), InlineData("postgres")]
    public async Task The_warehouse_is_the_source_and_can_be_made_again(string warehouse)
    {
        using var data = new TestProject();
        await BikeStore.WriteAsync(new(data.Root), TestContext.Current.CancellationToken);
        using var shop = new TestProject("bike-store", data.Root) { Threads = null };
        var url = await shared.CreateDatabaseAsync();
        var file = Path.Combine(shop.Root, "project.yml");
        var text = File.ReadAllText(file).Replace("shop: { type: files }", $"shop: {{ type: postgres, url: \"{url}\", margin: 0s }}");
        File.WriteAllText(file, warehouse == "duckdb" ? text : text.Replace("warehouse: duckdb", $"warehouse: {{ type: postgres, url: \"{await shared.CreateDatabaseAsync()}\" }}"));
        await RunAsync(shop, new("bike-store.setup"));
        await using var source = new NpgsqlConnection(PostgresServer.ConnectionString(url, pooling: false));
        await source.OpenAsync(TestContext.Current.CancellationToken);
        await using var edits = new ShopEdits(source, url, seed: 7);
        await RunAsync(shop);
        for (var done = 0; done < Edits;)
        {
            var portion = edits.Random.Next(20, Math.Max(60, Edits / 40));
            for (var i = 0; i < portion; i++)
                await edits.OneAsync();
            done += portion;
            await RunAsync(shop);
            await EqualAsync(shop, source);
        }
        await edits.CommitLateAsync();
        Assert.True(edits.Late > 1, "nothing was committed late");
        await RunAsync(shop);
        await EqualAsync(shop, source);

        using var replay = new TestProject("bike-store", data.Root);
        TestProject.CopyFolder(Path.Combine(shop.Root, ".cartage", "raw"), Path.Combine(replay.Root, ".cartage", "raw"));
        await RunAsync(replay, new RunRequest { Only = new HashSet<string> { "load", "build", "check" } });
        foreach (var sql in Replayed)
            Assert.Equal((await replay.QueryAsync(sql)).Order(StringComparer.Ordinal), (await shop.QueryAsync(sql)).Order(StringComparer.Ordinal));
    }

    static async Task RunAsync(TestProject shop, RunRequest? request = null)
    {
        var run = await shop.RunAsync(request);
        Assert.True(run.State == RunState.Succeeded, $"{run.State}: {run.Message} {run.Hint}");
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
    }

    static async Task EqualAsync(TestProject shop, NpgsqlConnection source)
    {
        foreach (var (table, columns, standing) in Tables)
        {
            var texts = string.Join(" || '|' || ", columns.Split(", ").Select(c => $"coalesce(CAST({c} AS VARCHAR), '')"));
            List<string> expected = [];
            await using (var command = new NpgsqlCommand($"SELECT {texts} FROM store.{table} {(standing.Length > 0 ? $"WHERE {standing}" : "")}", source))
            await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
                while (await reader.ReadAsync(TestContext.Current.CancellationToken))
                    expected.Add(reader.GetString(0));
            var actual = await shop.QueryAsync($"SELECT {texts} FROM bike_store_raw.{table} WHERE _deleted_at IS NULL");
            Assert.True(expected.Count == actual.Count && !expected.Except(actual).Any(), $"{table}: {expected.Count} rows in the source, {actual.Count} loaded; missing {string.Join(" ; ", expected.Except(actual).Take(5))}; surplus {string.Join(" ; ", actual.Except(expected).Take(5))}");
        }
    }
}
