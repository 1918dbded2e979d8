using System.Net;
using System.Net.Http.Json;
using Cartage.Host.Access;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Tests.Web;

namespace Cartage.Tests.EndToEnd;

/// <summary>What goes wrong with a retailer's lines today, and does not here.</summary>
public sealed class RetailToday : IDisposable
{
    const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    const string Day = Header + "536365,85123A,\"HOLDER, \"\"BIG\"\"\",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
        + "536365,85123A,\"HOLDER, \"\"BIG\"\"\",2,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
        + "536365,85123A,\"HOLDER, \"\"BIG\"\"\",2,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
        + "536366,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom\n";

    readonly TestProject _project = new("retail");

    public RetailToday() => _project.Variables["data"] = Path.Combine(_project.Root, ".cartage", "sample");

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task The_second_line_of_a_stock_code_on_an_invoice_overwrites_the_first()
    {
        await RunAsync("2010-12-01.csv", Day);
        Assert.Equal(["536365|1|2", "536365|2|2", "536365|3|6"], await _project.QueryAsync("SELECT invoice_no, line_no, quantity FROM retail.fact_lines WHERE stock_code = '85123A' ORDER BY 2"));
        Assert.Equal("25.500", await _project.ScalarAsync("SELECT amount FROM retail.invoices WHERE invoice_no = '536365'"));
    }

    [Fact]
    public async Task Lines_without_a_customer_are_dropped_or_block_the_shard()
    {
        await RunAsync("2010-12-01.csv", Day);
        Assert.Equal("536366||56", await _project.ScalarAsync("SELECT invoice_no, customer_id, quantity FROM retail.fact_lines WHERE customer_id IS NULL"));
        Assert.Equal("4", await _project.ScalarAsync("SELECT sum(lines)::BIGINT FROM retail.invoices"));
    }

    [Fact]
    public async Task Escaping_is_stripped()
    {
        await RunAsync("2010-12-01.csv", Day);
        Assert.Equal("HOLDER, \"BIG\"", await _project.ScalarAsync("SELECT DISTINCT description FROM retail.fact_lines WHERE stock_code = '85123A'"));
    }

    [Fact]
    public async Task Redelivery_doubles_rows()
    {
        await RunAsync("2010-12-01.csv", Day);
        await RunAsync("2010-12-01.csv", Day);
        Assert.Equal("4", await _project.ScalarAsync("SELECT count(*) FROM retail.fact_lines"));

        var corrected = await RunAsync("2010-12-01.csv", Day.Replace(",56,", ",57,", StringComparison.Ordinal) + "536367,22139,,1,2010-12-01 12:00:00,1.0,,France\n");
        Assert.True(Assert.Single(corrected.Equations).Holds);
        Assert.Equal(["2", "2", "6", "57", "1"], await _project.QueryAsync("SELECT quantity FROM retail.fact_lines ORDER BY invoice_no, line_no"));

        await _project.RunAsync(new() { FullRefresh = true });
        Assert.Equal("5", await _project.ScalarAsync("SELECT count(*) FROM retail.fact_lines"));
    }

    [Fact]
    public async Task A_file_that_comes_again_without_a_broken_line_takes_it_out_of_the_quarantine()
    {
        await RunAsync("2010-12-01.csv", Day + "536367,22139,,lots,2010-12-01 12:00:00,1.0,,France\n");
        Assert.Equal("open", await _project.ScalarAsync("SELECT _status FROM retail_quarantine.lines"));

        await RunAsync("2010-12-01.csv", Day);
        Assert.Equal("discarded", await _project.ScalarAsync("SELECT _status FROM retail_quarantine.lines"));
        Assert.Equal("4", await _project.ScalarAsync("SELECT count(*) FROM retail.fact_lines"));
    }

    [Fact]
    public async Task Dates_stay_text()
    {
        await RunAsync("2010-12-01.csv", Day);
        Assert.Equal("TIMESTAMP|DATE", await _project.ScalarAsync("SELECT typeof(invoice_time), typeof(invoice_date) FROM retail.fact_lines LIMIT 1"));
    }

