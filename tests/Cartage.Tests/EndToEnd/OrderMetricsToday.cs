using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>What goes wrong with the daily order metrics today, and does not here.</summary>
public sealed class OrderMetricsToday : IDisposable
{
    readonly TestProject _project = new("order-metrics");

    public OrderMetricsToday()
    {
        _project.Variables["data"] = Path.Combine(_project.Root, "in");
        _project.Write("in/customers.csv", "customer_id,customer_name,email,country\n1,Ann,a@example.com,France\n2,Bob,b@example.com,Japan\n")
            .Write("in/products.csv", "product_id,category,selling_price\n1,Books,2.50\n")
            .Write("in/orders/2024-01-01.csv", "order_id,customer_id,product_id,quantity,order_date,delivery_date\n1,1,1,2,2024-01-01,2024-01-04\n");
    }

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task Inner_joins_drop_orders_silently()
    {
        Next("2,9,1,2,2024-01-02,\n3,1,9,1,2024-01-02,2024-01-03\n");
        var run = await _project.RunAsync();
        Assert.Equal(["1|Ann|5.00|3", "2||5.00|", "3|Ann||1"], await _project.QueryAsync("SELECT order_id, customer_name, total_price, shipping_time_days FROM order_metrics.order_metrics ORDER BY 1"));
        Assert.Equal(2, run.Checks.Count(c => !c.Passed));
    }

    [Fact]
    public async Task A_duplicate_dimension_key_multiplies_money()
    {
        _project.Write("in/customers.csv", "customer_id,customer_name,email,country\n1,Ann,a@example.com,France\n1,Anne,a@example.com,France\n2,Bob,b@example.com,Japan\n");
        var run = await _project.RunAsync();
        Assert.True(run.Equations.Single(e => e.Feed == "customers").Holds);
        Assert.Equal("1|5.00", await _project.ScalarAsync("SELECT count(*), sum(total_price) FROM order_metrics.order_metrics"));
    }

    [Fact]
    public async Task Negative_shipping_times_pass()
    {
        Next("2,1,1,2,2024-01-02,2023-12-31\n");
        var run = await _project.RunAsync();
        Assert.Equal(1, run.Equations.Single(e => e.Feed == "orders").Quarantined);
        Assert.Equal("satisfies", await _project.ScalarAsync("SELECT _rules FROM order_metrics_quarantine.orders"));
        Assert.Equal("3", await _project.ScalarAsync("SELECT min(shipping_time_days) FROM order_metrics.order_metrics"));
    }

    [Fact]
    public async Task The_promised_report_does_not_exist()
    {
        var run = await _project.RunAsync();
        Assert.True(File.Exists(run.Report), run.Report);
        Assert.StartsWith(Path.Combine(_project.Root, ".cartage", "processed"), run.Report, StringComparison.Ordinal);
    }

    void Next(string rows) => _project.Write("in/orders/2024-01-02.csv", "order_id,customer_id,product_id,quantity,order_date,delivery_date\n" + rows);
}
