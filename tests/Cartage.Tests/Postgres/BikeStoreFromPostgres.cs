using Cartage.Host.Gen;
using Cartage.Runs;
using Cartage.Tests.Support;
using Npgsql;

namespace Cartage.Tests.Postgres;

/// <summary>The bike store runs from its database by changing a connection, and says what it says of its files.</summary>
public sealed class BikeStoreFromPostgres(SharedPostgres shared)
{
    static readonly string[] Tables =
    [
        "SELECT order_id, item_id, product_key, customer_key, store_key, staff_key, order_date, required_date, shipped_date, rejected_date, order_status, quantity, list_price, discount_percent, discount_amount, total_price, total_price_with_discount FROM bike_store.fact_sales ORDER BY 1, 2",
        "SELECT store_id, product_id, quantity FROM bike_store.fact_stock ORDER BY 1, 2",
        "SELECT customer_id, first_name, last_name, phone, email, street, city, state, zip_code, valid_from, valid_to, is_current, is_deleted FROM bike_store.dim_customers ORDER BY 1, valid_from",
        "SELECT product_id, product_name, brand_name, category_name, model_year, list_price, valid_from, valid_to FROM bike_store.dim_products ORDER BY 1, valid_from",
        "SELECT staff_id, first_name, manager_id, valid_from, valid_to FROM bike_store.dim_staffs ORDER BY 1, valid_from",
        "SELECT store_id, store_name, valid_from, valid_to FROM bike_store.dim_stores ORDER BY 1, valid_from",
        "SELECT * FROM bike_store.dim_order_status ORDER BY 1", "SELECT * FROM bike_store.dim_date ORDER BY date",
        "SELECT * FROM bike_store.sales_by_store ORDER BY 1", "SELECT * FROM bike_store.sales_by_month ORDER BY 1, 2", "SELECT * FROM bike_store.sales_by_product ORDER BY 1", "SELECT * FROM bike_store.sales_by_customer ORDER BY 1",
    ];

    [Fact]
    public async Task The_real_shop_gives_its_figures()
    {
        using var shop = await CreateAsync(TestProject.RealData("bikestores"));
        await RunAsync(shop, "bike-store.setup");
        var run = await RunAsync(shop);
        Assert.Equal(9071, run.Equations.Sum(e => e.Read));
        Assert.Equal("8578988.88|889879.17|7689109.71|7078|1615", await shop.ScalarAsync("SELECT sum(total_price), sum(discount_amount), sum(total_price_with_discount), sum(quantity), count(DISTINCT order_id) FROM bike_store.fact_sales"));
        await SameAsFilesAsync(shop, TestProject.RealData("bikestores"));
    }

    [Fact]
    public async Task Re_running_setup_doubles_statuses_and_with_them_every_fact()
    {
        using var data = new TestProject();
        await BikeStore.WriteAsync(new(data.Root), TestContext.Current.CancellationToken);
        using var shop = await CreateAsync(data.Root);
        await RunAsync(shop, "bike-store.setup");
        await RunAsync(shop);
        await SameAsFilesAsync(shop, data.Root);

        await RunAsync(shop, "bike-store.setup");
        Assert.Equal("4", await AskAsync(shop, "SELECT count(*) FROM store.order_status"));
        Assert.Equal("nothing changed", (await RunAsync(shop)).Message);
    }

    [Fact]
    public async Task Every_edit_of_the_shop_arrives()
    {
        using var data = new TestProject();
        await BikeStore.WriteAsync(new(data.Root), TestContext.Current.CancellationToken);
        using var shop = await CreateAsync(data.Root);
        await RunAsync(shop, "bike-store.setup");
        await RunAsync(shop);
        await AskAsync(shop, """
            UPDATE store.order_items SET quantity = quantity + 3, list_price = 1.00 WHERE order_id = 5;
            INSERT INTO store.order_items (order_id, item_id, product_id, quantity, list_price, discount) VALUES (6, 99, 1, 2, 100.00, 0.10);
            UPDATE store.brands SET brand_name = 'Renamed' WHERE brand_id = 1;
            UPDATE store.orders SET order_status = 3 WHERE order_id = 7;
            DELETE FROM store.orders WHERE order_id = 8;
            DELETE FROM store.customers WHERE customer_id = 9;
            UPDATE store.customers SET city = 'Elsewhere' WHERE customer_id = 10;
            SELECT 1
            """);
        await RunAsync(shop);
        await AskAsync(shop, "UPDATE store.customers SET is_active = 'Y', city = 'Back' WHERE customer_id = 9; SELECT 1");
        await RunAsync(shop);
        Assert.Equal(await AskAsync(shop, "SELECT count(*) || '|' || sum(quantity) || '|' || sum(quantity * list_price) FROM store.order_items"), await shop.ScalarAsync("SELECT count(*), sum(quantity), sum(total_price) FROM bike_store.fact_sales"));
        Assert.Equal("3", await shop.ScalarAsync("SELECT DISTINCT order_status FROM bike_store.fact_sales WHERE order_id = 7"));
        Assert.Equal("0", await shop.ScalarAsync("SELECT count(*) FROM bike_store.fact_sales WHERE order_id = 8"));
        Assert.Equal("0", await shop.ScalarAsync("SELECT count(*) FROM bike_store.dim_products WHERE is_current AND brand_name = 'Electra'"));
        Assert.Equal(["false|true|false", "true|false|false", "false|false|true"], (await shop.QueryAsync("SELECT is_deleted, city <> 'Back' AND valid_to < '9999-12-31' AND NOT is_deleted, city = 'Back' AND is_current FROM bike_store.dim_customers WHERE customer_id = 9 ORDER BY valid_from")).Select(x => x.ToLowerInvariant()));
        Assert.Equal("Elsewhere", await shop.ScalarAsync("SELECT city FROM bike_store.dim_customers WHERE customer_id = 10 AND is_current"));
    }

    async Task<TestProject> CreateAsync(string data)
    {
        var shop = new TestProject("bike-store", data);
        var file = Path.Combine(shop.Root, "project.yml");
        var url = await shared.CreateDatabaseAsync();
        File.WriteAllText(file, File.ReadAllText(file).Replace("shop: { type: files }", $"shop: {{ type: postgres, url: \"{url}\", margin: 0s }}"));
        return shop;
    }

    static async Task SameAsFilesAsync(TestProject shop, string data)
    {
        using var files = new TestProject("bike-store", data);
        await RunAsync(files);
        foreach (var sql in Tables)
            Assert.Equal(await files.QueryAsync(sql), await shop.QueryAsync(sql));
    }

    static async Task<RunResult> RunAsync(TestProject shop, string? selector = null)
    {
        var run = await shop.RunAsync(new RunRequest(selector));
        Assert.True(run.State == RunState.Succeeded, $"{run.State}: {run.Message} {run.Hint}");
        return run;
    }

    static async Task<string> AskAsync(TestProject shop, string sql)
    {
        await using var connection = new NpgsqlConnection(PostgresServer.ConnectionString(shop.Load().Project.Connections["shop"].Settings["url"], pooling: false));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString() ?? "";
    }
}
