using System.Diagnostics.CodeAnalysis;

namespace Cartage.DuckDb;

/// <summary>Tells which data sources are one database.</summary>
static class DataSources
{
    public const string Memory = ":memory:";

    public static StringComparer Comparer => OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>The file's path with all links followed, or the name of a shared in-memory database; null for one that nobody shares.</summary>
    public static string? SharedName(string source) =>
        source == Memory ? null
        : IsFile(source) ? Followed(new FileInfo(Path.GetFullPath(source)))
        : source;

    /// <summary>Whether a name is a file's, which no name of a database in memory is.</summary>
    public static bool IsFile([NotNullWhen(true)] string? name) => name?.StartsWith(Memory, StringComparison.Ordinal) == false;

    static string Followed(FileSystemInfo entry) =>
        entry.LinkTarget is not null && entry.ResolveLinkTarget(returnFinalTarget: true) is { } target ? Followed(target)
        : Path.GetDirectoryName(entry.FullName) is { } parent ? Path.Join(Followed(new DirectoryInfo(parent)), entry.Name)
        : entry.FullName;
}
