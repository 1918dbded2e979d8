using Cartage.Tests.Automation;
using Cartage.Tests.Cli;
using Cartage.Tests.Support;
using Cartage.Triggers;

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

    // Both files are told while a run is open that looked at the folder before the second was there.
    [Fact]
    public async Task An_event_while_the_crawler_is_busy_is_lost()
    {
        var clock = new FakeClock("2024-01-03T12:00Z");
        await using var bench = await Bench.OpenAsync(clock, _project);
        using var inbox = new EventInbox(bench.Workspace.Store, clock);
        await using var starter = new Starter(bench.Orders, bench.Sensors, () => bench.Workspace, clock);
        var starts = new EventStarts(bench.Orders, starter, inbox, () => bench.Workspace, clock);
        async Task TellAsync(int day)
        {
            Assert.Equal(1, await inbox.AddObjectsAsync(bench.Project, [new(Day(day, $"T{day},C1,P1,1,50.00,2024-01-0{day},cash,completed\n"), $"{day}", null)], CancellationToken.None));
            clock.Advance(TimeSpan.FromSeconds(1));
            await starts.PassAsync(CancellationToken.None);
        }
        async Task<long> LoadAsync() => Assert.Single(await bench.Workspace.RunAsync(await bench.Workspace.PlanAsync(new(), CancellationToken.None), new(), null, CancellationToken.None)).Equations.Single(e => e.Feed == "payments").Inserted;

        await TellAsync(2);
        Assert.Equal(2, await LoadAsync());
        await TellAsync(3);
        Assert.Single(bench.Asked);

        await bench.EndAsync();
        await starts.PassAsync(CancellationToken.None);
        Assert.Equal(2, bench.Asked.Count);
        Assert.Equal(1, await LoadAsync());
        Assert.Empty(await inbox.PendingAsync(CancellationToken.None));
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

    [Fact]
    public async Task Success_and_failure_are_told_with_counts()
    {
        await using var server = new MailServer();
        _project.Write("project.yml", File.ReadAllText(Path.Combine(_project.Root, "project.yml")).Replace("smtp://127.0.0.1:2525", $"smtp://127.0.0.1:{server.Port}", StringComparison.Ordinal));
        Task<Answer> RunAsync() => Typed.InAsync(_project.Root, "run", "--env", "live", "--var", $"data={_project.Variables["data"]}");

        Assert.Equal(0, (await RunAsync()).Code);
        Assert.Contains("payments: 1 read, 1 new", Assert.Single(server.Mails).Text, StringComparison.Ordinal);
        File.Delete(Path.Combine(_project.Root, "in", "products.csv"));
        Assert.Equal(1, (await RunAsync()).Code);
        Assert.Contains("transactions failed", server.Mails.Last().Data, StringComparison.Ordinal);
    }

    string Day(int day, string rows)
    {
        var path = $"in/transactions/year=2024/month=01/day={day:D2}/transaction_2024-01-{day:D2}.csv";
        return Path.Combine(_project.Write(path, Header + rows).Root, path);
    }
}
