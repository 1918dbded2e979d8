using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>What goes wrong with daily transaction files today, and does not here.</summary>
public sealed class TransactionsToday : IDisposable
{
    const string Header = "transaction_id,customer_id,product_id,quantity,price,transaction_date,payment_type,status\n";

    readonly TestProject _project = new("transactions");

    public TransactionsToday()
    {
        _project.Variables["data"] = Path.Combine(_project.Root, "in");
        _project.Write("in/customers.csv", "customer_id,first_name,last_name,email,membership_level\nC1,Ann,Lee,ann@example.com,Gold\n")
            .Write("in/products.csv", "product_id,product_name,category,price,supplier_id\nP1,Lamp,Tools,50.00,S1\nP2,Fan,Tools,50.01,S1\nP3,Pin,Tools,100.00,S1\nP4,Pen,Tools,100.01,S1\n");
        Day(1, "T1,C1,P1,2,50.00,2024-01-01,cash,completed\n");
    }

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task Only_the_first_record_of_an_event_is_read()
    {
        Day(2, "T2,C1,P1,1,50.00,2024-01-02,cash,completed\nT3,C1,P1,1,50.00,2024-01-02,cash,completed\n");
        Day(3, "T4,C1,P1,1,50.00,2024-01-03,cash,completed\n");
        await _project.RunAsync();
        Assert.Equal(["T1", "T2", "T3", "T4"], await _project.QueryAsync("SELECT transaction_id FROM transactions.fact_transactions ORDER BY 1"));
    }

    [Fact]
    public async Task Every_run_reloads_every_file_and_appends()
    {
        await _project.RunAsync();
        Day(2, "T2,C1,P1,1,50.00,2024-01-02,cash,completed\n");
        var second = await _project.RunAsync();
        Assert.Equal(1, Assert.Single(second.Equations, e => e.Read > 0).Read);
        Assert.Equal("2", await _project.ScalarAsync("SELECT count(*) FROM transactions.fact_transactions"));
        Assert.Equal("nothing changed", (await _project.RunAsync()).Message);
    }

    [Fact]
    public async Task The_unknown_ids_vanish_without_a_count()
    {
        Day(2, "T2,C9,P1,1,50.00,2024-01-02,cash,completed\nT3,X1,P1,1,50.00,2024-01-02,cash,completed\nT4,C1,P9,1,50.00,2024-01-02,cash,completed\n");
        var run = await _project.RunAsync();
        Assert.Equal(3, run.Equations.Single(e => e.Feed == "payments").Quarantined);
        Assert.Equal(["T2", "T3", "T4"], await _project.QueryAsync("SELECT transaction_id FROM transactions_quarantine.payments WHERE _status = 'open' ORDER BY 1"));

        _project.Write("in/customers.csv", "customer_id,first_name,last_name,email,membership_level\nC1,Ann,Lee,ann@example.com,Gold\nC9,Bob,Ray,bob@example.com,Gold\n");
        await _project.RunAsync();
        Assert.Equal("1", await _project.ScalarAsync("SELECT count(*) FROM transactions.fact_transactions WHERE transaction_id = 'T2'"));
    }

    [Fact]
    public async Task A_size_ends_exactly_at_100_and_500()
    {
        Day(2, "T2,C1,P2,2,50.01,2024-01-02,cash,completed\nT3,C1,P3,5,100.00,2024-01-02,cash,completed\nT4,C1,P4,5,100.01,2024-01-02,cash,completed\n");
        await _project.RunAsync();
        Assert.Equal(["100.00|Small", "100.02|Medium", "500.00|Medium", "500.05|Large"], await _project.QueryAsync("SELECT total_amount, transaction_type FROM transactions.fact_transactions ORDER BY 1"));
    }

    [Fact]
    public async Task The_real_products_give_56_small_114_medium_30_large()
    {
        var real = TestProject.RealData("transactions");
        foreach (var list in new[] { "customers.csv", "products.csv" })
            File.Copy(Path.Combine(real, list), Path.Combine(_project.Root, "in", list), overwrite: true);
        var products = File.ReadLines(Path.Combine(real, "products.csv")).Skip(1).Where(l => l.Length > 0).Select(l => l.Split(',')).ToList();
        var customer = File.ReadLines(Path.Combine(real, "customers.csv")).Skip(1).First().Split(',')[0];
        Day(1, string.Concat(products.SelectMany(p => Enumerable.Range(1, 10).Select(q => $"T{p[0]}{q},{customer},{p[0]},{q},{p[3]},2024-01-01,cash,completed\n"))));
        await _project.RunAsync();
        Assert.Equal(["Large|30", "Medium|114", "Small|56"], await _project.QueryAsync("SELECT transaction_type, count(*) FROM transactions.fact_transactions GROUP BY 1 ORDER BY 1"));
    }

    void Day(int day, string rows) => _project.Write($"in/transactions/year=2024/month=01/day={day:D2}/transaction_2024-01-{day:D2}.csv", Header + rows);
}
