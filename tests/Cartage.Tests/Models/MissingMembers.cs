using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Models;

/// <summary>What stands in a fact for a dimension's member that is not there, and what becomes of it when it comes.</summary>
public sealed class MissingMembers : IDisposable
{
    readonly TestProject _project = new TestProject()
        .Write("project.yml", "name: small\n")
        .Write("pipelines/shop/pipeline.yml", "description: a small shop\n")
        .Write("pipelines/shop/feeds/files.yml", """
            feeds:
              customers:
                files: in/customers*.csv
                key: [customer_id]
                cursor: updated_at
                columns: { customer_id: integer, name: text, updated_at: timestamp }
              orders:
                files: in/orders*.csv
                key: [order_id]
                columns: { order_id: integer, customer_id: integer, order_date: date }
            """)
        .Write("pipelines/shop/models/dim_customers.sql", "/* ---\nkind: scd2\nkey: customer_id\nsurrogate: customer_key\nupdated_at: updated_at\n--- */\nselect customer_id, name, updated_at, _object, _record from customers_history")
        .Write("in/customers1.csv", "customer_id,name,updated_at\n1,Ann,2030-01-01 00:00\n")
        .Write("in/orders1.csv", "order_id,customer_id,order_date\n10,1,2030-01-02\n20,2,2030-01-03\n30,,2030-01-04\n");

    public void Dispose() => _project.Dispose();

    TestProject With(string missing) =>
        _project.Write("pipelines/shop/models/fact.sql", $"/* ---\nkey: order_id\ndimensions: {{ customer_key: {{ table: dim_customers, key: customer_id, at: order_date, missing: {missing} }} }}\n--- */\nselect order_id, customer_id, order_date from orders");

    Task<List<string>> FactsAsync() =>
        _project.QueryAsync("SELECT f.order_id, coalesce(CAST(d.customer_id AS VARCHAR), 'unknown'), d.name, f.customer_key = -1 FROM shop.fact f JOIN shop.dim_customers d USING (customer_key) ORDER BY 1");

    [Fact]
    public async Task Unknown_is_minus_one_until_the_member_comes()
    {
        await With("unknown").RunAsync();
        Assert.Equal(["10|1|Ann|False", "20|unknown|Unknown|True", "30|unknown|Unknown|True"], await FactsAsync());

        await _project.Write("in/customers2.csv", "customer_id,name,updated_at\n2,Bob,2030-01-01 00:00\n").RunAsync();
        Assert.Equal(["10|1|Ann|False", "20|2|Bob|False", "30|unknown|Unknown|True"], await FactsAsync());
    }

    [Fact]
    public async Task Infer_makes_a_placeholder_that_the_real_member_fills_and_the_fact_stays()
    {
        await With("infer").RunAsync();
        Assert.Equal(["10|1|Ann|False", "20|2||False", "30|unknown|Unknown|True"], await FactsAsync());
        Assert.Equal(["2"], await _project.QueryAsync("SELECT customer_id FROM shop.dim_customers WHERE _inferred"));
        var key = await _project.ScalarAsync("SELECT customer_key FROM shop.fact WHERE order_id = 20");

        var run = await _project.Write("in/customers2.csv", "customer_id,name,updated_at\n2,Bob,2030-01-02 00:00\n2,Rob,2030-02-01 00:00\n").RunAsync();

        Assert.Equal(["10|1|Ann|False", "20|2|Bob|False", "30|unknown|Unknown|True"], await FactsAsync());
        Assert.Equal(key, await _project.ScalarAsync("SELECT customer_key FROM shop.fact WHERE order_id = 20"));
        Assert.Empty(await _project.QueryAsync("SELECT customer_id FROM shop.dim_customers WHERE _inferred"));
        Assert.Equal(0, run.Tasks.Where(t => t is { Kind: "build", Name: "fact" }).Sum(t => t.Inserted + t.Updated + t.Deleted));
    }

    [Fact]
    public async Task A_placeholder_stays_while_other_members_change()
    {
        await With("infer").RunAsync();
        await _project.Write("in/customers2.csv", "customer_id,name,updated_at\n1,Anna,2030-03-01 00:00\n").RunAsync();

        Assert.Equal(["2"], await _project.QueryAsync("SELECT customer_id FROM shop.dim_customers WHERE _inferred"));
        Assert.Equal(["10|1|Ann|False", "20|2||False", "30|unknown|Unknown|True"], await FactsAsync());
    }

    // Files in any order and any batches, then all at once: the same tables.
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task Infer_gives_the_same_tables_in_any_order(int seed)
    {
        With("infer");
        (string Name, string Content)[] files =
        [
            ("in/customers2.csv", "customer_id,name,updated_at\n2,Bob,2030-01-02 00:00\n3,Cid,2030-01-02 00:00\n"),
            ("in/customers3.csv", "customer_id,name,updated_at\n2,Rob,2030-02-01 00:00\n"),
            ("in/orders2.csv", "order_id,customer_id,order_date\n40,3,2030-01-05\n50,4,2030-01-06\n"),
            ("in/orders3.csv", "order_id,customer_id,order_date\n60,2,2030-03-01\n"),
        ];
        new Random(seed).Shuffle(files);
        var dice = new Random(seed);
        foreach (var (name, content) in files)
        {
            _project.Write(name, content);
            if (dice.Next(2) == 0)
                await _project.RunAsync();
        }
        await _project.RunAsync();
        var stepwise = await AllAsync();

        await _project.RunAsync(new() { FullRefresh = true });

        Assert.Equal(await AllAsync(), stepwise);
    }

    [Fact]
    public async Task Reject_publishes_nothing_and_says_which()
    {
        await With("unknown").RunAsync();
        var before = await AllAsync();

        With("reject").Write("in/orders2.csv", "order_id,customer_id,order_date\n40,1,2030-01-05\n");
        var run = await _project.RunAsync();

        Assert.Equal(RunState.Rejected, run.State);
        Assert.Equal("fact: 1 values of customer_id are not in dim_customers, such as '2'", run.Message);
        Assert.Equal(before, await AllAsync());

        var mended = await _project.Write("in/customers2.csv", "customer_id,name,updated_at\n2,Bob,2030-01-01 00:00\n").RunAsync();
        Assert.Equal(RunState.Succeeded, mended.State);
        Assert.Equal("4", await _project.ScalarAsync("SELECT count(*) FROM shop.fact"));
    }

    Task<List<string>> AllAsync() =>
        _project.QueryAsync("SELECT 'fact', f.order_id, f.customer_key, CAST(f.order_date AS VARCHAR), NULL FROM shop.fact f UNION ALL SELECT 'dim', d.customer_id, d.customer_key, d.name, d.valid_from || ' ' || d.valid_to || d.is_current || d._inferred FROM shop.dim_customers d ORDER BY ALL");
}
