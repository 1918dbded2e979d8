using Cartage.Host.Gen;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>A generated bike shop that has been loaded once.</summary>
public sealed class LoadedBikeStore : IAsyncLifetime
{
    readonly TestProject _project = new("bike-store");

    public async ValueTask InitializeAsync()
    {
        await BikeStore.WriteAsync(new(Path.Combine(_project.Root, "data")), CancellationToken.None);
        _project.Variables["data"] = Path.Combine(_project.Root, "data");
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
    }

    public TestProject Copy()
    {
        var copy = new TestProject();
        TestProject.CopyFolder(_project.Root, copy.Root);
        copy.Variables["data"] = Path.Combine(copy.Root, "data");
        return copy;
    }

    public ValueTask DisposeAsync()
    {
        _project.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>What goes wrong with the bike store in today's stacks, each a test that it does not go wrong here.</summary>
public sealed class BikeStoreToday(LoadedBikeStore loaded) : IClassFixture<LoadedBikeStore>, IDisposable
{
    const string OrderColumns = "order_id,customer_id,order_status,order_date,required_date,shipped_date,store_id,staff_id,updated_at,is_active";
    const string ItemColumns = "order_id,item_id,product_id,quantity,list_price,discount,updated_at,is_active";

    readonly TestProject _project = loaded.Copy();

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task A_date_watermark_loses_same_day_later_changes()
    {
        await ChangeAsync("2019-01-02-morning", "orders", OrderColumns, "1,259,2,2016-01-01,2016-01-03,NULL,1,2,2019-01-02 08:00:00,Y");
        Assert.Equal("2", await StatusAsync());
        await ChangeAsync("2019-01-02-night", "orders", OrderColumns, "1,259,3,2016-01-01,2016-01-03,NULL,1,2,2019-01-02 23:59:59,Y");
        Assert.Equal("3", await StatusAsync());
    }

    [Fact]
    public async Task A_time_zone_mix_loses_seven_hours_a_day()
    {
        for (var hour = 0; hour < 24; hour += 3)
            await ChangeAsync($"2019-01-02-{hour:00}", "orders", OrderColumns, $"1,259,{(hour / 3 % 4) + 1},2016-01-01,2016-01-03,NULL,1,2,2019-01-02 {hour:00}:30:00,Y");
        Assert.Equal("4", await StatusAsync());
        Assert.Equal("9", await _project.ScalarAsync("SELECT count(*) FROM bike_store_raw.orders_history WHERE order_id = 1"));
    }

    [Fact]
    public async Task Price_and_quantity_edits_never_land()
    {
        var (product, price) = await ItemAsync();
        await ChangeAsync("2019-01-02", "order_items", ItemColumns, $"1,1,{product},7,{price},0.10,2019-01-02 09:00:00,Y");
        Assert.Equal("7|10", await _project.ScalarAsync("SELECT quantity, discount_percent FROM bike_store.fact_sales WHERE order_id = 1 AND item_id = 1"));
    }

    [Fact]
    public async Task New_lines_on_a_loaded_order_never_land()
    {
        var (product, price) = await ItemAsync();
        var before = long.Parse(await _project.ScalarAsync("SELECT count(*) FROM bike_store.fact_sales WHERE order_id = 1"), null);
        await ChangeAsync("2019-01-02", "order_items", ItemColumns, $"1,99,{product},1,{price},0,2019-01-02 09:00:00,Y");
        Assert.Equal($"{before + 1}", await _project.ScalarAsync("SELECT count(*) FROM bike_store.fact_sales WHERE order_id = 1"));
    }

    [Fact]
    public async Task Append_into_uncleared_staging_doubles_facts()
    {
        var before = await _project.ScalarAsync(Totals);
        await _project.RunAsync(new RunRequest { FullRefresh = true });
        await _project.RunAsync(new RunRequest { FullRefresh = true });
        Assert.Equal(before, await _project.ScalarAsync(Totals));
    }

    [Fact]
    public async Task Inner_joins_on_history_drop_any_sale_dated_before_its_dimensions_first_row()
    {
        await ChangeAsync("2019-01-02", "orders", OrderColumns, "1,259,4,1999-05-05,1999-05-08,1999-05-06,1,2,2019-01-02 09:00:00,Y");
        Assert.Equal("true|true", (await _project.ScalarAsync("SELECT count(*) > 0, min(customer_key) > 0 FROM bike_store.fact_sales WHERE order_id = 1 AND order_date = DATE '1999-05-05'")).ToLowerInvariant());
        Assert.Equal(await _project.ScalarAsync("SELECT count(*) FROM bike_store_raw.order_items"), await _project.ScalarAsync("SELECT count(*) FROM bike_store.fact_sales"));
    }

    [Fact]
    public async Task A_reactivated_customer_never_returns()
    {
        var customer = await _project.ScalarAsync("SELECT concat_ws(',', customer_id, first_name, last_name, phone, email, street, city, state, zip_code) FROM bike_store_raw.customers WHERE customer_id = 259");
        const string columns = "customer_id,first_name,last_name,phone,email,street,city,state,zip_code,updated_at,is_active";
        await ChangeAsync("2019-01-02", "customers", columns, customer + ",2019-01-02 09:00:00,N");
        Assert.Equal("0", await _project.ScalarAsync("SELECT count(*) FROM bike_store.dim_customers WHERE customer_id = 259 AND is_current"));
        await ChangeAsync("2019-01-03", "customers", columns, customer + ",2019-01-03 09:00:00,Y");
        Assert.Equal("1", await _project.ScalarAsync("SELECT count(*) FROM bike_store.dim_customers WHERE customer_id = 259 AND is_current"));
        Assert.Equal("3", await _project.ScalarAsync("SELECT count(*) FROM bike_store.dim_customers WHERE customer_id = 259"));
    }

    [Fact]
    public async Task Two_changes_in_a_day_give_an_end_before_the_start()
    {
        const string columns = "customer_id,first_name,last_name,phone,email,street,city,state,zip_code,updated_at,is_active";
        string Version(string city, string at) => $"259,Ann,Lee,,a@b.example,1 Way,{city},NY,11111,2019-01-02 {at},Y";
        await ChangeAsync("2019-01-02", "customers", columns, Version("Rome", "10:00:00"), Version("Oslo", "09:00:00"), Version("Bonn", "10:00:01"));
        Assert.Equal(
            ["Oslo|2019-01-02 09:00:00|2019-01-02 10:00:00", "Rome|2019-01-02 10:00:00|2019-01-02 10:00:01", "Bonn|2019-01-02 10:00:01|9999-12-31 00:00:00"],
            await _project.QueryAsync("SELECT city, CAST(valid_from AS VARCHAR), CAST(valid_to AS VARCHAR) FROM bike_store.dim_customers WHERE customer_id = 259 AND valid_from > TIMESTAMP '1900-01-01' ORDER BY valid_from"));
    }

    [Fact]
    public async Task File_names_from_the_wall_clock_so_that_back_fills_overwrite_each_other()
    {
        await ChangeAsync("2019-01-02", "orders", OrderColumns, "1,259,2,2016-01-01,2016-01-03,NULL,1,2,2019-01-02 08:00:00,Y");
        await ChangeAsync("2019-01-03", "orders", OrderColumns, "1,259,3,2016-01-01,2016-01-03,NULL,1,2,2019-01-03 08:00:00,Y");
        var landed = Directory.EnumerateFiles(Path.Combine(_project.Root, ".cartage/raw/bike-store/orders"), "*.csv", SearchOption.AllDirectories).ToList();
        Assert.Equal(3, landed.Count);
        Assert.Equal(3, Directory.EnumerateFiles(Path.Combine(_project.Root, ".cartage/reports"), "quality.html", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task Months_without_orders_vanish_from_the_line()
    {
        await ChangeAsync("2019-01-02", "orders", OrderColumns, "1,259,4,2012-03-05,2012-03-08,2012-03-06,1,2,2019-01-02 09:00:00,Y");
        Assert.Equal("12|11", await _project.ScalarAsync("SELECT count(*), count(*) FILTER (WHERE orders = 0) FROM bike_store.sales_by_month WHERE year = 2012"));
    }

    [Fact]
    public async Task Products_grouped_by_name()
    {
        Assert.Equal("true", (await _project.ScalarAsync("SELECT count(DISTINCT product_name) < count(DISTINCT product_id) FROM bike_store_raw.products")).ToLowerInvariant());
        Assert.Equal("321|321", await _project.ScalarAsync("SELECT count(*), count(DISTINCT product_id) FROM bike_store.sales_by_product"));
    }

    [Fact]
    public async Task On_time_counts_orders_never_shipped()
    {
        const string delivery = "SELECT sum(orders)::BIGINT, sum(on_time_orders)::BIGINT, sum(late_orders)::BIGINT, sum(not_shipped)::BIGINT FROM bike_store.sales_by_store";
        var before = (await _project.ScalarAsync(delivery)).Split('|').Select(n => long.Parse(n, null)).ToArray();
        Assert.Equal(before[0], before[1] + before[2] + before[3]);

        var (product, price) = await ItemAsync();
        string Order(int id, string shipped) => $"{id},259,4,2018-01-01,2018-01-03,{shipped},1,2,2019-01-02 08:00:00,Y";
        _project.Write("data/changes/2019-01-02/order_items.csv", $"{ItemColumns}\n" + string.Concat(Enumerable.Range(900001, 3).Select(o => $"{o},1,{product},1,{price},0,2019-01-02 08:00:00,Y\n")));
        await ChangeAsync("2019-01-02", "orders", OrderColumns, Order(900001, "2018-01-03"), Order(900002, "2018-01-04"), Order(900003, "NULL"));
        Assert.Equal($"{before[0] + 3}|{before[1] + 1}|{before[2] + 1}|{before[3] + 1}", await _project.ScalarAsync(delivery));
    }

    [Theory]
    [InlineData("brands", "brand_id,brand_name", "brand_name"), InlineData("categories", "category_id,category_name", "category_name")]
    public async Task Edits_to_brands_and_categories_never_arrive(string list, string columns, string name)
    {
        var rows = await _project.QueryAsync($"SELECT {columns} FROM bike_store_raw.{list} ORDER BY 1");
        var (was, sales) = (rows[0].Split('|')[1], $"SELECT sum(revenue) FROM bike_store.sales_by_product WHERE {name} = ");
        var revenue = await _project.ScalarAsync($"{sales}'{was}'");
        Assert.NotEqual("", revenue);

        _project.Write($"data/{list}.csv", columns + "\n" + string.Join('\n', rows.Select(r => r.Replace('|', ','))).Replace(was, "Renamed", StringComparison.Ordinal) + "\n");
        foreach (var request in new[] { new RunRequest(), new RunRequest { FullRefresh = true } })
        {
            var run = await _project.RunAsync(request);
            Assert.True(run.State == RunState.Succeeded, run.Message);
            Assert.Equal(("", revenue), (await _project.ScalarAsync($"{sales}'{was}'"), await _project.ScalarAsync($"{sales}'Renamed'")));
            Assert.Equal("0", await _project.ScalarAsync($"SELECT count(*) FROM bike_store.dim_products WHERE {name} = '{was}'"));
        }
    }

    [Fact]
    public async Task A_change_file_renames_a_brand_everywhere_and_a_product_that_changes_its_brand_has_a_version_of_each()
    {
        var product = (await _project.ScalarAsync("SELECT product_id, product_name, brand_id, category_id, model_year, list_price FROM bike_store_raw.products WHERE brand_id = 1 LIMIT 1")).Split('|');
        product[2] = "2";
        await ChangeAsync("2019-01-02", "products", "product_id,product_name,brand_id,category_id,model_year,list_price,updated_at,is_active", string.Join(',', product.Select(v => $"\"{v.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + ",2019-01-02 09:00:00,Y");
        await ChangeAsync("2019-01-03", "brands", "brand_id,brand_name,updated_at,is_active", "1,Old House,2019-01-03 09:00:00,Y", "1,New House,2019-01-03 10:00:00,Y");

        var second = await _project.ScalarAsync("SELECT brand_name FROM bike_store_raw.brands WHERE brand_id = 2");
        Assert.Equal(["New House|false", $"{second}|true"], await _project.QueryAsync($"SELECT brand_name, lower(CAST(is_current AS VARCHAR)) FROM bike_store.dim_products WHERE product_id = {product[0]} ORDER BY valid_from"));
        Assert.Equal("3", await _project.ScalarAsync("SELECT count(*) FROM bike_store_raw.brands_history WHERE brand_id = 1"));
    }

    const string Totals = "SELECT count(*), sum(quantity), sum(total_price_with_discount) FROM bike_store.fact_sales";

    Task<string> StatusAsync() => _project.ScalarAsync("SELECT max(order_status) FROM bike_store.fact_sales WHERE order_id = 1");

    async Task<(string Product, string Price)> ItemAsync()
    {
        var fields = (await _project.ScalarAsync("SELECT product_id, list_price FROM bike_store_raw.order_items WHERE order_id = 1 AND item_id = 1")).Split('|');
        return (fields[0], fields[1]);
    }

    async Task ChangeAsync(string day, string table, string columns, params string[] rows)
    {
        _project.Write($"data/changes/{day}/{table}.csv", columns + "\n" + string.Join('\n', rows) + "\n");
        var run = await _project.RunAsync();
        Assert.True(run.State == RunState.Succeeded, run.Message);
    }
}
