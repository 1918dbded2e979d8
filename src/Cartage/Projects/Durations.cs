using System.Globalization;
using System.Text.RegularExpressions;

namespace Cartage.Projects;

/// <summary>Durations as users write them: <c>5m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
public static partial class Durations
{
    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out TimeSpan span)
    {
        span = TimeSpan.Zero;
        if (!Whole().IsMatch(text))
            return false;
        foreach (Match part in Part().Matches(text))
            span += double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * (part.Groups[2].Value switch { "d" => TimeSpan.FromDays(1), "h" => TimeSpan.FromHours(1), "m" => TimeSpan.FromMinutes(1), "ms" => TimeSpan.FromMilliseconds(1), _ => TimeSpan.FromSeconds(1) });
        return true;
    }

    internal const string Pattern = @"^(\d+(\.\d+)?(d|h|ms|m|s))+$";

    [GeneratedRegex(Pattern)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(d|h|ms|m|s)")]
    private static partial Regex Part();
}
