using System.Net.Sockets;
using Cartage.Host.Access;
using Cartage.Host.Socket;
using Cartage.Projects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Cartage.Host.Serving;

/// <summary>The server from its start to its end: pages, API and the queue over one opened project.</summary>
sealed class Running : IAsyncDisposable
{
    static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    readonly WebApplication _site;
    readonly CancellationTokenSource _closing;
    readonly Task _counting, _sharing;
    readonly Telemetry? _telemetry;
    readonly Desk _desk;

    Running(WebApplication site, Desk desk, CancellationTokenSource closing)
    {
        (_site, _desk, _closing) = (site, desk, closing);
        _counting = desk.Counters.WatchAsync(desk.Store, closing.Token);
        _telemetry = Telemetry.Start(desk.Store);
        _sharing = desk.Workspace.Cluster is null ? Task.CompletedTask : ShareAsync(desk, closing.Token);
    }

    /// <summary>Where it listens.</summary>
    public Uri Url => _desk.Address;

    /// <summary>What pages and API have at hand.</summary>
    public Desk Desk => _desk;

    /// <summary>Everything it answers to.</summary>
    public IReadOnlyList<RouteEndpoint> Endpoints => [.. ((IEndpointRouteBuilder)_site).DataSources.SelectMany(x => x.Endpoints).OfType<RouteEndpoint>()];

    /// <summary>Starts to listen, then goes on with what an earlier server left undone.</summary>
    public static async Task<Running> StartAsync(Session session, Func<CancellationToken, Task<LoadedProject>> read, ServeOptions options, Output.Terminal terminal, CancellationToken ct)
    {
        var clock = session.Workspace.Clock;
        var accounts = await session.AccountsAsync(ct);
        options.Require(accounts.HasAdminPassword);
        if (accounts.Users.Count == 0)
            await accounts.SetAsync("admin", Role.Admin, null, ct);
        var projects = new LiveProject(session.Workspace.Project, read, clock);
        var closing = new CancellationTokenSource();
        var desk = new Desk(session, projects, new(session.Workspace, projects, terminal.Error), accounts, new(session.Workspace.Store, clock), new(clock), new(clock), options) { Closing = closing.Token, Problems = terminal.Error };
        var site = Site.Build(desk);
        try
        {
            await site.StartAsync(ct);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new PipelineException($"{options.Url}: cannot listen there: {e.Message}", hint: "Stop what does, or name another address with --url.", inner: e);
        }
        desk.Address = At(options, site.Urls);
        session.Desk = desk;
        await desk.Queue.ResumeAsync(ct);
        desk.Automation = await Automate.StartAsync(desk, ct);
        return new(site, desk, closing);
    }

    /// <summary>Answers what was asked, rolls back what runs and leaves it, with what waits, to the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _desk.Automation.DisposeAsync();
        await _site.StopAsync();
        await _site.DisposeAsync();
        await _desk.Queue.DisposeAsync();
        await _counting;
        await _sharing;
        if (_telemetry is not null)
            await _telemetry.DisposeAsync();
        _desk.Projects.Dispose();
        _closing.Dispose();
    }

    // Users and tokens are asked for with every request; what another server changes counts here a moment later.
    static async Task ShareAsync(Desk desk, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
            try
            {
                await Task.Delay(Often, desk.Clock, ct);
                await desk.Accounts.RefreshAsync(ct);
            }
            catch (Exception e) when (e is PipelineException or System.Data.Common.DbException)
            {
                continue; // the run store is away; who works with it says so
            }
            catch (OperationCanceledException)
            {
                return;
            }
    }

    // Port 0 is only known once it listens; an address that stands for all is not one to go to.
    static Uri At(ServeOptions options, ICollection<string> urls)
    {
        var isAll = options.Url.Host is "0.0.0.0" or "[::]";
        var port = new Uri(urls.First().Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
        return new UriBuilder(options.Url) { Port = port, Host = isAll ? options.Hosts.FirstOrDefault("localhost") : options.Url.Host }.Uri;
    }
}
