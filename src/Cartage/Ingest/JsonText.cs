using System.Text.RegularExpressions;

namespace Cartage.Ingest;

/// <summary>JSON as some write it.</summary>
static partial class JsonText
{
    /// <summary>The text with the mark for an unknown character in place of halves of characters (<c>\ud83d</c> alone), which a title has that was cut; DuckDB refuses the whole text for one.</summary>
    public static string Mend(string json) => Half().Replace(json, @"\ufffd");

    // A half is escaped by an odd number of backslashes, and stands where the other half is not beside it.
    [GeneratedRegex(@"(?<=(?<!\\)(?:\\\\)*)\\u(?:d[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!(?<!\\)(?:\\\\)*\\ud[89ab][0-9a-f]{2}\\u)d[c-f][0-9a-f]{2})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Half();
}
