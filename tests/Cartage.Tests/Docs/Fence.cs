using System.Text.RegularExpressions;

namespace Cartage.Tests.Docs;

/// <summary>A fenced block of a page: its language, the file it is where that is said, its text, the line it begins at, and why it is not run, where a comment before it says so.</summary>
public sealed partial record Fence(string Page, int Line, string Language, string? File, string Text, string? NotRun)
{
    const string Solution = "Cartage.slnx";

    /// <summary>The repository's folder, where the tests lie in one.</summary>
    public static string? Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, Solution)))
                folder = folder.Parent;
            return folder?.FullName;
        }
    }

    /// <summary>README.md and every page of docs.</summary>
    public static IEnumerable<string> Pages =>
        Repository is { } root ? [Path.Combine(root, "README.md"), .. Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md").Order(StringComparer.Ordinal)] : [];

    /// <summary>The blocks of a page in their order.</summary>
    public static IEnumerable<Fence> Of(string page)
    {
        var lines = System.IO.File.ReadAllLines(page);
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            var (start, said) = (i, lines[i][3..].Trim().Split(' ', 2));
            while (++i < lines.Length && !lines[i].StartsWith("```", StringComparison.Ordinal)) { }
            var before = lines[..start].LastOrDefault(l => l.Trim().Length > 0) ?? "";
            yield return new(Path.GetFileName(page), start + 1, said[0], said.ElementAtOrDefault(1), string.Join('\n', lines[(start + 1)..Math.Min(i, lines.Length)]) + "\n", Marker().Match(before) is { Success: true } mark ? mark.Groups["why"].Value : null);
        }
    }

    [GeneratedRegex("^<!-- not run: (?<why>.+) -->$")]
    private static partial Regex Marker();
}
