using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cartage.Host;
using Cartage.Host.Access;
using Cartage.Host.Commands;
using Cartage.Host.Output;
using Cartage.Host.Serving;
using Cartage.Host.Socket;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Tests.Web;

/// <summary>A server over a project, in this process, on a free port; with a user of each role.</summary>
sealed partial class Served : IAsyncDisposable
{
    readonly Session _session;
    readonly Running _running;

    readonly StringWriter _problems;

    Served(Session session, Running running, StringWriter problems) => (_session, _running, _problems) = (session, running, problems);

    public Uri Url => _running.Url;

    public Desk Desk => _running.Desk;

    /// <summary>Everything it answers to.</summary>
    public IReadOnlyList<Microsoft.AspNetCore.Routing.RouteEndpoint> Endpoints => _running.Endpoints;

    public RunStore Store => Desk.Store;

    public static async Task<Served> StartAsync(string folder, Func<ServeOptions, ServeOptions>? change = null, TimeProvider? clock = null)
    {
        var time = clock ?? TimeProvider.System;
        var project = ProjectFiles.Load(folder).Project;
        var problems = new StringWriter();
        var terminal = new Terminal(TextWriter.Null, TextWriter.Synchronized(problems));
        var workspace = await Workspace.OpenAsync(project, "cartage serve", VersionCommand.Version, x => Connectors.Connectors.OpenWarehouseAsync(project, x, CancellationToken.None), () => Connectors.Connectors.RunDatabase(project), x => Connectors.Connectors.OpenSource(project, x, time), Connectors.Connectors.OpenZones(project, time), time, CancellationToken.None);
        var session = Session.Start(workspace, new Shell(terminal, time) { Folder = folder }, serves: true);
        var options = new ServeOptions(new("http://127.0.0.1:0")) is var plain && change is not null ? change(plain) : plain;
        var running = await Running.StartAsync(session, _ => Task.FromResult(ProjectFiles.Load(folder)), options, terminal, CancellationToken.None);
        foreach (var role in Enum.GetValues<Role>())
            await running.Desk.Accounts.SetAsync(NameOf(role), role, null, CancellationToken.None);
        return new(session, running, problems);
    }

    /// <summary>What it has complained of.</summary>
    public string Problems => _problems.ToString();

    /// <summary>A part of complaints that are to be expected; of all where it is empty.</summary>
    public string? Forgives { get; set; }

    public static string NameOf(Role role) => role.ToString().ToLowerInvariant();

    /// <summary>A browser without memory of this place.</summary>
    public HttpClient Stranger() => new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new(), UseCookies = true }) { BaseAddress = Url, DefaultRequestHeaders = { { "Accept", "text/html" } } };

    /// <summary>A browser that somebody has come in with.</summary>
    public async Task<HttpClient> BrowserAsync(Role role = Role.Admin)
    {
        var client = Stranger();
        var answer = await client.GetAsync(await Desk.EntryForAsync(NameOf(role), CancellationToken.None));
        Assert.Equal("/", answer.Headers.Location?.ToString());
        return client;
    }

    /// <summary>A program with a token, which finds the API as its document describes it.</summary>
    public async Task<HttpClient> ProgramAsync(Role role = Role.Admin, params string[] scopes)
    {
        var (_, secret) = await Desk.Accounts.Tokens.CreateAsync(Desk.Accounts.Find(NameOf(role))!, "test", scopes.Length == 0 ? Scope.Of(role) : scopes, null, CancellationToken.None);
        var client = new HttpClient(new AsDescribed(DescribedAsync)) { BaseAddress = Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return client;
    }

    async Task<JsonElement> DescribedAsync()
    {
        using var browser = await BrowserAsync();
        return await JsonAsync(await browser.GetAsync("/api/openapi.json"));
    }

    /// <summary>Sends a form as the page at <paramref name="page"/> would, with its forgery token.</summary>
    public static async Task<HttpResponseMessage> SubmitAsync(HttpClient browser, string page, string action, params (string Name, string Value)[] fields)
    {
        var html = await browser.GetStringAsync(page);
        var token = WebUtility.HtmlDecode(Forgery().Match(html).Groups[1].Value);
        return await browser.PostAsync(action, new FormUrlEncodedContent(fields.Append(("_forgery", token)).Select(x => KeyValuePair.Create(x.Item1, x.Item2))));
    }

    /// <summary>An answer's JSON, when all went well.</summary>
    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Waits until a run has ended.</summary>
    public async Task<RunResult> EndAsync(string run)
    {
        using var limit = new CancellationTokenSource(Support.Wait.Longest);
        var events = Store.FollowAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        for (var next = events.MoveNextAsync().AsTask(); ; await Task.WhenAny(next, Task.Delay(100, limit.Token)))
        {
            if (await Store.GetRunAsync(run, limit.Token) is { State: not (RunState.Running or RunState.Queued) } ended)
                return ended;
            if (next.IsCompleted)
                next = events.MoveNextAsync().AsTask();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _running.DisposeAsync();
        await _session.DisposeAsync();
        Assert.True(Problems.Split('\n', StringSplitOptions.RemoveEmptyEntries).All(x => Forgives is { } part && x.Contains(part, StringComparison.Ordinal)), Problems);
    }

    [GeneratedRegex("""name="_forgery" value="([^"]+)""")]
    private static partial Regex Forgery();
}
