using System.Text.RegularExpressions;

namespace Cartage.Ingest.Crawling;

/// <summary>Files that look like one feed: its name, the pattern that finds them, and the names of the hive partitions on their way.</summary>
public sealed partial record CrawledFiles(string Name, string Pattern, IReadOnlyList<string> Paths, IReadOnlyList<string> Partitions)
{
    const int MostFiles = 400;

    /// <summary>Those that are looked at: all of them, or some from the first to the last.</summary>
    public IReadOnlyList<string> Looked { get; init; } = Paths.Count <= MostFiles ? Paths : [.. Enumerable.Range(0, MostFiles).Select(i => Paths[(int)((long)i * (Paths.Count - 1) / (MostFiles - 1))])];

    /// <summary>The files of a file, folder or pattern (absolute).</summary>
    public static IReadOnlyList<CrawledFiles> Find(string path)
    {
        if (File.Exists(path))
            return [Single(path)];
        var paths = FileSource.IsGlob(path) ? FileSource.Match(path).ToList()
            : Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden }).Where(Known).Order(StringComparer.Ordinal)]
            : throw new PipelineException($"{path}: there is no such file or folder", hint: "Name a file, a folder, a pattern in quotes, or zone://path.");
        return Of(path, paths);
    }

    /// <summary>One file.</summary>
    public static CrawledFiles Single(string path) => new(NameOf(Core(Stem(path)), path), path, [path], Hive(path));

    /// <summary>Paths put together by folder and name without what looks like a date or a number; a <see cref="PipelineException"/> names the place where there is none.</summary>
    public static IReadOnlyList<CrawledFiles> Of(string place, IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
            throw new PipelineException($"{place}: no file there that can be read as a table", hint: "CSV, TSV, JSON, NDJSON and Parquet are read, also with .gz or .zst.");
        var groups = paths.GroupBy(p => (Folder: Place(p), Core: Core(Stem(p)), Extension: Extension(p))).ToList();
        var found = groups.ConvertAll(g =>
        {
            var taken = groups.Exists(o => o.Key != g.Key && o.Key.Folder == g.Key.Folder && o.Key.Extension == g.Key.Extension && o.Any(p => Stem(p).StartsWith(g.Key.Core, StringComparison.Ordinal)));
            return new CrawledFiles(NameOf(g.Key.Core, g.First()), $"{g.Key.Folder}/{FilePattern(g.Key.Core, g.Key.Extension, [.. g.Select(Stem)], taken)}", [.. g], Hive(g.First()));
        });
        return [.. found.GroupBy(f => f.Name).SelectMany(g => g.Count() == 1 ? g : g.Select((f, i) => f with { Name = i == 0 ? f.Name : $"{f.Name}_{i + 1}" }))];
    }

    // Where the names of another feed begin with the core, too, the pattern begins with what is before the numbers and the first digit.
    static string FilePattern(string core, string extension, List<string> stems, bool taken) =>
        stems.TrueForAll(s => s == core) ? core + extension
        : taken && stems.Select(s => s[..(s.AsSpan().IndexOfAnyInRange('0', '9') + 1)]).Distinct().ToList() is [{ Length: > 0 } start] ? $"{start}*{extension}"
        : stems.TrueForAll(s => s.StartsWith(core, StringComparison.Ordinal)) ? $"{core}*{extension}"
        : stems.TrueForAll(s => s.Contains(core, StringComparison.Ordinal)) ? $"*{core}*{extension}"
        : $"{Numbers().Replace(stems[0], "*")}*{extension}";

    static List<string> Hive(string path) => [.. path.Split('/').Select(s => HivePart().Match(s)).Where(m => m.Success).Select(m => m.Groups["name"].Value)];

    // Folders that say when, or which partition, are passed through by the pattern.
    static string Place(string path)
    {
        List<string> parts = [];
        foreach (var part in Path.GetDirectoryName(path)!.Split('/'))
            if (!(HivePart().IsMatch(part) || part.Length > 0 && Core(part).Length == 0))
                parts.Add(part);
            else if (parts.Count == 0 || parts[^1] != "**")
                parts.Add("**");
        return string.Join('/', parts);
    }

    static string NameOf(string core, string path)
    {
        for (var folder = Path.GetDirectoryName(path); core.Length == 0 && folder is not null; folder = Path.GetDirectoryName(folder))
            core = HivePart().IsMatch(Path.GetFileName(folder)) ? "" : Core(Path.GetFileName(folder));
        var name = NotInNames().Replace(core.ToLowerInvariant(), "_").Trim('_');
        return name.Length == 0 ? "rows" : char.IsAsciiDigit(name[0]) ? "f_" + name : name;
    }

    // What is before the first number that stands alone; where that is nothing, what is between all of them.
    static string Core(string stem) => (Numbers().Match(stem) is { Success: true, Index: > 0 } number && !char.IsAsciiDigit(number.ValueSpan[0]) ? stem[..number.Index] : Numbers().Replace(stem, "")).Trim('-', '_', '.', ' ');

    static string Stem(string path) => Path.GetFileName(path) is var file && file.IndexOf('.', 1) is > 0 and var dot ? file[..dot] : file;

    static string Extension(string path) => Path.GetFileName(path) is var file && file.IndexOf('.', 1) is > 0 and var dot ? file[dot..] : "";

    /// <summary>Whether its name says that it is a table.</summary>
    public static bool Known(string path) => Extensions().IsMatch(path) && !path.EndsWith(Manifest.Suffix, StringComparison.Ordinal);

    [GeneratedRegex(@"\.(csv|tsv|tab|txt|json|ndjson|jsonl|parquet|pq)(\.gz|\.zst)?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Extensions();

    [GeneratedRegex(@"^(?<name>[A-Za-z_]\w*)=.*$", RegexOptions.ExplicitCapture)]
    private static partial Regex HivePart();

    [GeneratedRegex(@"[-_. ]*\d[-_.\d]*(T\d+Z?)?", RegexOptions.ExplicitCapture)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"[^a-z0-9]+")]
    private static partial Regex NotInNames();
}
