using Cartage.Host.Access;
using Cartage.Tests.Cli;

namespace Cartage.Tests.Web;

public sealed class Looks(Browser browser, Looks.Demo demo) : IClassFixture<Browser>, IClassFixture<Looks.Demo>
{
    static readonly (string Name, string Address)[] Pages =
    [
        ("overview", "/"), ("runs", "/runs"), ("run", "/runs/{run}"), ("pipeline", "/pipelines/bike-store"), ("tables", "/tables"), ("table", "/tables/bike_store/fact_sales"),
        ("quality", "/quality"), ("quarantine", "/quarantine"), ("quarantine-feed", "/quarantine/bike-store/orders"), ("sql", "/sql?q=select%20*%20from%20sales_by_month"),
        ("settings", "/settings"), ("settings-me", "/settings?tab=me"), ("settings-users", "/settings?tab=users"), ("settings-tokens", "/settings?tab=tokens"), ("settings-audit", "/settings?tab=audit"), ("not-found", "/runs/none"),
    ];

    static readonly string[] Used = ["button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "img", "region", "table"];

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Every_page_is_right_in_light_and_dark_on_a_desk_and_on_a_phone(bool dark, bool phone)
    {
        await using var window = await browser.OpenAsync(demo.Served, Role.Admin, dark, phone);
        foreach (var (name, address) in Pages)
        {
            var answer = await window.Page.GotoAsync(address.Replace("{run}", demo.Run, StringComparison.Ordinal));
            Assert.Equal(name == "not-found" ? 404 : 200, answer!.Status);
            await window.Page.WaitForSelectorAsync("h1");
            await window.ShootAsync($"{name}{(dark ? "-dark" : "")}{(phone ? "-phone" : "")}");
            Assert.False(await window.OverflowsAsync(), $"{name} is wider than the window");
            Assert.Equal(dark ? "dark" : "light", await window.Page.GetAttributeAsync("html", "data-bs-theme"));
            if (name == "not-found")
                window.Forgive("404");
        }
        window.AssertQuiet();
    }

    [Fact]
    public async Task Everything_that_can_be_used_has_a_name_and_is_reached_with_the_keyboard()
    {
        await using var window = await browser.OpenAsync(demo.Served, Role.Admin);
        var page = window.Page;
        var tree = await page.Context.NewCDPSessionAsync(page);
        List<string> nameless = [], unreached = [];
        foreach (var (name, address) in Pages)
        {
            await page.GotoAsync(address.Replace("{run}", demo.Run, StringComparison.Ordinal));
            await page.WaitForSelectorAsync("h1");
            var nodes = (await tree.SendAsync("Accessibility.getFullAXTree"))!.Value.GetProperty("nodes").EnumerateArray().Where(x => !x.GetProperty("ignored").GetBoolean());
            nameless.AddRange(nodes.Where(x => Used.Contains(Text(x, "role")) && Text(x, "name").Length == 0).Select(x => $"{name}: a {Text(x, "role")}"));
            // Whatever a mouse can press, Tab can come to: it is a link, a button or a field, or says that it can be come to.
            unreached.AddRange((await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('[onclick], [data-toggle], [data-copy], [data-confirm], [data-theme-toggle], .rows-link tbody tr')].filter(x => x.tabIndex < 0 && !x.querySelector('a')).map(x => x.outerHTML.slice(0, 80))")).Select(x => $"{name}: {x}"));
            Assert.Equal(1, await page.Locator("h1").CountAsync());
            if (name == "not-found")
                window.Forgive("404");
        }
        Assert.True(nameless.Count + unreached.Count == 0, string.Join('\n', nameless.Concat(unreached)));

        await page.GotoAsync("/runs");
        await page.Keyboard.PressAsync("Tab");
        await Microsoft.Playwright.Assertions.Expect(page.GetByText("Skip to content")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await Microsoft.Playwright.Assertions.Expect(page.GetByLabel("Pipeline")).ToBeFocusedAsync();
        window.AssertQuiet();

        static string Text(System.Text.Json.JsonElement node, string of) => node.TryGetProperty(of, out var x) && x.TryGetProperty("value", out var value) ? value.ToString() : "";
    }

    /// <summary>The demo's shop, served to all tests, which change nothing.</summary>
    public sealed class Demo : IAsyncLifetime
    {
        readonly EmptyFolder _folder = new();

        internal Served Served { get; private set; } = null!;

        public string Run { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            var demo = await Typed.InAsync(_folder.Path, "demo", "--no-serve", "--dir", "shop");
            Assert.Equal(0, demo.Code);
            Served = await Served.StartAsync(Path.Combine(_folder.Path, "shop"));
            Run = (await Served.Store.ListRunsAsync(1, CancellationToken.None))[0].RunId;
        }

        public async ValueTask DisposeAsync()
        {
            await Served.DisposeAsync();
            _folder.Dispose();
        }
    }
}
