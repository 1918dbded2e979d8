using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Tests.Warehouses;

namespace Cartage.Tests.Ingest;

/// <summary>Rows whose parent is not there come in, and a placeholder stands for it until it comes.</summary>
public sealed class Placeholders
{
    const string Orders = "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,2024-01-05 00:00:00\n2,9,2024-01-05,20.00,2024-01-05 00:00:00\n3,9,2024-01-06,5.00,2024-01-06 00:00:00\n";
    const string Header = "customer_id,name,city,updated_at,is_active\n";
    const string Customers = Header + "1,Ann,Paris,2024-01-01 00:00:00,Y\n";
    const string Facts = "SELECT order_id, d.customer_id, name FROM shop.fact_orders JOIN shop.dim_customers d USING (customer_key) ORDER BY 1";

    [Fact]
    public async Task A_placeholder_is_filled_by_the_real_row_and_leaves_nothing_behind()
    {
        using var project = SmallShop.Create("infer").Write("in/customers.csv", Customers).Write("in/orders.csv", Orders);
        var run = await project.RunAsync();
        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        Assert.Equal((1, 1), (run.Equations.Single(e => e.Feed == "customers").Read, run.Equations.Single(e => e.Feed == "customers").Inserted));
        Assert.Equal(["1|Ann|False", "9||True"], await project.QueryAsync("SELECT customer_id, name, _object IS NULL FROM shop_raw.customers ORDER BY 1"));
        Assert.Equal(["1|1|Ann", "2|9|", "3|9|"], await project.QueryAsync(Facts));
        Assert.Equal("nothing changed", (await project.RunAsync()).Message);

        project.Write("in/customers-2.csv", Header + "9,Ida,Oslo,2024-01-07 00:00:00,Y\n");
        Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);
        Assert.Equal(["1|1|Ann", "2|9|Ida", "3|9|Ida"], await project.QueryAsync(Facts));
        Assert.Equal("0|2|2", await project.ScalarAsync("SELECT count(*) FILTER (WHERE _object IS NULL), count(*), (SELECT count(*) FROM shop_raw.customers_history) FROM shop_raw.customers"));
    }

    // A row that says nothing but its key is still a row that came.
    [Fact]
    public async Task A_real_row_without_a_word_takes_the_place_too()
    {
        using var project = SmallShop.Create("infer").Write("in/customers.csv", Customers).Write("in/orders.csv", Orders);
        var feeds = Path.Combine(project.Root, "pipelines/shop/feeds/files.yml");
        File.WriteAllText(feeds, File.ReadAllText(feeds).Replace("name: { type: text, required: true }", "name: { type: text }", StringComparison.Ordinal));
        await project.RunAsync();
        project.Write("in/customers-2.csv", Header + "9,,,,\n");
        var run = await project.RunAsync();
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        Assert.Equal("2|0|2", await project.ScalarAsync("SELECT count(*), count(*) FILTER (WHERE _object IS NULL), (SELECT count(*) FROM shop_raw.customers_history) FROM shop_raw.customers"));
    }

    // Whoever comes first: the child that makes placeholders, the one that waits for real rows, or the parent.
    [Theory, InlineData("visits,orders,customers"), InlineData("orders,visits,customers"), InlineData("customers,visits,orders")]
    public async Task A_placeholder_is_no_parent_to_those_that_wait_for_one(string order)
    {
        using var project = SmallShop.Create("infer").Write("in/customers.csv", Customers).Write("in/orders.csv", Orders.Split('\n')[0] + "\n").Write("in/visits.csv", "visit_id,customer_id\n")
            .Write("pipelines/shop/feeds/visits.yml", "feeds:\n  visits:\n    files: in/visits*.csv\n    key: [visit_id]\n    columns: { visit_id: integer, customer_id: { type: integer, references: { feed: customers, column: customer_id } } }\n");
        var there = false;
        foreach (var step in order.Split(','))
        {
            project.Write($"in/{step}-2.csv", step switch { "orders" => Orders, "visits" => "visit_id,customer_id\n1,9\n", _ => Header + "9,Ida,Oslo,2024-01-07 00:00:00,Y\n" });
            there |= step == "customers";
            Assert.All((await project.RunAsync()).Equations, e => Assert.True(e.Holds, e.ToString()));
            if (step == "visits")
                Assert.Equal(there ? "1" : "0", await project.ScalarAsync("SELECT count(*) FROM shop_raw.visits"));
        }
        Assert.Equal("1", await project.ScalarAsync("SELECT count(*) FROM shop_raw.visits"));
        Assert.Equal(["1|1|Ann", "2|9|Ida", "3|9|Ida"], await project.QueryAsync(Facts));
    }

    [Fact]
    public async Task A_feed_may_refer_to_itself()
    {
        using var project = SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders)
            .Write("pipelines/shop/feeds/staffs.yml", "feeds:\n  staffs:\n    files: in/staffs*.csv\n    key: [staff_id]\n    columns: { staff_id: integer, manager_id: { type: integer, references: { feed: staffs, column: staff_id, on_missing: infer } } }\n")
            .Write("in/staffs.csv", "staff_id,manager_id\n1,2\n2,\n3,7\n4,7\n");
        await project.RunAsync();
        Assert.Equal(["1|2|False", "2||False", "3|7|False", "4|7|False", "7||True"], await project.QueryAsync("SELECT staff_id, manager_id, _object IS NULL FROM shop_raw.staffs ORDER BY 1"));
        project.Write("in/staffs-2.csv", "staff_id,manager_id\n7,8\n");
        await project.RunAsync();
        Assert.Equal(["7|8|False", "8||True"], await project.QueryAsync("SELECT staff_id, manager_id, _object IS NULL FROM shop_raw.staffs WHERE staff_id > 4 ORDER BY 1"));
    }

    // Teams have a lead, people have a team; whoever comes first.
    [Theory, InlineData("teams", "people"), InlineData("people", "teams")]
    public async Task Two_feeds_may_make_placeholders_for_each_other(string first, string second)
    {
        string Feed(string name, string other) => $"  {name}:\n    files: in/{name}*.csv\n    key: [id]\n    columns: {{ id: integer, of: {{ type: integer, references: {{ feed: {other}, column: id, on_missing: infer }} }} }}\n";
        using var project = SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders).Write("pipelines/shop/feeds/more.yml", "feeds:\n" + Feed("teams", "people") + Feed("people", "teams")).Write("in/teams.csv", "id,of\n").Write("in/people.csv", "id,of\n");
        var content = new Dictionary<string, string> { ["teams"] = "id,of\n1,11\n2,19\n", ["people"] = "id,of\n11,1\n12,7\n" };
        await RunAsync();
        project.Write($"in/{first}-2.csv", content[first]);
        await RunAsync();
        project.Write($"in/{second}-2.csv", content[second]);
        await RunAsync();
        await HoldsAsync();
        await RunAsync(new() { FullRefresh = true });
        await HoldsAsync();

        async Task RunAsync(RunRequest? request = null) => Assert.All((await project.RunAsync(request)).Equations, e => Assert.True(e.Holds, e.ToString()));

        async Task HoldsAsync()
        {
            Assert.Equal(["1|11|False", "2|19|False", "7||True"], await project.QueryAsync("SELECT id, of, _object IS NULL FROM shop_raw.teams ORDER BY 1"));
            Assert.Equal(["11|1|False", "12|7|False", "19||True"], await project.QueryAsync("SELECT id, of, _object IS NULL FROM shop_raw.people ORDER BY 1"));
        }
    }

    // Each other's rows are looked at in turn: what goes aside on one side later was still there for the other.
    [Theory]
    [InlineData("teams", "people", "11,1,a\n11,1,b\n12,1,c\n"), InlineData("people", "teams", "11,1,a\n11,1,b\n12,1,c\n")] // two rows that nothing orders
    [InlineData("teams", "people", "11,1,zz\n12,1,c\n")] // another parent keeps it out
    public async Task A_parent_that_goes_aside_after_its_children_were_looked_at_has_a_placeholder(string first, string second, string people)
    {
        string Feed(string name) => $"  {name}:\n    files: in/{name}*.csv\n    key: [id]\n    columns:\n      id: integer\n      of: {{ type: integer, references: {{ feed: {(name == "teams" ? "people" : "teams")}, column: id, on_missing: infer }} }}\n      code: {{ type: text{(name == "people" ? ", references: { feed: codes, column: code }" : "")} }}\n";
        using var project = SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders)
            .Write("pipelines/shop/feeds/more.yml", "feeds:\n" + Feed(first) + Feed(second) + "  codes:\n    files: in/codes.csv\n    key: [code]\n    columns: { code: text }\n")
            .Write("in/codes.csv", "code\na\nb\nc\n").Write("in/teams.csv", "id,of,code\n1,11,a\n").Write("in/people.csv", "id,of,code\n" + people);
        for (var again = false; ; again = true)
        {
            Assert.All((await project.RunAsync(new() { FullRefresh = again })).Equations, e => Assert.True(e.Holds, e.ToString()));
            Assert.Equal(["11||True", "12|1|False"], await project.QueryAsync("SELECT id, of, _object IS NULL FROM shop_raw.people ORDER BY 1"));
            if (again)
                return;
        }
    }

    [Theory]
    [InlineData("1,2,1\n2,,99\n3,1,1\n4,,1\n", "4")] // the manager's customer is not there
    [InlineData("1,2,1\n2,,1\n2,4,1\n3,1,1\n4,,1\n", "4")] // there are two of the manager
    public async Task In_a_feed_that_refers_to_itself_children_go_aside_with_their_parents(string staffs, string stay)
    {
        using var project = SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders)
            .Write("pipelines/shop/feeds/staffs.yml", "feeds:\n  staffs:\n    files: in/staffs*.csv\n    key: [staff_id]\n    columns:\n      staff_id: integer\n      manager_id: { type: integer, references: { feed: staffs, column: staff_id } }\n      customer_id: { type: integer, references: { feed: customers, column: customer_id } }\n")
            .Write("in/staffs.csv", "staff_id,manager_id,customer_id\n" + staffs);

        Assert.All((await project.RunAsync()).Equations, e => Assert.True(e.Holds, e.ToString()));

        Assert.Equal([stay], await project.QueryAsync("SELECT staff_id FROM shop_raw.staffs"));
        Assert.Equal(["1|parent_quarantined", "3|parent_quarantined"], await project.QueryAsync("SELECT staff_id, _rules FROM shop_quarantine.staffs WHERE staff_id <> '2' ORDER BY 1"));
    }

    // Without a key a file that comes again stands for what it was; so do the placeholders made for it.
    [Fact]
    public async Task A_placeholder_that_nobody_refers_to_any_more_goes()
    {
        using var project = SmallShop.Create("infer").Write("in/customers.csv", Customers).Write("in/orders.csv", Orders.Replace("3,9,", "3,8,", StringComparison.Ordinal))
            .Write("pipelines/shop/feeds/visits.yml", "feeds:\n  visits:\n    files: in/visits*.csv\n    columns: { customer_id: { type: integer, references: { feed: customers, column: customer_id, on_missing: infer } } }\n")
            .Write("in/visits.csv", "customer_id\n5\n6\n7\n9\n").Write("in/visits-2.csv", "customer_id\n7\n");
        await project.RunAsync();
        Assert.Equal(["1", "5", "6", "7", "8", "9"], await project.QueryAsync("SELECT customer_id FROM shop_raw.customers ORDER BY 1"));

        project.Write("in/visits.csv", "customer_id\n1\n6\n4\n");
        var run = await project.RunAsync();

        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        Assert.Equal(["1", "4", "6", "7", "8", "9"], await project.QueryAsync("SELECT customer_id FROM shop_raw.customers ORDER BY 1"));
        var state = await SmallShop.StateAsync(project);
        await project.RunAsync(new() { FullRefresh = true });
        Assert.Equal(state, await SmallShop.StateAsync(project));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task Days_in_any_order_and_all_of_it_again_give_the_same_tables(int seed)
    {
        var days = ConformanceDays.Make(seed);
        var shuffled = days.ToArray();
        new Random(seed).Shuffle(shuffled);
        var expected = await StateAsync([days.SelectMany(d => d)]);
        Assert.Equal(expected, await StateAsync(shuffled));
        Assert.Equal(expected, await StateAsync([shuffled.Select(d => d[1]), shuffled.Select(d => d[0])])); // all orders before any customer

        static async Task<string> StateAsync(IEnumerable<IEnumerable<(string File, string Content)>> batches)
        {
            using var project = SmallShop.Create("infer").Write("in/customers.csv", Header).Write("in/orders.csv", Orders.Split('\n')[0] + "\n");
            foreach (var batch in batches)
            {
                foreach (var (file, content) in batch)
                    project.Write(file, content);
                var run = await project.RunAsync();
                Assert.True(run.State is RunState.Succeeded or RunState.Quarantined, run.Message);
                Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
            }
            var state = await SmallShop.StateAsync(project);
            await project.RunAsync(new() { FullRefresh = true });
            Assert.Equal(state, await SmallShop.StateAsync(project));
            return state;
        }
    }
}
