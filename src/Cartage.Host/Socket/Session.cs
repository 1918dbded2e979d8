using Cartage.Host.Access;
using Cartage.Host.Commands;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Host.Socket;

/// <summary>A project this process holds, and the socket others ask it through.</summary>
public sealed class Session : IAsyncDisposable
{
    readonly Server? _server;
    readonly Session? _owner;
    Task<Accounts>? _accounts;

    Session(Workspace workspace, Shell shell, bool serves)
    {
        (Workspace, Serves) = (workspace, serves);
        _server = Server.TryStart(workspace.Project.StateFolder, shell with { Session = this });
    }

    Session(Workspace workspace, Session owner) => (Workspace, Serves, _owner) = (workspace, true, owner);

    /// <summary>The project's state and tables.</summary>
    public Workspace Workspace { get; }

    /// <summary>Whether others may do through this process what changes something, and not only look.</summary>
    internal bool Serves { get; }

    /// <summary>The server this process is, where it is one.</summary>
    internal Serving.Desk? Desk
    {
        get => _owner is null ? field : _owner.Desk;
        set;
    }

    /// <summary>Users, tokens and the audit log.</summary>
    internal Task<Accounts> AccountsAsync(CancellationToken ct) =>
        _owner?.AccountsAsync(ct) ?? (_accounts ??= Accounts.OpenAsync(Workspace.Store, Workspace.Clock, ct));

    internal static Session Start(Workspace workspace, Shell shell, bool serves = false) => new(workspace, shell, serves);

    /// <summary>The same tables for a command of another process, which ends without closing them.</summary>
    internal Session Lend(Project project) => new(Workspace.Under(project), this);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_owner is not null)
            return;
        if (_server is not null)
            await _server.DisposeAsync();
        await Workspace.DisposeAsync();
    }
}
