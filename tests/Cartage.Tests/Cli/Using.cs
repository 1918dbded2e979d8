using System.Text.Json;
using Cartage.Host;
using Cartage.Host.Output;
using Cartage.Host.Socket;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Tests.Cli;

public sealed class Using : IDisposable
{
    readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Validates()
    {
        var answer = await _shop.TypeAsync("validate");

        Assert.Equal((0, "", "shop is valid: 1 pipeline, 2 feeds, 1 model.\n"), (answer.Code, answer.Out, answer.Error));
    }

    [Fact]
    public async Task Validates_every_mistake_at_once()
    {
        _shop.Write("pipelines/shop/models/sales.sql", "select order_idd from orders");
        _shop.Write("pipelines/shop/models/other.sql", "select * from nowhere");

        var answer = await _shop.TypeAsync("validate", "--format", "json");

        Assert.Equal(2, answer.Code);
        Assert.Equal(2, JsonDocument.Parse(answer.Out).RootElement.GetArrayLength());
        Assert.Equal("pipelines/shop/models/other.sql", JsonDocument.Parse(answer.Out).RootElement[0].GetProperty("file").GetString());
    }

    [Fact]
    public async Task Fills_in_references_where_a_default_stands_for_what_is_empty()
    {
        _shop.Write("project.yml", "name: shop\nvariables: { data: \"${CARTAGE_TEST_EMPTY:-made}/here\" }\n");
        Environment.SetEnvironmentVariable("CARTAGE_TEST_EMPTY", "");

        var answer = await _shop.TypeAsync("gen", "bike-store", "--dry-run");

        Assert.Contains($"to {Path.Combine(_shop.Path, "made", "here")}.", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_to_run_a_project_with_mistakes()
    {
        _shop.Write("pipelines/shop/models/sales.sql", "select order_idd from orders");

        var answer = await _shop.TypeAsync("run");

        Assert.Equal(2, answer.Code);
        Assert.Contains("models/sales.sql:1:", answer.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_shop.Path, ".cartage")));
    }

