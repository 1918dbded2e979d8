using Cartage.Runs;
using Cartage.Tests.Cli;
using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>Tables rebuilt from the raw zone beside the present ones: what differs is shown, and published only on yes.</summary>
public sealed class Replays : IDisposable
{
    const string Customers = "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 00:00:00,Y\n2,Bob,,2024-01-01 00:00:00,Y\n";
    const string Later = "customer_id,name,city,updated_at,is_active\n1,Ann,Rome,2024-01-03 00:00:00,Y\n";
    const string Orders = "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,2024-01-05 00:00:00\n2,2,2024-01-05,20.00,2024-01-05 00:00:00\n";

    readonly TestProject _project = SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders);

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task An_unchanged_project_shows_no_difference()
    {
        await BuiltAsync();
        var before = await SmallShop.StateAsync(_project);

        var shown = await ReplayAsync(ReplayEnd.Publish);

        Assert.Equal((RunState.Succeeded, "no difference"), (shown.State, shown.Message));
        Assert.Equal(4, shown.Differences.Count);
        Assert.DoesNotContain(shown.Differences, d => d.Any);
        Assert.Equal(before, await SmallShop.StateAsync(_project));
    }

    // A file without change times that comes again and again: some rows as before, some changed and changed back, some keys twice.
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task What_came_in_bit_by_bit_shows_no_difference(int seed)
    {
        using var project = new TestProject()
            .Write("project.yml", "name: small\n")
            .Write("pipelines/shop/pipeline.yml", "description: stock\n")
            .Write("pipelines/shop/feeds/stock.yml", "feeds:\n  stock: { files: in/stock.csv, key: [id], columns: { id: { type: integer, required: true }, n: { type: integer } } }\n")
            .Write("pipelines/shop/models/as_of.sql", "/* ---\nkey: id\n--- */\nselect id, n, _loaded_at as as_of from stock");
        var random = new Random(seed);
        for (var version = 0; version < 6; version++)
        {
            project.Write("in/stock.csv", "id,n\n" + string.Concat(Enumerable.Range(1, 12).SelectMany(id => Enumerable.Range(0, random.Next(8) == 0 ? 2 : 1).Select(_ => $"{id},{random.Next(2)}\n"))) + $"{100 + version},1\n");
            var run = await project.RunAsync();
            Assert.True(run.State is RunState.Succeeded or RunState.Quarantined, run.Message);
        }

        var shown = await project.RunAsync(new() { FullRefresh = true, Only = new HashSet<string> { "load", "build", "check" }, Replay = ReplayEnd.Show });

        Assert.Equal("", string.Join('\n', shown.Differences.Where(d => d.Any).Select(d => $"{d.Table}: {d.Added} added, {d.Removed} removed, {string.Join(", ", d.Columns.Select(c => $"{c.Column} {c.Rows} such as {c.Key}: {c.Before} → {c.After}"))}")));
    }

    [Fact]
    public async Task A_changed_model_shows_exactly_the_columns_that_change()
    {
        await BuiltAsync();
        var before = await SmallShop.StateAsync(_project);
        Change("amount from orders", "amount * case when order_id = 2 then 2 else 1 end as amount, 'new' as channel from orders where order_id < 9");

        var shown = await ReplayAsync(ReplayEnd.Show);

        var changed = Assert.Single(shown.Differences, d => d.Any);
        Assert.Equal(("shop.fact_orders", 0, 0, 1), (changed.Table, changed.Added, changed.Removed, changed.Changed));
        Assert.Contains("channel is new (VARCHAR)", changed.Shape);
        var column = Assert.Single(changed.Columns);
        Assert.Equal(("amount", 1, "2", "20.00", "40.00"), (column.Column, column.Rows, column.Key, column.Before, column.After));
        Assert.Equal(before, await SmallShop.StateAsync(_project));

        var published = await ReplayAsync(ReplayEnd.Publish);
        Assert.Equal((RunState.Succeeded, null), (published.State, published.Message));
        Assert.Equal("40.00|new", await _project.ScalarAsync("SELECT amount, channel FROM shop.fact_orders WHERE order_id = 2"));
        Assert.DoesNotContain((await ReplayAsync(ReplayEnd.Show)).Differences, d => d.Any);
    }

    [Theory]
    [InlineData("staged"), InlineData("built"), InlineData("before-commit")]
    public async Task A_kill_in_the_middle_leaves_the_tables(string failpoint)
    {
        await BuiltAsync();
        var before = await SmallShop.StateAsync(_project);
        Change("amount from orders", "amount + 1 as amount from orders");

        var (exitCode, errors) = await _project.KilledAsync(failpoint, "replay", "--yes");
        Assert.True(exitCode > 128, errors);

        Assert.Equal(before, await SmallShop.StateAsync(_project));
        Assert.Equal(RunState.Succeeded, (await ReplayAsync(ReplayEnd.Publish)).State);
        Assert.Equal("11.00", await _project.ScalarAsync("SELECT amount FROM shop.fact_orders WHERE order_id = 1"));
    }

    [Fact]
    public async Task Tells_two_tables_apart_and_a_table_now_from_before_a_run()
    {
        await BuiltAsync();
        var run = (await RunsAsync())[0];

        var before = await Typed.InAsync(_project.Root, "diff", "shop_raw.customers", "--before", run, "--format", "json", "--exit-code");
        Assert.True(before.Code == 4, before.Out + before.Error);
        Assert.Contains("\"was\":\"Paris\",\"is\":\"Rome\"", before.Out.Replace(": ", ":", StringComparison.Ordinal).Replace(", ", ",", StringComparison.Ordinal), StringComparison.Ordinal);

        Assert.Equal(0, (await Typed.InAsync(_project.Root, "diff", "fact_orders", "fact_orders", "--exit-code")).Code);
        Assert.Equal(2, (await Typed.InAsync(_project.Root, "diff", "fact_order", "fact_orders")).Code);
        Assert.Equal(2, (await Typed.InAsync(_project.Root, "diff", "fact_orders")).Code);
    }

    [Fact]
    public async Task Without_a_person_to_ask_nothing_is_published()
    {
        await BuiltAsync();
        Change("amount from orders", "amount + 1 as amount from orders");
        var replayed = await Typed.InAsync(_project.Root, "replay");
        Assert.Equal(0, replayed.Code);
        Assert.Contains("shop.fact_orders", replayed.Out, StringComparison.Ordinal);
        Assert.Contains("cartage replay --yes", replayed.Error, StringComparison.Ordinal);
        Assert.Equal("10.00", await _project.ScalarAsync("SELECT amount FROM shop.fact_orders WHERE order_id = 1"));

        Assert.Equal(0, (await Typed.InAsync(_project.Root, "replay", "--yes")).Code);
        Assert.Equal("11.00", await _project.ScalarAsync("SELECT amount FROM shop.fact_orders WHERE order_id = 1"));
    }

    async Task BuiltAsync()
    {
        await _project.RunAsync();
        _project.Write("in/customers-2.csv", Later);
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
    }

    Task<RunResult> ReplayAsync(ReplayEnd end) => _project.RunAsync(new() { FullRefresh = true, Only = new HashSet<string> { "load", "build", "check" }, Replay = end });

    async Task<List<string>> RunsAsync()
    {
        await using var workspace = await _project.OpenAsync();
        return [.. (await workspace.Store.ListRunsAsync(10, CancellationToken.None)).Select(r => r.RunId)];
    }

    void Change(string from, string to)
    {
        var file = Path.Combine(_project.Root, "pipelines/shop/models/fact_orders.sql");
        File.WriteAllText(file, File.ReadAllText(file).Replace(from, to, StringComparison.Ordinal));
    }
}
