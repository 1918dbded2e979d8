using System.Text.Json;
using Cartage.Tests.Support;

namespace Cartage.Tests.Cli;

/// <summary>The catalog: tables, where they come from, and their columns'.</summary>
public sealed class Looking : IDisposable
{
    readonly TestProject _project = SmallShop.Create()
        .Write("in/customers.csv", "customer_id,name,city,updated_at,is_active\n1,Ann,Rome,2030-01-01 00:00,Y\n")
        .Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n10,1,2030-01-02,5.00,2030-01-02 00:00\n11,2,2030-01-02,6.00,2030-01-02 00:00\n");

    public void Dispose() => _project.Dispose();

    Task<Answer> TypeAsync(params string[] args) => Typed.InAsync(_project.Root, args);

    [Fact]
    public async Task Tables_are_listed_with_what_is_known_of_them()
    {
        await TypeAsync("run", "-q");

        var tables = JsonDocument.Parse((await TypeAsync("ls", "tables", "--format", "json")).Out).RootElement.EnumerateArray().ToDictionary(t => t.GetProperty("table").GetString()!);

        Assert.Equal(["shop.dim_customers", "shop.fact_orders", "shop_quarantine.orders", "shop_raw.customers", "shop_raw.customers_history", "shop_raw.orders", "shop_raw.orders_history"], tables.Keys.Order(StringComparer.Ordinal));
        var orders = tables["shop_raw.orders"];
        Assert.Equal(("base", 1, "DECIMAL(10,2)"), (orders.GetProperty("kind").GetString(), orders.GetProperty("rows").GetInt32(), orders.GetProperty("columns").GetProperty("amount").GetString()));
        Assert.Equal(("""["in/orders*.csv"]""", """["shop.fact_orders"]"""), (orders.GetProperty("made from").GetRawText(), orders.GetProperty("read by").GetRawText()));
        Assert.True(orders.GetProperty("updated").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        var dimension = tables["shop.dim_customers"];
        Assert.Equal(("scd2", 2, """["shop.customers"]""", """["shop.fact_orders"]"""), (dimension.GetProperty("kind").GetString(), dimension.GetProperty("rows").GetInt32(), dimension.GetProperty("made from").GetRawText(), dimension.GetProperty("read by").GetRawText()));
        Assert.Equal(1, tables["shop_quarantine.orders"].GetProperty("rows").GetInt32());
    }

    [Theory]
    [InlineData("fact_orders.amount", "shop.orders.amount", "")]
    [InlineData("shop.fact_orders.customer_key", "shop.customers.customer_id shop.customers.updated_at shop.dim_customers.customer_key shop.orders.customer_id shop.orders.order_date", "")]
    [InlineData("orders.customer_id", "", "shop.fact_orders.customer_key")]
    [InlineData("customers.updated_at", "", "shop.dim_customers.customer_key shop.dim_customers.is_current shop.dim_customers.valid_from shop.dim_customers.valid_to shop.fact_orders.customer_key")]
    public async Task A_column_is_followed_both_ways(string column, string from, string to)
    {
        var found = JsonDocument.Parse((await TypeAsync("lineage", column, "--format", "json")).Out).RootElement;

        Assert.Equal((from, to), (Names("computed_from"), Names("used_in")));

        string Names(string key) => string.Join(' ', found.GetProperty(key).EnumerateArray().Select(x => x.GetString()));
    }

    [Fact]
    public async Task A_table_is_followed_to_its_files() =>
        Assert.Equal(
            """
            shop.fact_orders
              is made of
              ├─ shop.dim_customers
              │  └─ shop.customers  (in/customers*.csv)
              └─ shop.orders  (in/orders*.csv)
              is read by nothing

            """.ReplaceLineEndings("\n"), (await TypeAsync("lineage", "fact_orders")).Out);

    [Theory]
    [InlineData("fact_order", "Did you mean 'fact_orders'?")]
    [InlineData("fact_orders.amont", "Did you mean 'amount'?")]
    public async Task A_wrong_name_is_asked_about(string name, string says)
    {
        var answer = await TypeAsync("lineage", name);

        Assert.Equal(2, answer.Code);
        Assert.Contains(says, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_loads_the_oldest_objects_and_leaves_the_rest_for_later()
    {
        _project.Write("in/orders2.csv", "order_id,customer_id,order_date,amount,updated_at\n12,1,2030-01-03,7.00,2030-01-03 00:00\n");

        Assert.Equal(0, (await TypeAsync("run", "-q", "--limit", "1")).Code);
        Assert.Equal("1", await _project.ScalarAsync("SELECT count(*) FROM shop_raw.orders"));
        Assert.Equal(0, (await TypeAsync("run", "-q", "--limit", "1")).Code);
        Assert.Equal("2", await _project.ScalarAsync("SELECT count(*) FROM shop_raw.orders"));
    }

    [Theory]
    [InlineData("--limit 0", "must be 1 or more")]
    [InlineData("--limit 1 --full-refresh", "from a part of what has landed")]
    public async Task A_limit_makes_sense(string options, string says)
    {
        var answer = await TypeAsync(["run", .. options.Split(' ')]);

        Assert.Equal(2, answer.Code);
        Assert.Contains(says, answer.Error, StringComparison.Ordinal);
    }
}
