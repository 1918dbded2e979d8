using System.Globalization;

namespace Cartage.Host.Gen;

/// <summary>Where what is made lies: the base files at the root, changes by day, and beside dirty files what they were.</summary>
sealed class GenFolder(string root)
{
    public static readonly string[] Feeds = ["brands", "categories", "stores", "staffs", "products", "stocks", "customers", "orders", "order_items"];

    public string Root { get; } = Path.GetFullPath(root);

    public string Clean => Path.Combine(Root, "_dirt", "clean");

    public string Manifest => Path.Combine(Root, "_dirt", "manifest.jsonl");

    public static string File(string folder, string feed) => Path.Combine(folder, feed + ".csv");

    public string Day(DateOnly day) => Path.Combine(Root, "changes", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>Takes away what an earlier time wrote, by its names: days that are no longer asked for must not stay, and a user's own files must.</summary>
    public void Clear()
    {
        var changes = Path.Combine(Root, "changes");
        if (Directory.Exists(changes))
            foreach (var day in Directory.EnumerateDirectories(changes).Where(d => DateOnly.TryParseExact(Path.GetFileName(d), "yyyy-MM-dd", out _)))
                Empty(day);
        var dirt = Path.GetDirectoryName(Manifest)!;
        if (Directory.Exists(dirt))
            System.IO.File.Delete(Manifest);
        foreach (var folder in (string[])[changes, Clean, dirt, Root])
            Empty(folder);
        Directory.CreateDirectory(Root);
    }

    static void Empty(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var feed in Feeds)
            System.IO.File.Delete(File(folder, feed));
        if (!Directory.EnumerateFileSystemEntries(folder).Any())
            Directory.Delete(folder);
    }
}
