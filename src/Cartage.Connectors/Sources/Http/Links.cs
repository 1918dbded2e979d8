using System.Text.RegularExpressions;

namespace Cartage.Connectors.Sources.Http;

/// <summary>The Link header (RFC 8288).</summary>
static partial class Links
{
    /// <summary>The address of the next page, null where there is none.</summary>
    public static string? Next(IEnumerable<string> headers) =>
        headers.SelectMany(h => Link().Matches(h)).FirstOrDefault(IsNext)?.Groups["address"].Value;

    static bool IsNext(Match link) => Relation().Match(link.Groups["rest"].Value).Groups["names"].Value.Split(' ').Contains("next", StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex("""<(?<address>[^>]*)>(?<rest>(?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)""")]
    private static partial Regex Link();

    [GeneratedRegex("""\brel\s*=\s*(?:"(?<names>[^"]*)"|(?<names>[^\s",;]+))""", RegexOptions.IgnoreCase)]
    private static partial Regex Relation();
}
