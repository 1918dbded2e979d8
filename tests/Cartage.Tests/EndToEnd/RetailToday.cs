using Cartage.Runs;
using Cartage.Tests.Support;

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

    public RetailToday() => _project.Variables["data"] = Path.Combine(_project.Root, "in");

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

    async Task<RunResult> RunAsync(string file, string content)
    {
        _project.Write("in/" + file, content);
        var run = await _project.RunAsync();
        Assert.True(run.State is RunState.Succeeded or RunState.Quarantined, run.Message);
        return run;
    }
}