    [Theory]
    [InlineData("/api/tables/retail/receipts"), InlineData("/api/tables/nothing/invoices"), InlineData("/api/runs/20100101T000000Z-none"), InlineData("/api/reports/20100101T000000Z-none")]
    public async Task An_unknown_invoice_is_a_server_error(string path)
    {
        await RunAsync("2010-12-01.csv", Day);
        await using var served = await Served.StartAsync(_project.Root);
        using var program = await served.ProgramAsync(Role.Viewer);

        var invoice = await Served.JsonAsync(await program.PostAsJsonAsync("/api/sql", new { sql = "select * from retail.invoices where invoice_no = '999999'" }));
        Assert.Equal(0, invoice.GetProperty("rows").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound, (await program.GetAsync(path)).StatusCode);
    }

    // Work is cut by file, whatever stands in it: lines of one country and one customer land apart and are read apart.
    [Fact]
    public async Task One_partition_key_makes_one_hot_shard()
    {
        for (var day = 1; day <= 20; day++)
            _project.Write($".cartage/sample/2010-12-{day:00}.csv", Header + string.Concat(Enumerable.Range(0, 100).Select(n => $"5{day:00}{n:000},22139,,1,2010-12-{day:00} 10:00:00,1.0,17850.0,United Kingdom\n")));
        var run = await _project.RunAsync();

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal("20|100|100", await _project.ScalarAsync("SELECT count(*), min(n), max(n) FROM (SELECT count(*) AS n FROM retail_raw.lines GROUP BY _object)"));
        Assert.Equal("17850|2000", await _project.ScalarAsync("SELECT customer_id, invoices FROM retail.customers"));
    }

    // As small files of a few lines, in no order and some told twice, and as one file of all.
    [Fact]
    public async Task Stream_and_batch_load_the_same_facts_and_never_meet()
    {
        const string facts = "SELECT invoice_no, line_no, kind, stock_code, description, quantity, unit_price, revenue, invoice_time, customer_id, country FROM retail.fact_lines ORDER BY ALL";
        const string invoices = "SELECT * FROM retail.invoices ORDER BY invoice_no";
        var lines = Enumerable.Range(0, 60).Select(n => $"{(n % 9 == 0 ? "C" : "")}5363{n / 3:00},{n % 4},\"THING {n % 4}\",{(n % 9 == 0 ? -1 : n % 5 + 1)},2010-12-01 08:{n / 3:00}:00,2.55,{(n / 3 % 7 == 0 ? "" : "17850.0")},France\n").ToList();
        var posted = lines.Chunk(7).Select((some, n) => (Name: $"batch-{n:000}.csv", Content: Header + string.Concat(some))).ToArray();
        new Random(3).Shuffle(posted);
        foreach (var (name, content) in posted.Concat(posted.Take(3)))
            await RunAsync(name, content);
        using var bulk = new TestProject("retail").Write("in/all.csv", Header + string.Concat(lines));
        bulk.Variables["data"] = Path.Combine(bulk.Root, "in");
        await bulk.RunAsync();

        Assert.Equal(60, (await bulk.QueryAsync(facts)).Count);
        Assert.Equal(await bulk.QueryAsync(facts), await _project.QueryAsync(facts));
        Assert.Equal(await bulk.QueryAsync(invoices), await _project.QueryAsync(invoices));

        // Both in one feed: nobody can tell a line that is told twice from two equal lines, so nothing is published.
        _project.Write(".cartage/sample/all.csv", Header + string.Concat(lines));
        var both = await _project.RunAsync();
        Assert.Equal(RunState.Rejected, both.State);
        Assert.Contains("invoices_told_twice", both.Message, StringComparison.Ordinal);
        Assert.Equal(await bulk.QueryAsync(facts), await _project.QueryAsync(facts));

        await RunAsync("all.csv", Header);
        Assert.Equal(await bulk.QueryAsync(facts), await _project.QueryAsync(facts));
    }

    async Task<RunResult> RunAsync(string file, string content)
    {
        _project.Write(".cartage/sample/" + file, content);
        var run = await _project.RunAsync();
        Assert.True(run.State is RunState.Succeeded or RunState.Quarantined, run.Message);
        return run;
    }
}
