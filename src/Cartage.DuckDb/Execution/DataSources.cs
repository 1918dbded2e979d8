namespace Cartage.DuckDb;

/// <summary>Tells which data sources are one database.</summary>
static class DataSources
{
    public static StringComparer Comparer => OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>The file's path with all links followed, or the name of a shared in-memory database; null for one that nobody shares.</summary>
    public static string? SharedName(string source) =>
        source == ":memory:" ? null
        : source.StartsWith(":memory:", StringComparison.Ordinal) ? source
        : Followed(new FileInfo(Path.GetFullPath(source)));

    static string Followed(FileSystemInfo entry) =>
        entry.LinkTarget is not null && entry.ResolveLinkTarget(returnFinalTarget: true) is { } target ? Followed(target)
        : Path.GetDirectoryName(entry.FullName) is { } parent ? Path.Join(Followed(new DirectoryInfo(parent)), entry.Name)
        : entry.FullName;
}
