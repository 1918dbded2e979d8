namespace Cartage.Host;

/// <summary>The example projects that lie beside the program.</summary>
static class Examples
{
    static string Folder => Path.Combine(AppContext.BaseDirectory, "examples");

    public static IReadOnlyList<string> Names =>
        Directory.Exists(Folder) ? [.. Directory.EnumerateDirectories(Folder).Select(x => Path.GetFileName(x)!).Order(StringComparer.Ordinal)] : [];

    /// <summary>The files of an example, relative to its folder.</summary>
    public static IReadOnlyList<string> Files(string name)
    {
        var root = Path.Combine(Folder, name);
        return [.. Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(x => Path.GetRelativePath(root, x)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Writes an example's files into a folder, over those of the same name.</summary>
    public static void Copy(string name, string folder)
    {
        foreach (var file in Files(name))
        {
            var target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, File.ReadAllBytes(Path.Combine(Folder, name, file)));
        }
        Ignore(folder);
    }

    /// <summary>Keeps what a project makes out of git.</summary>
    public static void Ignore(string folder)
    {
        var ignore = Path.Combine(folder, ".gitignore");
        if (!File.Exists(ignore))
            File.WriteAllText(ignore, ".cartage/\n");
    }
}
