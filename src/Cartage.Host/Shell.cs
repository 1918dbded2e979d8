using Cartage.Host.Output;

namespace Cartage.Host;

/// <summary>What every verb is run with: where to print, and the time.</summary>
public sealed record Shell(Terminal Terminal, TimeProvider Clock)
{
    /// <summary>The folder relative paths are in.</summary>
    public string Folder { get; init; } = Environment.CurrentDirectory;
}
