using Cartage.Host.Output;
using Cartage.Host.Socket;

namespace Cartage.Host;

/// <summary>What every verb is run with: where to print, and the time.</summary>
public sealed record Shell(Terminal Terminal, TimeProvider Clock)
{
    /// <summary>The folder relative paths are in.</summary>
    public string Folder { get; init; } = Environment.CurrentDirectory;

    /// <summary>What was typed, without the program's name.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>The project this process holds already, when a command comes from another one.</summary>
    public Session? Session { get; init; }
}
