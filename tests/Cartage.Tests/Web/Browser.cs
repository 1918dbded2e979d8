using Cartage.Host.Access;
using Cartage.Tests.Support;
using Microsoft.Playwright;

namespace Cartage.Tests.Web;

/// <summary>Debian's Chromium, without a window; started once for all tests of a class.</summary>
public sealed class Browser : IAsyncLifetime
{
    static readonly string[] Arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
    static readonly float Patience = (float)Wait.Longest.TotalMilliseconds;

    IPlaywright? _playwright;
    IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists("/usr/bin/chromium"))
            return;
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = Arguments, Timeout = Patience });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A fresh window; what the console complains of is kept, and everything asked of another machine.</summary>
    internal async Task<Window> OpenAsync(Served served, Role? role, bool dark = false, bool phone = false)
    {
        if (_browser is null)
            Assert.Skip("chromium: it is not installed on this machine");
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = served.Url.ToString(),
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = phone ? new() { Width = 390, Height = 844 } : new() { Width = 1440, Height = 900 },
            DeviceScaleFactor = 1,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        var window = new Window(page, served.Url);
        if (role is { } known)
            await page.GotoAsync(await served.Desk.EntryForAsync(Served.NameOf(known), CancellationToken.None));
        return window;
    }
}

/// <summary>A browser's window and what went wrong in it.</summary>
sealed class Window : IAsyncDisposable
{
    static readonly string Shots = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;
    readonly List<string> _complaints = [];

    public Window(IPage page, Uri home)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Complain($"{message.Type}: {message.Text} at {message.Location}");
        };
        page.PageError += (_, error) => Complain($"script: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("data:", StringComparison.Ordinal) && new Uri(request.Url).Authority != home.Authority)
                Complain($"asks another machine: {request.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>Keeps what is seen, as test output to look at.</summary>
    public Task ShootAsync(string name, bool whole = true) => Page.ScreenshotAsync(new() { Path = Path.Combine(Shots, name + ".png"), FullPage = whole });

    /// <summary>Whether the page is wider than the window, which a phone would have to scroll.</summary>
    public Task<bool> OverflowsAsync() => Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1");

    /// <summary>Leaves a complaint out that was to be expected.</summary>
    public void Forgive(string part)
    {
        lock (_complaints)
            _complaints.RemoveAll(x => x.Contains(part, StringComparison.Ordinal));
    }

    public void AssertQuiet() => Assert.Empty(_complaints);

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();

    void Complain(string what)
    {
        lock (_complaints)
            _complaints.Add(what);
    }
}
