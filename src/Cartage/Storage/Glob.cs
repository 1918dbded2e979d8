using System.Text.RegularExpressions;

namespace Cartage.Storage;

/// <summary>Patterns over names with <c>/</c> between their parts: <c>*</c> and <c>?</c> within a part, <c>**</c> over parts.</summary>
public static class Glob
{
    /// <summary>A regular expression that matches the whole names a pattern means.</summary>
    public static Regex Of(string pattern) =>
        new("^" + Regex.Escape(pattern).Replace(@"\*\*/", "(.*/)?").Replace(@"\*\*", ".*").Replace(@"\*", "[^/]*").Replace(@"\?", "[^/]") + "$", RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);

    /// <summary>Whether there is anything to match in it.</summary>
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    /// <summary>The folder that all matches of a pattern are in, with its closing <c>/</c>.</summary>
    public static string Folder(string pattern) => (IsPattern(pattern) ? pattern[..pattern.AsSpan().IndexOfAny('*', '?')] : pattern) is var start ? start[..(start.LastIndexOf('/') + 1)] : "";
}
