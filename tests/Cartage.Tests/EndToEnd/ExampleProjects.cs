using Cartage.Tests.Cli;

namespace Cartage.Tests.EndToEnd;

/// <summary>Every example: made with its sample data it is valid, runs with nothing else, and a second run changes nothing.</summary>
public sealed class ExampleProjects
{
    public static TheoryData<string> Names => [.. Host.Examples.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Starts_with_two_commands_and_a_second_run_changes_nothing(string example)
    {
        using EmptyFolder folder = new();
        Assert.Equal(0, (await Typed.InAsync(folder.Path, "init", example, ".")).Code);
        var validated = await Typed.InAsync(folder.Path, "validate");
        Assert.True(validated.Code == 0, validated.Out);

        var first = await Typed.InAsync(folder.Path, "run", "--strict", "--format", "json");
        var second = await Typed.InAsync(folder.Path, "run", "--strict", "--format", "json");

        Assert.True(first.Code == 0, first.Out + first.Error);
        Assert.DoesNotContain("\"passed\": false", first.Out, StringComparison.Ordinal);
        Assert.Contains("nothing changed", second.Out, StringComparison.Ordinal);
        var replay = await Typed.InAsync(folder.Path, "replay", "--dry-run");
        Assert.True(replay is { Code: 0, Out: "" }, replay.Out + replay.Error);
    }

    [Theory]
    [InlineData("retail", "retail.fact_lines"), InlineData("transactions", "transactions.fact_transactions"), InlineData("order-metrics", "order_metrics.order_metrics")]
    public async Task Dirt_is_set_aside_and_counted(string example, string fact)
    {
        using EmptyFolder folder = new();
        await Typed.InAsync(folder.Path, "init", example, ".", "--no-data");
        await Typed.InAsync(folder.Path, "gen", example, "--dirt");

        var run = await Typed.InAsync(folder.Path, "run", "--strict", "--format", "json");

        Assert.True(run.Code == 5, run.Out + run.Error);
        var rows = (await Typed.InAsync(folder.Path, "query", $"select count(*) as n from {fact}", "--format", "csv")).Out.Split('\n')[1];
        Assert.True(int.Parse(rows) > 1000, rows);
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_files()
    {
        using EmptyFolder folder = new();
        foreach (var data in new[] { "retail", "transactions", "order-metrics" })
        {
            foreach (var (to, seed) in new[] { ("a", "7"), ("b", "7"), ("c", "8") })
                Assert.Equal(0, (await Typed.InAsync(folder.Path, "gen", data, "--dir", $"{data}/{to}", "--seed", seed, "--days", "5", "--dirt")).Code);
            Assert.Equal(Bytes($"{data}/a"), Bytes($"{data}/b"));
            Assert.NotEqual(Bytes($"{data}/a"), Bytes($"{data}/c"));
        }

        string Bytes(string name) =>
            string.Concat(Directory.EnumerateFiles(Path.Combine(folder.Path, name), "*.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => Path.GetFileName(f) + File.ReadAllText(f)));
    }

    [Fact]
    public async Task Fewer_days_leave_no_file_of_an_earlier_time_and_a_users_files_stay()
    {
        using EmptyFolder folder = new();
        await Typed.InAsync(folder.Path, "gen", "transactions", "--dir", "x", "--days", "5");
        File.WriteAllText(Path.Combine(folder.Path, "x", "mine.csv"), "mine");

        await Typed.InAsync(folder.Path, "gen", "transactions", "--dir", "x", "--days", "2");

        Assert.Equal(2, Directory.EnumerateFiles(Path.Combine(folder.Path, "x"), "transaction_*.csv", SearchOption.AllDirectories).Count());
        Assert.True(File.Exists(Path.Combine(folder.Path, "x", "mine.csv")));
    }
}
