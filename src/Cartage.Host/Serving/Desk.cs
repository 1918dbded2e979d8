using System.Security.Claims;
using Cartage.Host.Access;
using Cartage.Host.Api;
using Cartage.Host.Commands;
using Cartage.Host.Socket;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Triggers;
using Microsoft.AspNetCore.Http;

namespace Cartage.Host.Serving;

/// <summary>What pages and API have at hand.</summary>
sealed record Desk(Session Session, LiveProject Projects, RunQueue Queue, Accounts Accounts, OneTimeLinks Links, LoginGate Gate, Counters Counters, ServeOptions Options)
{
    Lineage? _lineage;
    Automation.Automation? _automation;

    /// <summary>The tables and the history under the project as it is now.</summary>
    public Workspace Workspace => Session.Workspace.Under(Projects.Current);

    public Project Project => Projects.Current;

    public RunStore Store => Session.Workspace.Store;

    public TimeProvider Clock => Session.Workspace.Clock;

    /// <summary>What happens by itself, once the server is up.</summary>
    public Automation.Automation Automation { get => _automation ?? throw new PipelineException("the server is starting", isTransient: true); set => _automation = value; }

    /// <summary>The schedules that should have fired and have not.</summary>
    public IReadOnlyList<OverdueRun> Overdue => _automation?.Overdue ?? [];

    /// <summary>What happened and no run has seen to yet, by pipeline.</summary>
    public Task<List<PendingEvents>> PendingAsync(CancellationToken ct) => _automation is { } up ? up.Inbox.PendingAsync(ct) : Task.FromResult<List<PendingEvents>>([]);

    /// <summary>Ends what waits for news, so that the server can stop.</summary>
    public CancellationToken Closing { get; init; }

    /// <summary>What tables and columns are made of, read again when the files have changed.</summary>
    public async Task<Lineage> LineageAsync(CancellationToken ct) => _lineage is { } known && ReferenceEquals(known.Project, Projects.Current) ? known : _lineage = await Lineage.ReadAsync(Workspace, ct);

    /// <summary>What is hidden from a request's user: whoever may mend rows sees personal data.</summary>
    public async Task<Masking> MaskingAsync(ClaimsPrincipal user, CancellationToken ct) => new(Project, (await LineageAsync(ct)).Personal, !user.May(Scope.Edit));

    /// <summary>Where a defect is written.</summary>
    public TextWriter Problems { get; init; } = TextWriter.Null;

    /// <summary>Where browsers find the server.</summary>
    public Uri Address { get; set; } = new("http://localhost/");

    /// <summary>The admin a link for whoever started the server lets in.</summary>
    public string FirstAdmin => Accounts.Users.First(x => x.Role == Role.Admin).Name;

    /// <summary>The name of a cookie: another than other projects' at this host, the same as that of servers that share their users.</summary>
    public string Cookie(string what) => $"cartage-{what}-{(Workspace.Cluster is null ? $"{Options.Url.Port}" : Uri.EscapeDataString(Project.Name))}";

    /// <summary>An address that lets a user in once.</summary>
    public async Task<string> EntryForAsync(string user, CancellationToken ct) => new Uri(Address, $"/enter?code={await Links.CreateAsync(user, ct)}").ToString();

    /// <summary>What a request's user does.</summary>
    public Deeds DeedsOf(HttpContext context) => new(this, context.User.Identity?.Name ?? "nobody", SignIn.From(context));
}
