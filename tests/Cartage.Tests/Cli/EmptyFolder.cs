namespace Cartage.Tests.Cli;

/// <summary>A folder of its own for one test.</summary>
public sealed class EmptyFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cartage-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
