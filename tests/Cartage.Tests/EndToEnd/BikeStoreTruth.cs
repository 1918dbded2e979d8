using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>The real shop's files give the published figures, to the cent.</summary>
public sealed class BikeStoreTruth(BikeStoreTruth.Shop shop) : IClassFixture<BikeStoreTruth.Shop>
{
    public sealed class Shop : IDisposable
    {
        readonly Lazy<Task<(TestProject Project, RunResult Run)>> _run = new(async () =>
        {
            var project = new TestProject("bike-store", TestProject.RealData("bikestores"));
            var run = await project.RunAsync();
            Assert.True(run.State == RunState.Succeeded, $"{run.Message} {run.Hint}");
            return (project, run);
        });

        public Task<(TestProject Project, RunResult Run)> RunAsync() => _run.Value;

        public void Dispose()
        {
            if (_run is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
                _run.Value.Result.Project.Dispose();
        }
    }

    [Fact]
    public async Task The_run_succeeds_and_every_row_is_accounted_for()
    {
        var (_, run) = await shop.RunAsync();
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        Assert.Equal(9071, run.Equations.Sum(e => e.Read));
        Assert.All(run.Checks, c => Assert.True(c.Passed, c.Check.Name + ": " + c.Message));
    }

    [Theory]
    [InlineData("brands", 9), InlineData("categories", 7), InlineData("customers", 1445), InlineData("order_items", 4722), InlineData("orders", 1615)]
    [InlineData("products", 321), InlineData("staffs", 10), InlineData("stocks", 939), InlineData("stores", 3)]
    public async Task Every_row_is_loaded(string feed, long rows) =>
        Assert.Equal(rows.ToString(), await (await shop.RunAsync()).Project.ScalarAsync($"SELECT count(*) FROM bike_store_raw.{feed}"));

    [Theory]
    [InlineData("SELECT sum(total_price), sum(discount_amount), sum(total_price_with_discount) FROM bike_store.fact_sales", "8578988.88|889879.17|7689109.71")]
    [InlineData("SELECT sum(quantity), count(DISTINCT order_id) FROM bike_store.fact_sales", "7078|1615")]
    [InlineData("SELECT round(sum(total_price_with_discount) / count(DISTINCT order_id), 2), round(sum(total_price_with_discount) / count(DISTINCT customer_key), 2) FROM bike_store.fact_sales", "4761.06|5321.18")]
    [InlineData("SELECT CASE WHEN order_status IN (1, 2) THEN 12 ELSE order_status END AS s, sum(total_price_with_discount), count(DISTINCT order_id) FROM bike_store.fact_sales GROUP BY 1 ORDER BY 1", "3|208579.29|45;4|6662609.14|1445;12|817921.28|125")]
    [InlineData("SELECT year(order_date), sum(total_price_with_discount), count(DISTINCT order_id), sum(quantity) FROM bike_store.fact_sales GROUP BY 1 ORDER BY 1", "2016|2427376.17|635|2663;2017|3447205.06|688|3099;2018|1814528.48|292|1316")]
    [InlineData("SELECT store_name, revenue, orders, units FROM bike_store.sales_by_store ORDER BY revenue DESC", "Baldwin Bikes|5215746.64|1093|4779;Santa Cruz Bikes|1605821.56|348|1516;Rowlett Bikes|867541.51|174|783")]
    [InlineData("SELECT brand_name, sum(revenue) FROM bike_store.sales_by_product GROUP BY 1 ORDER BY 2 DESC", "Trek|4602752.41;Electra|1205318.10;Surly|949506.31;Sun Bicycles|341994.16;Haro|185384.19;Heller|171458.93;Pure Cycles|149476.34;Ritchey|78898.82;Strider|4320.45")]
    [InlineData("SELECT split_part(category_name, ' ', 1), sum(revenue) FROM bike_store.sales_by_product GROUP BY 1 ORDER BY 2 DESC", "Mountain|2715077.72;Road|1665097.93;Cruisers|995030.86;Electric|916684.45;Cyclocross|711011.57;Comfort|394019.27;Children|292187.91")]
    [InlineData("SELECT product_name, sum(revenue), sum(orders), sum(units) FROM bike_store.sales_by_product GROUP BY 1 ORDER BY 2 DESC LIMIT 1", "Trek Slash 8 27.5 - 2016|555558.46|101|154")]
    [InlineData("SELECT customer_name, state, revenue FROM bike_store.sales_by_customer ORDER BY revenue DESC LIMIT 1", "Sharyn Hopkins|NY|34807.93")]
    [InlineData("SELECT count(*), count(*) FILTER (WHERE model_year = 2019) FROM bike_store.sales_by_product WHERE units = 0", "14|6")]
    [InlineData("SELECT store_name, late_orders, round(100.0 * late_orders / orders, 2), round(100.0 * late_orders / (orders - not_shipped), 2) FROM bike_store.sales_by_store ORDER BY 3 DESC", "Santa Cruz Bikes|104|29.89|36.62;Baldwin Bikes|317|29|31.11;Rowlett Bikes|37|21.26|26.06")]
    [InlineData("SELECT sum(not_shipped)::BIGINT FROM bike_store.sales_by_store", "170")]
    [InlineData("SELECT round(avg(shipped_date - order_date), 3), round(avg(required_date - order_date), 3) FROM (SELECT DISTINCT order_id, order_date, required_date, shipped_date FROM bike_store.fact_sales) WHERE shipped_date IS NOT NULL", "1.982|1.997")]
    [InlineData("SELECT state, count(*) FROM bike_store.dim_customers WHERE is_current AND customer_key > 0 GROUP BY 1 ORDER BY 2 DESC", "NY|1019;CA|284;TX|142")]
    [InlineData("SELECT sum(quantity) FROM bike_store.fact_stock GROUP BY store_id ORDER BY store_id", "4532;4359;4620")]
    [InlineData("SELECT count(*) FILTER (WHERE updated_at < '2017-01-01'), count(*) FILTER (WHERE updated_at < '2018-01-01'), count(*) FILTER (WHERE updated_at < '2019-01-01') FROM bike_store.stg_orders", "635|1321|1615")]
    public async Task A_figure_is_exact(string sql, string expected) => Assert.Equal(expected, string.Join(';', await (await shop.RunAsync()).Project.QueryAsync(sql)));

    [Fact]
    public async Task Every_line_equals_the_published_fact_table()
    {
        var expected = File.ReadLines(Path.Combine(TestProject.RealData("bikestores-star-expected"), "fact_sales.csv")).Skip(1).Select(l => l.Split(','))
            .Select(f => string.Join('|', f[1], f[11], f[13], f[14], f[15])).Order().ToList();
        var actual = await (await shop.RunAsync()).Project.QueryAsync("SELECT order_id, quantity, discount_amount, total_price, total_price_with_discount FROM bike_store.fact_sales");
        Assert.Equal(expected, actual.Order().ToList());
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        var again = await (await shop.RunAsync()).Project.RunAsync();
        Assert.Equal((RunState.Succeeded, "nothing changed"), (again.State, again.Message));
        Assert.DoesNotContain(again.Tasks, t => t.Kind is "build" or "load" && t.State != RunState.Skipped);
    }
}
