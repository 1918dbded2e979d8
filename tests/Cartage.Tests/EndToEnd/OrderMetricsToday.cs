using Cartage.Runs;
using Cartage.Tests.Cli;
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

    [Fact]
    public async Task The_promised_tests_do_not_exist()
    {
        var checks = (await _project.RunAsync()).Checks;
        Assert.Equal(["order_id.not_null", "order_id.unique", "reconcile", "row_count", "shipping_time_days.between", "unknown_customers", "unknown_products"], checks.Select(c => c.Check.Name.Replace("order_metrics.", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(checks, c => Assert.True(c.Passed, c.Check.Name));
    }

    [Fact]
    public async Task The_promised_notices_do_not_exist()
    {
        await using var server = new MailServer();
        _project.Write("project.yml", File.ReadAllText(Path.Combine(_project.Root, "project.yml")).Replace("smtp://127.0.0.1:2525", $"smtp://127.0.0.1:{server.Port}", StringComparison.Ordinal));
        var rule = Assert.Single(_project.Load().Project.Pipelines).Retry;
        Assert.Equal((2, TimeSpan.FromMinutes(5)), (rule.Attempts, rule.Delay));

        Assert.Equal(0, (await TellAsync()).Code);
        Assert.Empty(server.Mails);
        Next("2,1,1,2,2024-01-02,2023-12-31\n");
        await TellAsync();
        File.Delete(Path.Combine(_project.Root, "in", "products.csv"));
        Assert.Equal(1, (await TellAsync()).Code);

        Assert.Equal(["order-metrics set 1 row aside", "order-metrics failed"], server.Mails.Select(m => m.Data.Split('\n').Single(l => l.StartsWith("Subject:", StringComparison.Ordinal)).Split("] ")[1].Trim()));
        Assert.Contains("finds no file", server.Mails.Last().Text, StringComparison.Ordinal);

        Task<Answer> TellAsync() => Typed.InAsync(_project.Root, "run", "--env", "live", "--var", $"data={_project.Variables["data"]}");
    }

    [Fact]
    public async Task A_failed_upload_is_printed_and_the_task_is_green()
    {
        _project.Write(".cartage/processed", "a file, where the zone's folder should be");
        var run = await _project.RunAsync(Until(2));
        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("the tables are published, but what follows is not done", run.Message, StringComparison.Ordinal);
        Assert.Equal(["export", "report"], run.Tasks.Where(t => t.State == RunState.Failed).Select(t => t.Kind).Order());
        File.Delete(Path.Combine(_project.Root, ".cartage", "processed"));
        await _project.RunAsync(Until(2));
        Assert.Equal(["2024-01-02.csv", "2024-01-02.parquet"], Output());
    }

    [Fact]
    public async Task The_output_is_overwritten_daily()
    {
        await _project.RunAsync(Until(2));
        var first = await File.ReadAllTextAsync(Path.Combine(_project.Root, ".cartage", "processed", "order_metrics", "2024-01-02.csv"), TestContext.Current.CancellationToken);
        Next("2,1,1,2,2024-01-02,2024-01-03\n");
        await _project.RunAsync(Until(3));
        Assert.Equal(["2024-01-02.csv", "2024-01-02.parquet", "2024-01-03.csv", "2024-01-03.parquet"], Output());
        Assert.Equal(first, await File.ReadAllTextAsync(Path.Combine(_project.Root, ".cartage", "processed", "order_metrics", "2024-01-02.csv"), TestContext.Current.CancellationToken));
        Assert.Equal("order_id,customer_id,customer_name,email,country,product_id,category,selling_price,quantity,total_price,order_date,delivery_date,shipping_time_days\n1,1,Ann,a@example.com,France,1,Books,2.50,2,5.00,2024-01-01,2024-01-04,3\n", first);
    }

    static RunRequest Until(int day) => new() { To = new DateTimeOffset(2024, 1, day, 4, 0, 0, TimeSpan.Zero) };

    List<string?> Output() => [.. Directory.EnumerateFiles(Path.Combine(_project.Root, ".cartage", "processed", "order_metrics")).Select(Path.GetFileName).Order(StringComparer.Ordinal)];

    void Next(string rows) => _project.Write("in/orders/2024-01-02.csv", "order_id,customer_id,product_id,quantity,order_date,delivery_date\n" + rows);
}
