using System.Globalization;
using System.Text.RegularExpressions;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>The placeholders of model SQL: <c>{{ start }}</c>, <c>{{ end }}</c> (with <c>:format</c> as text), <c>{{ var.name }}</c>, <c>{{ this }}</c>.</summary>
public static partial class Template
{
    /// <summary>The SQL with values filled in.</summary>
    public static string Render(string sql, Interval interval, IReadOnlyDictionary<string, string> variables, string self) =>
        Fill(sql, (name, format) => name switch
        {
            "start" => Time(interval.Start, format),
            "end" => Time(interval.End, format),
            "this" => self,
            _ => Variable(name, variables) ?? throw NoValue(name, "There are start, end, this and var.NAME with a variable of project.yml."),
        });

    /// <summary>A path with values filled in; times are those of a zone.</summary>
    public static string RenderPath(string path, Interval interval, TimeZoneInfo zone, IReadOnlyDictionary<string, string> variables) =>
        Fill(path, (name, format) => name is "start" or "end"
            ? TimeZoneInfo.ConvertTime(name == "start" ? interval.Start : interval.End, zone).ToString(format.Length == 0 ? "yyyy-MM-dd" : format, CultureInfo.InvariantCulture)
            : Variable(name, variables) ?? throw NoValue(name, "A path can hold start, end and var.NAME with a variable of project.yml."));

    /// <summary>The text with what <paramref name="value"/> makes of each placeholder's name and format, which is empty where there is none.</summary>
    public static string Fill(string text, Func<string, string, string> value) => Placeholder().Replace(text, match => value(match.Groups["name"].Value, match.Groups["format"].Value));

    /// <summary>What to say of a placeholder that nothing fills in.</summary>
    public static PipelineException NoValue(string name, string hint) => new($"the placeholder '{{{{ {name} }}}}' has no value", hint: hint);

    static string? Variable(string name, IReadOnlyDictionary<string, string> variables) => name.StartsWith("var.", StringComparison.Ordinal) ? variables.GetValueOrDefault(name[4..]) : null;

    /// <summary>The SQL with something of the same length and right kind in every placeholder's place, so that positions stay.</summary>
    public static string Neutral(string sql) =>
        Placeholder().Replace(sql, match => (match.Groups["name"].Value is "start" or "end" && match.Groups["format"].Length == 0 ? "NULL" : match.Groups["name"].Value == "this" ? "this" : "'0'").PadRight(match.Length));

    /// <summary>The names of the placeholders in it.</summary>
    public static IEnumerable<string> Names(string sql) => Placeholder().Matches(sql).Select(m => m.Groups["name"].Value);

    /// <summary>The first placeholder whose date format is none, and where it stands; null where there is none of these.</summary>
    public static (string Text, int At)? Malformed(string text) =>
        Placeholder().Matches(text).FirstOrDefault(m => m.Groups["format"].Success && !IsFormat(m.Groups["format"].Value)) is { } found ? (found.Value, found.Index) : null;

    static bool IsFormat(string format)
    {
        try
        {
            return DateTimeOffset.UnixEpoch.ToString(format, CultureInfo.InvariantCulture) is not null;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    static string Time(DateTimeOffset time, string format) =>
        format.Length == 0 ? Warehouses.Sql.Timestamp(time) : Dialect.DuckDb.Literal(time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\{\{\s*(?<name>[\w.]+)\s*(:\s*(?<format>[^}]+?))?\s*\}\}")]
    private static partial Regex Placeholder();
}
