using System.Text.Json;

namespace Cartage.Tests.Cli;

/// <summary>A rule that rejects the run says which rows and why, and gives way once, by name.</summary>
public sealed class Rejecting : IDisposable
{
    readonly Shop _shop = new();

    public Rejecting() =>
        _shop.Write("pipelines/shop/feeds/shop.yml", """
            feeds:
              stores:
                files: "data/stores.csv"
                key: [store_id]
                columns:
                  store_id: { type: integer, required: true }
                  store_name: { type: text }
              orders:
                files: "data/orders.csv"
                key: [order_id]
                severity: reject
                columns:
                  order_id: { type: integer, required: true }
                  store_id: { type: integer, required: true }
                  total: { type: "decimal(10,2)", required: true }
                  email: { type: text, matches: "@", pii: true, severity: quarantine }
            """);

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task The_rows_are_shown_with_their_reason()
    {
        var answer = await _shop.TypeAsync("run", "--format", "json");

        Assert.Equal(3, answer.Code);
        var run = JsonDocument.Parse(answer.Out).RootElement[0];
        Assert.Equal("orders: 1 row breaks a rule that rejects the run, such as total: it must have a value", run.GetProperty("message").GetString());
        var page = run.GetProperty("report").GetString()!;
        var rejected = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(page, ".json"))).RootElement.GetProperty("rejected");
        Assert.Equal("""[{"feed":"orders","rules":"required","rows":1,"example":"total: it must have a value"}]""", JsonSerializer.Serialize(rejected));
        Assert.Contains("Rows that stopped this run", File.ReadAllText(page), StringComparison.Ordinal);
        Assert.Contains("--set-aside orders", File.ReadAllText(page), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("orders.total")]
    [InlineData("orders.required")]
    [InlineData("orders.total.required")]
    public async Task Its_rows_are_set_aside_once_by_name(string name)
    {
        Assert.Equal(5, (await _shop.TypeAsync("run", "-q", "--strict", "--set-aside", name)).Code);
        Assert.Equal("n\n99\n", (await _shop.TypeAsync("query", "select count(*) as n from sales", "--format", "csv")).Out);

        _shop.Write("data/orders.csv", File.ReadAllText(Path.Combine(_shop.Path, "data/orders.csv")) + "101,1,\n");
        Assert.Equal(3, (await _shop.TypeAsync("run", "-q")).Code);
    }

    [Theory]
    [InlineData("orders.store_id")]
    [InlineData("orders.total.type")]
    [InlineData("orders.columns")]
    [InlineData("stores")]
    public async Task Another_rule_does_not_help(string name) => Assert.Equal(3, (await _shop.TypeAsync("run", "-q", "--set-aside", name)).Code);

    [Fact]
    public async Task A_broken_record_is_set_aside_by_its_rule()
    {
        _shop.Write("data/orders.csv", "order_id,store_id,total\n1,1,2.50\n2,1\n");

        Assert.Equal(3, (await _shop.TypeAsync("run", "-q", "--set-aside", "orders.nul")).Code);
        Assert.Equal(0, (await _shop.TypeAsync("run", "-q", "--set-aside", "orders.columns")).Code);
    }

    [Fact]
    public async Task Keys_in_conflict_are_set_aside_by_their_rule()
    {
        _shop.Write("data/orders.csv", "order_id,store_id,total\n1,1,2.50\n1,1,3.50\n2,1,1\n");

        Assert.Equal(3, (await _shop.TypeAsync("run", "-q")).Code);
        Assert.Equal(0, (await _shop.TypeAsync("run", "-q", "--set-aside", "orders.key_conflict")).Code);
    }

    [Theory]
    [InlineData("--set-aside", "order", "Did you mean 'orders'?")]
    [InlineData("--set-aside", "orders.totl.required", "Did you mean 'orders.total.required'?")]
    [InlineData("--set-aside", "sales.order_id.unique", "--accept sales.order_id.unique lets it fail once.")]
    [InlineData("--accept", "sales.order_id.uniqe", "Did you mean 'sales.order_id.unique'?")]
    [InlineData("--accept", "orders.total.required", "--set-aside orders.total.required sends its rows to the quarantine.")]
    public async Task A_wrong_name_is_asked_about(string option, string name, string says)
    {
        var answer = await _shop.TypeAsync("run", option, name);

        Assert.Equal(2, answer.Code);
        Assert.Contains(says, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_masked_column_is_masked_in_the_reason_too()
    {
        _shop.Write("data/orders.csv", "order_id,store_id,total,email\n1,1,2.50,secret\n");
        await _shop.TypeAsync("run", "-q");

        var aside = (await _shop.TypeAsync("quarantine", "ls")).Out;

        Assert.Contains("email: *** — it does not match @", aside, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", aside, StringComparison.Ordinal);
    }
}
