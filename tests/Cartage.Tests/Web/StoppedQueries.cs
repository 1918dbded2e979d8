using System.Diagnostics;
using System.Net.Http.Json;
using Cartage.Host.Access;
using Cartage.Tests.Cli;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace Cartage.Tests.Web;

/// <summary>A query that nobody waits for any more ends in the engine, long before its time is up.</summary>
public sealed class StoppedQueries(Browser browser) : IClassFixture<Browser>, IDisposable
{
    const string Endless = "select count(*) from range(100000000000) as a(i) where md5(cast(i as varchar)) = 'x'";

    readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task By_cancel_in_the_console()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        await using var window = await browser.OpenAsync(served, Role.Viewer);
        using var asked = new Asked(served.Url, "/sql", x => x.Query.ContainsKey("q"));
        await window.Page.GotoAsync("/sql");
        await window.Page.Locator("#q").FillAsync(Endless);
        // While a page is on its way nothing can be asked of the one that is there, so where the button will be is asked before.
        var at = await window.Page.EvaluateAsync<float[]>("() => { const stop = document.querySelector('[data-stop]'); stop.hidden = false; const box = stop.getBoundingClientRect(); stop.hidden = true; return [box.x + box.width / 2, box.y + box.height / 2]; }");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Run" }).DispatchEventAsync("click"); // a click would wait for the answer
        await asked.Began.WaitAsync(Patience, Now);

        await window.Page.Mouse.ClickAsync(at[0], at[1]);

        await asked.Ended.WaitAsync(TimeSpan.FromSeconds(25), Now); // it would go on for thirty
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeHiddenAsync();
        await Assertions.Expect(window.Page.Locator("#q")).ToHaveValueAsync(Endless);
    }

    [Fact]
    public async Task By_a_program_that_hangs_up()
    {
        await using var served = await Served.StartAsync(_shop.Path);
        using var program = await served.ProgramAsync(Role.Viewer);
        using var asked = new Asked(served.Url, "/api/sql", _ => true);
        using var stop = new CancellationTokenSource();
        var answer = program.PostAsJsonAsync("/api/sql", new { sql = Endless }, stop.Token);
        await asked.Began.WaitAsync(Patience, Now);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.Equal(StatusCodes.Status499ClientClosedRequest, await asked.Ended.WaitAsync(Patience, Now));
    }

    static TimeSpan Patience => Support.Wait.Longest;

    static CancellationToken Now => TestContext.Current.CancellationToken;

    /// <summary>When a server of this process begins to answer a request, and how that ends.</summary>
    sealed class Asked : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly List<IDisposable> _listening = [];
        readonly Func<HttpRequest, bool> _isIt;

        public Asked(Uri server, string path, Func<HttpRequest, bool> isIt)
        {
            _isIt = x => x.Host.Port == server.Port && x.Path == path && isIt(x);
            _listening.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public Task Began => _began.Task;

        public Task<int> Ended => _ended.Task;

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.AspNetCore")
                _listening.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is not HttpContext context || !_isIt(context.Request))
                return;
            if (value.Key.EndsWith("HttpRequestIn.Start", StringComparison.Ordinal))
                _began.TrySetResult();
            if (value.Key.EndsWith("HttpRequestIn.Stop", StringComparison.Ordinal))
                _ended.TrySetResult(context.Response.StatusCode);
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }

        public void Dispose() => _listening.ForEach(x => x.Dispose());
    }
}
