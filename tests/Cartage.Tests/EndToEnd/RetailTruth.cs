using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>The retailer's 305 real files give the published figures, exactly, in whatever portions and order they come.</summary>
public sealed class RetailTruth(RetailTruth.Files files) : IClassFixture<RetailTruth.Files>
{
    public sealed class Files : IDisposable
    {
        readonly Lazy<Task<(TestProject Project, RunResult Run)>> _run = new(async () =>
        {
            var project = new TestProject("retail", Folder);
            var run = await project.RunAsync();
            Assert.True(run.State == RunState.Succeeded, $"{run.Message} {run.Hint}");
            return (project, run);
        });

        public static string Folder => Path.Combine(TestProject.RealData("online-retail"), "by-day");

        public Task<(TestProject Project, RunResult Run)> RunAsync() => _run.Value;

        public void Dispose()
        {
            if (_run is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
                _run.Value.Result.Project.Dispose();
        }
    }

    const string Tables = """
        SELECT 'lines', count(*), md5(string_agg(r, '' ORDER BY r)) FROM (SELECT md5(concat_ws('|', "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")) AS r FROM retail_raw.lines)
        UNION ALL SELECT 'fact', count(*), md5(string_agg(r, '' ORDER BY r)) FROM (SELECT md5(CAST(f AS VARCHAR)) AS r FROM retail.fact_lines f)
        UNION ALL SELECT 'invoices', count(*), md5(string_agg(r, '' ORDER BY r)) FROM (SELECT md5(CAST(f AS VARCHAR)) AS r FROM retail.invoices f)
        UNION ALL SELECT 'customers', count(*), md5(string_agg(r, '' ORDER BY r)) FROM (SELECT md5(CAST(f AS VARCHAR)) AS r FROM retail.customers f)
        """;

    [Fact]
    public async Task The_run_succeeds_and_every_line_is_accounted_for()
    {
        var (_, run) = await files.RunAsync();
        var equation = Assert.Single(run.Equations);
        Assert.True(equation.Holds, equation.ToString());
        Assert.Equal((541909, 541909), (equation.Read, equation.Inserted));
        Assert.All(run.Checks.Where(c => c.Check.Severity == Checks.Severity.Reject), c => Assert.True(c.Passed, c.Check.Name + ": " + c.Message));
    }

    [Theory]
    [InlineData("SELECT count(*), sum(revenue) FROM retail.fact_lines", "541909|9747747.934")]
    [InlineData("SELECT count(*), sum(revenue), count(DISTINCT customer_id), count(DISTINCT invoice_no) FROM retail.fact_lines WHERE customer_id IS NOT NULL AND quantity > 0 AND unit_price > 0", "397884|8911407.904|4338|18532")]
    [InlineData("SELECT count(DISTINCT invoice_no), count(*), -sum(amount) FROM retail.cancellations", "3836|9288|-896812.490")]
    [InlineData("SELECT count(*) FROM retail.fact_lines WHERE kind = 'adjustment'", "3")]
    [InlineData("SELECT count(*) FILTER (WHERE customer_id IS NULL), count(*) FILTER (WHERE description IS NULL) FROM retail.fact_lines", "135080|1454")]
    [InlineData("SELECT count(*) FILTER (WHERE quantity < 0), count(*) FILTER (WHERE unit_price = 0), count(*) FILTER (WHERE unit_price < 0) FROM retail.fact_lines", "10624|2515|2")]
    [InlineData("SELECT (SELECT count(*) FROM retail.customers), (SELECT count(*) FROM retail.invoices), (SELECT count(*) FROM retail.sales_by_product), (SELECT count(*) FROM retail.sales_by_country)", "4372|25900|4070|38")]
    [InlineData("SELECT (SELECT count(*) FROM retail_raw.lines) - (SELECT count(*) FROM (SELECT DISTINCT \"InvoiceNo\", \"StockCode\", \"Description\", \"Quantity\", \"InvoiceDate\", \"UnitPrice\", \"CustomerID\", \"Country\" FROM retail_raw.lines))", "5268")]
    [InlineData("SELECT count(*), sum(n - 1)::BIGINT FROM (SELECT count(*) AS n FROM retail.fact_lines GROUP BY invoice_no, stock_code) WHERE n > 1", "9694|10684")]
    [InlineData("SELECT country, revenue FROM retail.sales_by_country ORDER BY revenue DESC LIMIT 3", "United Kingdom|8187806.364;Netherlands|284661.540;EIRE|263276.820")]
    [InlineData("SELECT CAST(month AS DATE)::VARCHAR, revenue FROM retail.sales_by_month WHERE month IN ('2010-12-01', '2011-11-01', '2011-12-01') ORDER BY 1", "2010-12-01|748957.020;2011-11-01|1461756.250;2011-12-01|433668.010")]
    [InlineData("SELECT lines, amount, customer_id FROM retail.invoices WHERE invoice_no = '536365'", "7|139.120|17850")]
    [InlineData("SELECT lines FROM retail.invoices WHERE invoice_no = '573585'", "1114")]
    [InlineData("SELECT customer_id, invoices FROM retail.customers WHERE customer_id IN (17850, 14911) ORDER BY 1 DESC", "17850|35;14911|248")]
    [InlineData("SELECT count(*) FILTER (WHERE contains(\"Description\", '\"')), count(*) FILTER (WHERE contains(\"Description\", ',')), count(*) FILTER (WHERE \"Description\" <> trim(\"Description\")), count(*) FILTER (WHERE contains(\"Description\", '£')) FROM retail_raw.lines", "1239|4796|113452|32")]
    public async Task A_figure_is_exact(string sql, string expected) => Assert.Equal(expected, string.Join(';', await (await files.RunAsync()).Project.QueryAsync(sql)));

    [Fact]
    public async Task Shuffled_and_in_portions_the_tables_are_those_of_one_go()
    {
        var names = Directory.GetFiles(Files.Folder).Order(StringComparer.Ordinal).ToArray();
        new Random(5).Shuffle(names);
        using var project = new TestProject("retail");
        project.Variables["data"] = Path.Combine(project.Root, "in");
        Directory.CreateDirectory(project.Variables["data"]);
        foreach (var portion in names.Chunk(153))
        {
            foreach (var file in portion)
                File.CreateSymbolicLink(Path.Combine(project.Variables["data"], Path.GetFileName(file)), file);
            var run = await project.RunAsync();
            Assert.True(run.State == RunState.Succeeded, run.Message);
        }

        Assert.Equal(await (await files.RunAsync()).Project.QueryAsync(Tables), await project.QueryAsync(Tables));
    }

    [Fact]
    public async Task One_file_at_a_time_gives_the_tables_of_one_go()
    {
        var names = Directory.GetFiles(Files.Folder).Order(StringComparer.Ordinal).Take(8).ToArray();
        using var project = new TestProject("retail");
        using var whole = new TestProject("retail");
        foreach (var at in new[] { project, whole })
        {
            at.Variables["data"] = Path.Combine(at.Root, "in");
            Directory.CreateDirectory(at.Variables["data"]);
        }
        foreach (var file in names.Reverse())
        {
            File.Copy(file, Path.Combine(project.Variables["data"], Path.GetFileName(file)));
            File.Copy(file, Path.Combine(whole.Variables["data"], Path.GetFileName(file)));
            await project.RunAsync();
        }
        await whole.RunAsync();

        Assert.Equal(await whole.QueryAsync(Tables), await project.QueryAsync(Tables));
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        var again = await (await files.RunAsync()).Project.RunAsync();
        Assert.Equal((RunState.Succeeded, "nothing changed"), (again.State, again.Message));
    }
}