    [Fact]
    public async Task Runs_and_says_what_was_loaded_and_set_aside()
    {
        var answer = await _shop.TypeAsync("run");

        Assert.Equal(0, answer.Code);
        Assert.Contains("orders   100        99          1", answer.Out, StringComparison.Ordinal);
        Assert.Contains("Set aside: 1 row (orders 1)", answer.Out, StringComparison.Ordinal);
        Assert.Contains("Quality report: ", answer.Out, StringComparison.Ordinal);
        Assert.Contains("publish", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_nothing_changed()
    {
        await _shop.TypeAsync("run");

        var answer = await _shop.TypeAsync("run", "--quiet");
        var again = await _shop.TypeAsync("run");

        Assert.Equal((0, "", ""), (answer.Code, answer.Out, answer.Error));
        Assert.Contains("Nothing changed", again.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exits_with_5_for_rows_set_aside_when_strict() => Assert.Equal(5, (await _shop.TypeAsync("run", "--strict")).Code);

    [Fact]
    public async Task Exits_with_3_when_the_data_is_rejected()
    {
        _shop.Write("pipelines/shop/checks/cheap.sql", "/* ---\nseverity: reject\n--- */\nselect * from sales where total > 50");

        var answer = await _shop.TypeAsync("run");

        Assert.Equal(3, answer.Code);
        Assert.Contains("--accept", answer.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/sales.sql", "/* ---\nkind: table\nkey: order_id\n--- */\nselect cast(order_id as varchar) as order_id, cast('x' || order_id as integer) as total from orders", "run")]
    [InlineData("models/sales.sql", "/* ---\nkind: table\nkey: order_id\n--- */\nselect cast(order_id as varchar) as order_id, cast('x' || order_id as integer) as total from orders", "run --quiet")]
    [InlineData("models/sales.sql", "/* ---\nkind: table\nkey: order_id\n--- */\nselect cast(order_id as varchar) as order_id, cast('x' || order_id as integer) as total from orders", "replay --quiet")]
    [InlineData("checks/bad.sql", "select cast('x' || order_id as integer) as x from sales", "run --full-refresh")]
    [InlineData("checks/bad.sql", "select cast('x' || order_id as integer) as x from sales", "check")]
    public async Task Says_once_what_is_wrong_with_a_model_or_a_check(string file, string sql, string typed)
    {
        await _shop.TypeAsync("run");
        _shop.Write($"pipelines/shop/{file}", sql);

        var answer = await _shop.TypeAsync(typed.Split(' '));

        Assert.Equal(1, answer.Code);
        Assert.Equal(2, (answer.Out + answer.Error).Split("Could not convert string").Length);
        Assert.DoesNotContain("There is no check yet", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_an_interval_that_ends_before_it_starts()
    {
        var answer = await _shop.TypeAsync("run", "--from", "2016-01-02", "--to", "2016-01-01");

        Assert.Equal(2, answer.Code);
        Assert.Contains("ends before it starts", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_results_and_logs_as_json()
    {
        var answer = await _shop.TypeAsync("run", "--format", "json", "--log", "json");

        var run = JsonDocument.Parse(answer.Out).RootElement[0];
        Assert.Equal("quarantined", run.GetProperty("state").GetString());
        Assert.Equal(100, run.GetProperty("feeds").EnumerateArray().Single(x => x.GetProperty("feed").GetString() == "orders").GetProperty("read").GetInt64());
        Assert.All(answer.Error.TrimEnd().Split('\n'), x => Assert.Equal(JsonValueKind.String, JsonDocument.Parse(x).RootElement.GetProperty("event").ValueKind));
    }

    [Fact]
    public async Task Writes_every_run_of_a_backfill_as_one_json()
    {
        var answer = await _shop.TypeAsync("backfill", "2016-01-01..2016-01-04", "--format", "json", "--quiet");

        Assert.Equal(["2016-01-01T00:00:00Z", "2016-01-02T00:00:00Z", "2016-01-03T00:00:00Z"], JsonDocument.Parse(answer.Out).RootElement.EnumerateArray().Select(x => x.GetProperty("from").GetString()));
    }

    [Fact]
    public async Task Plans_without_running()
    {
        Assert.Equal(4, (await _shop.TypeAsync("plan", "--exit-code")).Code);
        await _shop.TypeAsync("run", "--dry-run");
        Assert.Equal("[]\n", (await _shop.TypeAsync("ls", "runs", "--format", "json")).Out);
        await _shop.TypeAsync("run");
        Assert.Equal(0, (await _shop.TypeAsync("plan", "--exit-code")).Code);
    }

    [Theory]
    [InlineData("csv", "n,name\n1,\"a,\"\"b\"\n")]
    [InlineData("jsonl", "{\"n\":1,\"name\":\"a,\\\"b\"}\n")]
    [InlineData("json", "[\n  {\"n\":1,\"name\":\"a,\\\"b\"}\n]\n")]
    [InlineData("table", "n  name\n1  a,\"b\n")]
    public async Task Answers_queries(string format, string expected) =>
        Assert.Equal(expected, (await _shop.TypeAsync("query", "select 1 as n, 'a,\"b' as name", "--format", format)).Out);

    [Fact]
    public async Task Says_when_a_query_has_more_rows()
    {
        var answer = await _shop.TypeAsync("query", "from range(1001)");

        Assert.Equal(1001, answer.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("Only the first 1,000 rows", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finds_tables_without_their_schema()
    {
        await _shop.TypeAsync("run", "--quiet");

        Assert.Equal("models,feeds\n99,99\n", (await _shop.TypeAsync("query", "select (select count(*) from sales) as models, (select count(*) from orders) as feeds", "--format", "csv")).Out);
    }

    [Theory]
    [InlineData("drop table shop.sales")]
    [InlineData("select 1; drop table shop.sales")]
    [InlineData("from read_csv('data/orders.csv')")]
    [InlineData("select (select count(*) from read_text('/etc/passwd'))")]
    [InlineData("with x as (from glob('*')) select * from x")]
    [InlineData("from 'data/orders.csv'")]
    [InlineData("copy (select 1) to 'x.csv'")]
    [InlineData("set memory_limit = '1GB'")]
    [InlineData("selekt 1")]
    [InlineData("from no_such_table")]
    public async Task Refuses_what_is_not_a_question_to_the_tables(string sql)
    {
        await _shop.TypeAsync("run", "--quiet");

        var answer = await _shop.TypeAsync("query", sql);

        Assert.Equal((2, ""), (answer.Code, answer.Out));
        Assert.Equal("99", (await _shop.TypeAsync("query", "select count(*) as n from shop.sales", "--format", "csv")).Out.Split('\n')[1]);
    }

    [Fact]
    public async Task Looks_at_everything_as_json()
    {
        await _shop.TypeAsync("run", "--quiet");
        foreach (var typed in new[] { "ls", "ls feeds", "ls models", "ls runs", "ls tables", "quarantine ls", "quarantine show orders", "explain sales", "lineage sales", "check", "plan", "doctor", "gc --dry-run", "version", "validate" })
        {
            var answer = await _shop.TypeAsync([.. typed.Split(' '), "--format", "json"]);
            Assert.NotEqual(JsonValueKind.Undefined, JsonDocument.Parse(answer.Out).RootElement.ValueKind);
        }
    }

    [Fact]
    public async Task Shows_lineage_both_ways()
    {
        var answer = await _shop.TypeAsync("lineage", "orders");

        Assert.Contains("is made of nothing", answer.Out, StringComparison.Ordinal);
        Assert.Contains("└─ shop.sales", answer.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mends_and_releases_a_row()
    {
        await _shop.TypeAsync("run", "--quiet");
        Assert.Equal(2, (await _shop.TypeAsync("quarantine", "fix", "orders", "--set", "totl=7.50")).Code);
        Assert.Equal(2, (await _shop.TypeAsync("quarantine", "fix", "orders", "--set", "total=7.50", "--where", "1=1); drop table shop.sales; --")).Code);
        Assert.Equal(0, (await _shop.TypeAsync("quarantine", "fix", "orders", "--set", "total=7.50", "--where", "order_id = '7'")).Code);

        var answer = await _shop.TypeAsync("quarantine", "release", "orders");

        Assert.Equal(0, answer.Code);
        Assert.Equal("total\n7.50\n", (await _shop.TypeAsync("query", "select total from shop.sales where order_id = 7", "--format", "csv")).Out);
    }

    [Fact]
    public async Task Backfills_and_can_be_repeated()
    {
        var first = await _shop.TypeAsync("backfill", "2016-01-01..2016-01-04", "--every", "2d");
        var second = await _shop.TypeAsync("backfill", "2016-01-01..2016-01-04", "--every", "2d");

        Assert.Equal(0, first.Code);
        Assert.Contains("Nothing is left to do", second.Error, StringComparison.Ordinal);
        Assert.Equal(2, JsonDocument.Parse((await _shop.TypeAsync("ls", "runs", "--format", "json")).Out).RootElement.GetArrayLength());
    }

    [Fact]
    public async Task A_backfill_does_what_a_part_of_a_run_left()
    {
        _shop.Write("pipelines/shop/models/daily.sql", "/* ---\nkind: append\n--- */\nselect {{ start }} as day, count(*) as n from orders\n");
        async Task<string> LeftAsync() => string.Concat((await _shop.TypeAsync("backfill", "2016-01-01..2016-01-04", "--dry-run")).Out.Split('\n').Select(l => l.Contains("done before", StringComparison.Ordinal) ? "d" : l.Contains("would run", StringComparison.Ordinal) ? "r" : ""));
        await _shop.TypeAsync("run", "--from", "2016-01-01", "--to", "2016-01-02", "--only", "extract,load");
        await _shop.TypeAsync("run", "shop.sales", "--from", "2016-01-02", "--to", "2016-01-03");
        await _shop.TypeAsync("run", "--from", "2016-01-03", "--to", "2016-01-04");

        Assert.Equal("rrd", await LeftAsync());
        await _shop.TypeAsync("run", "--from", "2016-01-01", "--to", "2016-01-02", "--only", "build,check");
        Assert.Equal("drd", await LeftAsync());
        Assert.Equal(0, (await _shop.TypeAsync("backfill", "2016-01-01..2016-01-04")).Code);
        Assert.Equal("ddd", await LeftAsync());
        Assert.Equal("3\n", (await _shop.TypeAsync("query", "select count(distinct day) as n from shop.daily", "--format", "csv")).Out[2..]);
    }

    [Fact]
    public async Task Answers_while_another_process_holds_the_project()
    {
        await _shop.TypeAsync("run", "--quiet");
        var project = ProjectFiles.Load(_shop.Path).Project;
        var workspace = await Workspace.OpenAsync(project, "cartage serve", Host.Commands.VersionCommand.Version, x => Connectors.Connectors.OpenWarehouseAsync(project, x, CancellationToken.None), () => Connectors.Connectors.RunDatabase(project), x => Connectors.Connectors.OpenSource(project, x, TimeProvider.System), Connectors.Connectors.OpenZones(project, TimeProvider.System), TimeProvider.System, CancellationToken.None);
        await using var session = Session.Start(workspace, new Shell(new Terminal(TextWriter.Null, TextWriter.Null), TimeProvider.System));

        var query = await _shop.TypeAsync("query", "select count(*) as n from shop.sales", "--format", "csv");
        var run = await _shop.TypeAsync("run");

        Assert.Equal("n\n99\n", query.Out);
        Assert.Equal(1, run.Code);
        Assert.Contains("cartage serve", run.Error, StringComparison.Ordinal);
    }
}
