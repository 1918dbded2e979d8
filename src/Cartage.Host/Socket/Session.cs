using Cartage.Runs;

namespace Cartage.Host.Socket;

/// <summary>A project this process holds, and the socket others ask it through.</summary>
public sealed class Session : IAsyncDisposable
{
    readonly Server? _server;

    Session(Workspace workspace, Shell shell)
    {
        Workspace = workspace;
        _server = Server.TryStart(workspace.Project.StateFolder, shell with { Session = this });
    }

    /// <summary>The project's state and tables.</summary>
    public Workspace Workspace { get; }

    internal static Session Start(Workspace workspace, Shell shell) => new(workspace, shell);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        await Workspace.DisposeAsync();
    }
}
