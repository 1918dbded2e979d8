namespace Cartage.Projects;

/// <summary>Finds what was perhaps meant.</summary>
public static class Spelling
{
    /// <summary>A question to end a message with, or null where nothing is near.</summary>
    public static string? Suggest(string written, IEnumerable<string> known) =>
        known.Select(k => (Name: k, Distance: Distance(written.ToLowerInvariant(), k.ToLowerInvariant()))).OrderBy(x => x.Distance).FirstOrDefault() is { Name: { } name, Distance: var d } && d <= (written.Length < 4 ? 1 : Math.Max(2, written.Length / 3))
            ? $"Did you mean '{name}'?"
            : null;

    static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), corner + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
