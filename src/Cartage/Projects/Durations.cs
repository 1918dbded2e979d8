using System.Globalization;
using System.Text.RegularExpressions;

namespace Cartage.Projects;

/// <summary>Durations as users write them: <c>5m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
public static partial class Durations
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(366 * 1000); // so that an instant can be moved by it

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out TimeSpan span)
    {
        span = TimeSpan.Zero;
        if (!Whole().IsMatch(text))
            return false;
        var seconds = 0.0;
        foreach (Match part in Part().Matches(text))
            seconds += double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * (part.Groups[2].Value switch { "d" => 86_400, "h" => 3600, "m" => 60, "ms" => 0.001, _ => 1 });
        if (seconds > Longest.TotalSeconds)
            return false;
        span = TimeSpan.FromSeconds(seconds);
        return true;
    }

    internal const string Pattern = @"^(\d+(\.\d+)?(d|h|ms|m|s))+$";

    [GeneratedRegex(Pattern)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(d|h|ms|m|s)")]
    private static partial Regex Part();
}
