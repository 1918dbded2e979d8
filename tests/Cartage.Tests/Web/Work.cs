using System.Text.RegularExpressions;
using Cartage.Host.Access;
using Cartage.Tests.Cli;
using Cartage.Tests.Support;
using Microsoft.Playwright;

namespace Cartage.Tests.Web;

/// <summary>What people do with the pages, in a real browser.</summary>
public sealed class Work(Browser browser) : IClassFixture<Browser>, IDisposable
{
    readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Signs_in_with_a_password_and_out_again()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await served.Desk.Accounts.SetAsync("ann", Role.Operator, "a long enough sentence", CancellationToken.None);
        await using var window = await browser.OpenAsync(served, null);
        var page = window.Page;

        await page.GotoAsync("/runs?state=failed");
        await page.GetByLabel("Name").FillAsync("ann");
        await page.GetByLabel("Password").FillAsync("wrong password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The name or the password is wrong");
        await window.ShootAsync("login");
        await page.GetByLabel("Name").FillAsync("ann");
        await page.GetByLabel("Password").FillAsync("a long enough sentence");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/runs\\?state=failed$"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/login")); // before another address is gone to, which would leave this one unasked
        await page.GotoAsync("/");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        window.AssertQuiet();
    }

    [Fact]
    public async Task Runs_a_pipeline_and_watches_it_live()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await using var window = await browser.OpenAsync(served, Role.Operator);
        var page = window.Page;
        await Assertions.Expect(page.Locator("html[data-stream=open]")).ToBeAttachedAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Run shop" }).ClickAsync();
        await page.WaitForURLAsync("**/runs/*");
        // No reload: the page comes to its end by what the server tells it.
        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("quarantined");
        await Assertions.Expect(page.Locator(".timeline")).ToContainTextAsync("publish");
        await Assertions.Expect(page.Locator(".log")).ToContainTextAsync("one transaction, by swap");
        await window.ShootAsync("watched");

        await page.GotoAsync("/");
        await Assertions.Expect(page.Locator("#pipeline-shop .state")).ToHaveTextAsync("quarantined");
        var other = await served.Desk.Queue.AskAsync(new("shop"), "somebody else", CancellationToken.None);
        await Assertions.Expect(page.Locator("#pipeline-shop .state")).ToHaveTextAsync("succeeded");
        await Assertions.Expect(page.GetByText(other[0])).ToBeVisibleAsync();
        window.AssertQuiet();
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task Misses_nothing_that_happens_while_the_page_comes_in_and_listens_once_for_all_windows(bool isSecond)
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await using var window = await browser.OpenAsync(served, Role.Operator);
        await Assertions.Expect(window.Page.Locator("html[data-stream=open]")).ToBeAttachedAsync(); // the home page's own stream is not counted
        var (held, asked, listening, streams) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource(), 0);
        var holding = served.Desk.Workspace.AloneAsync(async _ => { await held.Task; return 0; }, CancellationToken.None);
        var run = (await served.Desk.Queue.AskAsync(new("shop"), "test", CancellationToken.None))[0];
        await window.Page.Context.RouteAsync("**/api/events", async route =>
        {
            Interlocked.Increment(ref streams);
            asked.TrySetResult();
            await listening.Task;
            await route.ContinueAsync();
        });
        await window.Page.GotoAsync(isSecond ? "/runs" : $"/runs/{run}");
        await asked.Task.WaitAsync(Wait.Longest, TestContext.Current.CancellationToken); // a page that is left before it listens does not
        var page = isSecond ? await window.Page.Context.NewPageAsync() : window.Page;
        await page.GotoAsync($"/runs/{run}");
        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("queued");

        held.SetResult();
        await holding;
        await served.EndAsync(run);
        listening.SetResult();

        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("quarantined");
        Assert.Equal(isSecond ? 1 : 2, streams); // the second visit of one window listens anew; a second window does not
        window.AssertQuiet();
    }

    [Fact]
    public async Task Sees_a_failing_check_and_accepts_it_once()
    {
        _shop.Write("pipelines/shop/checks/no_big_orders.sql", "/* ---\nseverity: reject\n--- */\nselect * from sales where total > 90");
        await using var served = await Served.StartAsync(_shop.Path);
        await served.EndAsync((await served.Desk.Queue.AskAsync(new("shop"), "test", CancellationToken.None))[0]);
        await using var window = await browser.OpenAsync(served, Role.Operator);
        var page = window.Page;

        await Assertions.Expect(page.Locator(".alarm")).ToContainTextAsync("shop rejected");
        await window.ShootAsync("alarm");
        await page.Locator(".alarm a").First.ClickAsync();
        await Assertions.Expect(page.Locator("body")).ToContainTextAsync("no_big_orders");
        await Assertions.Expect(page.Locator(".timeline tr").Filter(new() { HasText = "no_big_orders: 11 rows break it" })).ToContainTextAsync("rejected");
        await window.ShootAsync("rejected");
        page.Dialog += async (_, dialog) => await dialog.AcceptAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Accept no_big_orders once" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("quarantined");
        await page.GotoAsync("/quality");
        await Assertions.Expect(page.Locator(".checks")).ToContainTextAsync("no_big_orders");
        Assert.Contains((await served.Desk.Accounts.Audit.ListAsync(10, long.MaxValue, CancellationToken.None)), x => x.Who == "operator" && x.Detail.Contains("accepting no_big_orders", StringComparison.Ordinal));
        window.AssertQuiet();
    }

    [Fact]
    public async Task Mends_a_row_in_quarantine_and_releases_it()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await served.EndAsync((await served.Desk.Queue.AskAsync(new("shop"), "test", CancellationToken.None))[0]);
        await using var window = await browser.OpenAsync(served, Role.Editor);
        var page = window.Page;

        await page.GotoAsync("/quarantine");
        await page.GetByRole(AriaRole.Link, new() { Name = "shop.orders" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Set", Exact = true })).ToBeDisabledAsync();
        await page.Locator(".row-box").CheckAsync();
        await page.GetByLabel("Column").SelectOptionAsync("total");
        await page.GetByLabel("New value").FillAsync("7.50");
        await window.ShootAsync("mending");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".quarantine")).ToContainTextAsync("mended");
        await page.GetByRole(AriaRole.Button, new() { Name = "Release 1 mended row" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("succeeded");
        await page.GotoAsync("/sql?q=select%20count(*)%20as%20n%20from%20sales");
        await Assertions.Expect(page.Locator(".rows-view")).ToContainTextAsync("100");
        window.AssertQuiet();
    }

    [Fact]
    public async Task Back_fills_a_day_by_clicking_it()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await using var window = await browser.OpenAsync(served, Role.Operator);
        var page = window.Page;

        await page.GotoAsync("/pipelines/shop?month=2016-01");
        await page.GetByLabel("2016-02-03: not run").CheckAsync();
        await Assertions.Expect(page.GetByText("1 day chosen")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Back-fill" }).ClickAsync();
        await page.WaitForURLAsync("**/runs/*");
        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("quarantined");
        var run = (await served.Store.ListRunsAsync(1, CancellationToken.None))[0];
        Assert.Equal(new DateTimeOffset(2016, 2, 3, 0, 0, 0, TimeSpan.Zero), run.Interval.Start);
        Assert.Equal(new DateTimeOffset(2016, 2, 4, 0, 0, 0, TimeSpan.Zero), run.Interval.End);
        await page.GotoAsync("/pipelines/shop?month=2016-01");
        await Assertions.Expect(page.GetByLabel("2016-02-03: quarantined")).ToBeAttachedAsync();
        await window.ShootAsync("back-filled");
        window.AssertQuiet();
    }

    [Fact]
    public async Task Asks_tables_and_takes_the_answer_as_csv()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await served.EndAsync((await served.Desk.Queue.AskAsync(new("shop"), "test", CancellationToken.None))[0]);
        await using var window = await browser.OpenAsync(served, Role.Viewer);
        var page = window.Page;

        await page.GotoAsync("/sql");
        await page.GetByLabel("SELECT").FillAsync("select '=1+1' as formula, store_name from sales order by order_id limit 1");
        await page.GetByLabel("SELECT").PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator(".rows-view")).ToContainTextAsync("Rowlett");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync());
        Assert.Equal("formula,store_name\r\n'=1+1,Rowlett\r\n", await File.ReadAllTextAsync(await download.PathAsync(), CancellationToken.None));
        await page.GetByLabel("SELECT").FillAsync("select * from read_csv('/etc/passwd')");
        await page.GetByLabel("SELECT").PressAsync("Control+Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("read_csv(…)' is not allowed");
        window.AssertQuiet();
    }

    [Fact]
    public async Task What_is_looked_at_is_in_the_address()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await served.EndAsync((await served.Desk.Queue.AskAsync(new("shop"), "test", CancellationToken.None))[0]);
        await using var window = await browser.OpenAsync(served, Role.Admin);
        var page = window.Page;

        await page.GotoAsync("/runs");
        await page.GetByLabel("State").SelectOptionAsync("failed");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/runs\\?.*state=failed"));
        await Assertions.Expect(page.GetByText("None is like this.")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator(".rows-link tbody tr")).ToHaveCountAsync(1);
        await page.GotoAsync("/quarantine/shop/orders");
        await page.GetByLabel("Find").First.FillAsync("7");
        await page.GetByLabel("Find").First.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("text=7"));
        await page.GotoAsync("/pipelines/shop");
        await page.GetByRole(AriaRole.Link, new() { Name = "Earlier" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("month="));
        await page.GotoAsync("/settings");
        await page.GetByRole(AriaRole.Link, new() { Name = "Users" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("tab=users$"));
        await page.GotoAsync("/sql");
        await page.GetByLabel("SELECT").FillAsync("select 1 as one");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/sql\\?q=select"));
        window.AssertQuiet();
    }

    [Fact]
    public async Task A_table_shows_where_its_columns_and_rows_come_from_and_how_many_there_were()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        for (var day = 0; day < 2; day++)
        {
            _shop.Write("data/stores.csv", $"store_id,store_name\n1,Baldwin{day}\n2,Rowlett\n{day + 3},Third\n");
            await served.EndAsync((await served.Desk.Queue.AskAsync(new("shop"), "test", CancellationToken.None))[0]);
        }
        await using var window = await browser.OpenAsync(served, Role.Viewer);
        var page = window.Page;

        // What is drawn outlives the part of the page that comes anew as soon as the stream is open.
        await page.GotoAsync("/pipelines/shop");
        await Assertions.Expect(page.Locator(".chart canvas")).ToBeVisibleAsync();
        await page.EvaluateAsync("new Promise(done => { addEventListener('drawn', () => setTimeout(done)); document.querySelector('[data-live]').dispatchEvent(new Event('live')); })");
        await Assertions.Expect(page.Locator(".chart canvas")).ToBeVisibleAsync();

        await page.GotoAsync("/tables/shop/sales");
        await page.GetByRole(AriaRole.Link, new() { Name = "stores.store_name" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/tables/shop_raw/stores#columns$"));
        await Assertions.Expect(page.GetByText("shop/stores/").First).ToBeVisibleAsync(); // an object in the raw zone
        await Assertions.Expect(page.GetByText("Files behind it")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".chart svg, .chart canvas")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Profile now" }).ClickAsync();
        await Assertions.Expect(page.GetByText("profiled now")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "shop.sales" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/tables/shop/sales$"));
        window.AssertQuiet();
    }

    [Fact]
    public async Task Offers_each_role_what_it_may()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await served.EndAsync((await served.Desk.Queue.AskAsync(new("shop"), "test", CancellationToken.None))[0]);
        foreach (var role in Enum.GetValues<Role>())
        {
            await using var window = await browser.OpenAsync(served, role);
            await window.Page.GotoAsync("/pipelines/shop");
            Assert.Equal(role >= Role.Operator, await window.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).IsVisibleAsync());
            await window.Page.GotoAsync("/quarantine/shop/orders");
            Assert.Equal(role >= Role.Editor, await window.Page.GetByRole(AriaRole.Button, new() { Name = "Discard" }).IsVisibleAsync());
            await window.Page.GotoAsync("/settings");
            Assert.Equal(role >= Role.Admin, await window.Page.GetByRole(AriaRole.Link, new() { Name = "Audit log" }).IsVisibleAsync());
            window.AssertQuiet();
        }
    }

    [Fact]
    public async Task Turns_dark_and_stays_so()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await using var window = await browser.OpenAsync(served, Role.Viewer);

        await window.Page.Locator("[data-theme-toggle]:visible").ClickAsync();
        Assert.Equal("dark", await window.Page.GetAttributeAsync("html", "data-bs-theme"));
        await window.Page.GotoAsync("/tables");
        Assert.Equal("dark", await window.Page.GetAttributeAsync("html", "data-bs-theme"));
    }

    [Fact]
    public async Task Opens_the_menu_on_a_phone()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await using var window = await browser.OpenAsync(served, Role.Viewer, phone: true);

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Menu" }).ClickAsync();
        await window.ShootAsync("menu-phone", whole: false);
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Quality" }).ClickAsync();
        await window.Page.WaitForURLAsync("**/quality");
        window.AssertQuiet();
    }
}
