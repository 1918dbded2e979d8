namespace Cartage.Tests.Cli;

public sealed class Mistyped
{
    [Theory]
    [InlineData("vrsion", "Did you mean 'version'?")]
    [InlineData("run --ful-refresh", "Did you mean '--full-refresh'?")]
    [InlineData("gen bike-stor", "bike-store")]
    [InlineData("gen bike-store --scale 0", "the least is 1")]
    [InlineData("ls turtles", "turtles")]
    [InlineData("init bike-stor", "Did you mean 'bike-store'?")]
    [InlineData("query", "query --help")]
    [InlineData("version --format csv", "for query only")]
    [InlineData("run --log xml", "json")]
    [InlineData("run --limit few", "a whole number")]
    [InlineData("", "Try: cartage --help")]
    public async Task Is_refused_with_what_would_be_right(string typed, string said)
    {
        var answer = await Typed.InAsync(".", typed.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, answer.Code);
        Assert.Contains(said, answer.Error, StringComparison.Ordinal);
        Assert.Empty(answer.Out);
    }

    [Fact]
    public async Task Asks_for_a_project_where_there_is_none()
    {
        using var folder = new EmptyFolder();

        var answer = await Typed.InAsync(folder.Path, "validate");

        Assert.Equal(2, answer.Code);
        Assert.Contains("cartage init", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run nothing", "'nothing' selects nothing")]
    [InlineData("quarantine fix orders --set total", "--set total: a name and a value are wanted. Write --set name=value.")]
    [InlineData("quarantine show orders --limit 0", "--limit 0: the least is 1.")]
    [InlineData("query from\"sale\" --format xml", "Cannot parse argument 'xml' for option '--format' as a format. Did you mean one of the following?")]
    [InlineData("query from\"sale\"", "\"? See what there is: cartage ls tables")]
    [InlineData("gen bike-store --seed few", "for option '--seed' as a whole number.")]
    [InlineData("check", "shop.sales is not there to be checked. Build it first: cartage run")]
    [InlineData("notify test nobody", "there is no connection 'nobody'")]
    [InlineData("diff nothing.sales --before 2026", "nothing.sales is no table of a model or a feed")]
    [InlineData("run --env prod", "there is no environment 'prod'. It declares none.")]
    [InlineData("run --var dta=elsewhere", "there is no variable 'dta'. Did you mean 'data'?")]
    public async Task Says_what_the_project_does_not_know(string typed, string said)
    {
        using var shop = new Shop();

        var answer = await shop.TypeAsync(typed.Split(' '));

        Assert.Equal(2, answer.Code);
        Assert.Contains(said, answer.Error + answer.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connections:\n  api: { type: http, url: 'http://127.0.0.1:1', headers: { x-key: '${secret:NO_SUCH_KEY}' } }", "project.yml:3: ${secret:NO_SUCH_KEY} has no value")]
    [InlineData("connections:\n  api: { type: http, url: 'http://127.0.0.1:1' }\nwarehouse: { type: postgres, url: '${NO_SUCH_ADDRESS}' }", "project.yml:4: ${NO_SUCH_ADDRESS} has no value")]
    public async Task Is_what_has_no_value_when_it_is_used(string settings, string said)
    {
        using var project = Http.ApiShop.Create("", "").Write("project.yml", $"name: asks\n{settings}\n");

        var answer = await Typed.InAsync(project.Root, "run");

        Assert.Equal(2, answer.Code);
        Assert.Contains(said, answer.Out + answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leads_on_from_an_empty_project()
    {
        using var folder = new EmptyFolder();
        var made = await Typed.InAsync(folder.Path, "init", "empty", "My Shop");
        var answer = await Typed.InAsync(System.IO.Path.Combine(folder.Path, "My Shop"), "run");

        Assert.Contains("cd 'My Shop' && cartage crawl", made.Error, StringComparison.Ordinal);
        Assert.Equal(2, answer.Code);
        Assert.Contains("cartage crawl PATH --write", answer.Error + answer.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing = 1", "--where nothing = 1: Referenced column \"nothing\" not found")]
    [InlineData("1=1); drop table shop.sales; --", "--where 1=1); drop table shop.sales; --: Only a SELECT is allowed")]
    [InlineData("", "--where : The query cannot be read")]
    public async Task Says_which_rows_cannot_be_meant(string where, string said)
    {
        using var shop = new Shop();
        await shop.TypeAsync("run");

        foreach (var typed in new string[][] { ["fix", "orders", "--set", "total=1"], ["release", "orders"], ["discard", "orders"] })
        {
            var answer = await shop.TypeAsync(["quarantine", .. typed, "--where", where]);
            Assert.Equal(2, answer.Code);
            Assert.StartsWith(said, answer.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Explains_a_model_that_was_never_built()
    {
        using var shop = new Shop();

        var answer = await shop.TypeAsync("explain", "sales");

        Assert.Equal(0, answer.Code);
        Assert.Contains("shop.sales", answer.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mends_only_rows_that_wait_and_says_so_before_it_does()
    {
        using var shop = new Shop();
        await shop.TypeAsync("run");
        Assert.Contains("Would mend 1 row", (await shop.TypeAsync("quarantine", "fix", "orders", "--set", "total=1", "--dry-run")).Error, StringComparison.Ordinal);
        await shop.TypeAsync("quarantine", "discard", "orders");

        foreach (var typed in new string[][] { ["--dry-run"], [] })
            Assert.Contains("There is nothing to mend", (await shop.TypeAsync(["quarantine", "fix", "orders", "--set", "total=1", .. typed])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mends_a_column_that_the_contract_has_got_since()
    {
        using var shop = new Shop();
        await shop.TypeAsync("run");
        shop.Write("pipelines/shop/feeds/shop.yml", (await File.ReadAllTextAsync(Path.Combine(shop.Path, "pipelines/shop/feeds/shop.yml"), TestContext.Current.CancellationToken)).Replace("total:", "note: { type: text }\n      total:", StringComparison.Ordinal));

        var answer = await shop.TypeAsync("quarantine", "fix", "orders", "--set", "note=late");

        Assert.True(answer.Code == 0, answer.Error);
        Assert.Contains("Mended 1 row", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_a_discarded_row_back()
    {
        using var shop = new Shop();
        await shop.TypeAsync("run");

        Assert.Contains("1 row of orders is discarded now", (await shop.TypeAsync("quarantine", "discard", "orders", "--where", "_rules = 'required'")).Error, StringComparison.Ordinal);
        Assert.Contains("0 rows of orders are discarded now", (await shop.TypeAsync("quarantine", "discard", "orders")).Error, StringComparison.Ordinal);
        Assert.Contains("discarded", (await shop.TypeAsync("quarantine", "ls")).Out, StringComparison.Ordinal);
        Assert.Contains("1 row of orders is open now", (await shop.TypeAsync("quarantine", "discard", "orders", "--undo")).Error, StringComparison.Ordinal);
    }
}
