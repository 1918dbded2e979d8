using System.Text.Json;
using Cartage.Host;
using Cartage.Host.Output;

namespace Cartage.Tests.Cli;

/// <summary>What gc takes out of the raw zone, and what it never does.</summary>
public sealed class KeepingRaw : IDisposable
{
    readonly Shop _shop = new();

    public KeepingRaw() => _shop.Write("project.yml", "name: shop\nvariables: { data: data }\nretention: { raw: 400d }\n");

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Old_versions_go_the_newest_stays()
    {
        await RunWithStoresAsync("1,Baldwin\n2,Rowlett\n");
        await RunWithStoresAsync("1,Baldwin\n2,Rowlett\n3,Santa Cruz\n");
        Assert.Equal(2, Objects("stores").Count);

        Assert.Equal(1, await CollectAsync(days: 500));

        Assert.Equal("v00002", Path.GetFileName(Assert.Single(Objects("stores")))[..6]);
    }

    [Fact]
    public async Task Nothing_goes_before_its_time()
    {
        await RunWithStoresAsync("1,Baldwin\n");
        await RunWithStoresAsync("1,Baldwin\n2,Rowlett\n");

        Assert.Equal(0, await CollectAsync(days: 399));
    }

    [Fact]
    public async Task A_dry_run_removes_nothing()
    {
        await RunWithStoresAsync("1,Baldwin\n");
        await RunWithStoresAsync("1,Baldwin\n2,Rowlett\n");

        Assert.Equal(1, await CollectAsync(days: 500, "--dry-run"));
        Assert.Equal(2, Objects("stores").Count);
    }

    [Fact]
    public async Task An_object_with_a_row_in_quarantine_stays()
    {
        Assert.Equal(5, (await _shop.TypeAsync("run", "-q", "--strict")).Code); // order 7 has no total
        _shop.Write("data/orders.csv", "order_id,store_id,total\n1,1,2.50\n");
        await _shop.TypeAsync("run", "-q");

        Assert.Equal(0, await CollectAsync(days: 500));

        await _shop.TypeAsync("quarantine", "fix", "orders", "--set", "total=7.50", "--where", "order_id = '7'");
        await _shop.TypeAsync("quarantine", "release", "orders");
        Assert.Equal(1, await CollectAsync(days: 500));
    }

    [Fact]
    public async Task An_object_that_is_not_loaded_yet_stays()
    {
        _shop.Write("data/stores.csv", "store_id,store_name\n1,Baldwin\n");
        await _shop.TypeAsync("run", "-q", "--only", "extract");
        _shop.Write("data/stores.csv", "store_id,store_name\n1,Baldwin\n2,Rowlett\n");
        await _shop.TypeAsync("run", "-q", "--only", "extract");

        Assert.Equal(0, await CollectAsync(days: 500));
    }

    [Fact]
    public async Task Tables_and_bookmarks_are_as_they_were()
    {
        await RunWithStoresAsync("1,Baldwin\n2,Rowlett\n");
        await RunWithStoresAsync("1,Baldwin Bikes\n2,Rowlett\n");
        var before = await TablesAsync();
        await CollectAsync(days: 500);

        var run = await _shop.TypeAsync("run", "-q", "--format", "json");

        Assert.Equal("nothing changed", JsonDocument.Parse(run.Out).RootElement[0].GetProperty("message").GetString());
        Assert.Equal(before, await TablesAsync());
    }

    [Fact]
    public async Task A_table_is_not_built_anew_from_less_unless_that_is_accepted()
    {
        await RunWithStoresAsync("1,Baldwin\n2,Rowlett\n");
        await RunWithStoresAsync("1,Baldwin\n3,Santa Cruz\n");
        await CollectAsync(days: 500);
        Assert.Equal("n\n3\n", await StoresAsync());

        var refused = await _shop.TypeAsync("run", "--full-refresh");
        Assert.Equal(1, refused.Code);
        Assert.Contains("stores: 1 of the 2 objects it would be built from left the raw zone", refused.Error, StringComparison.Ordinal);
        Assert.Equal("n\n3\n", await StoresAsync());

        Assert.Equal(0, (await _shop.TypeAsync("run", "-q", "--full-refresh", "--accept", "raw_retention")).Code);
        Assert.Equal("n\n2\n", await StoresAsync());
    }

    async Task RunWithStoresAsync(string rows)
    {
        _shop.Write("data/stores.csv", "store_id,store_name\n" + rows);
        Assert.Equal(0, (await _shop.TypeAsync("run", "-q")).Code);
    }

    // Collects as if so many days had gone by; how many objects it says.
    async Task<int> CollectAsync(int days, params string[] more)
    {
        using StringWriter output = new(), error = new();
        var shell = new Shell(new Terminal(output, error), new Later(TimeSpan.FromDays(days))) { Folder = _shop.Path };
        Assert.Equal(0, await Host.Commands.CommandLine.RunAsync(["gc", "--format", "json", .. more], shell, TestContext.Current.CancellationToken));
        var row = JsonDocument.Parse(output.ToString()).RootElement[0];
        Assert.Equal("raw objects", row.GetProperty("what").GetString());
        return row.EnumerateObject().First(p => p.Name.Contains("remove", StringComparison.Ordinal)).Value.GetInt32();
    }

    List<string> Objects(string feed) =>
        [.. Directory.EnumerateFiles(Path.Combine(_shop.Path, ".cartage/raw/shop", feed), "*", SearchOption.AllDirectories).Where(x => !x.EndsWith(".manifest.json", StringComparison.Ordinal)).Order()];

    async Task<string> StoresAsync() => (await _shop.TypeAsync("query", "select count(*) as n from shop_raw.stores", "--format", "csv")).Out;

    async Task<string> TablesAsync() => (await _shop.TypeAsync("query", "select * from shop_raw.stores order by store_id", "--format", "csv")).Out;

    sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
