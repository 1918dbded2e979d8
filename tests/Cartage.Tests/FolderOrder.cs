using System.Text.RegularExpressions;

namespace Cartage.Tests;

public sealed partial class FolderOrder
{
    static readonly string[] Order = ["Storage", "Warehouses", "Checks", "Models", "Ingest", "Streaming", "Dashboards", "Projects", "Plans", "Runs", "Triggers", "Alerts"];

    [Fact]
    public void A_folder_of_the_engine_uses_only_those_above_it()
    {
        var engine = Path.Combine(Root(), "src", "Cartage");
        var files = Directory.EnumerateFiles(engine, "*.cs", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
            foreach (Match use in Using().Matches(File.ReadAllText(file)))
                if (Path.GetRelativePath(engine, file).Split(Path.DirectorySeparatorChar) is [var folder, _, ..])
                    Assert.True(Array.IndexOf(Order, use.Groups["folder"].Value) <= Array.IndexOf(Order, folder), $"{file}: {folder} comes before {use.Groups["folder"].Value}");
    }

    [Fact]
    public void No_note_to_self_is_left_in_the_code() =>
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(Root(), "src"), "*.cs", SearchOption.AllDirectories), f => File.ReadAllText(f).Contains("NotImplemented" + "Exception", StringComparison.Ordinal) || File.ReadAllText(f).Contains("TO" + "DO", StringComparison.Ordinal));

    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cartage.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"^using Cartage\.(?<folder>\w+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
