using System.Globalization;
using System.Text.RegularExpressions;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>The placeholders of model SQL: <c>{{ start }}</c>, <c>{{ end }}</c> (with <c>:format</c> as text), <c>{{ var.name }}</c>, <c>{{ this }}</c>.</summary>
public static partial class Template
{
    /// <summary>The SQL with values filled in.</summary>
    public static string Render(string sql, Interval interval, IReadOnlyDictionary<string, string> variables, string self) =>
        Placeholder().Replace(sql, match =>
            match.Groups["name"].Value switch
            {
                "start" => Time(interval.Start, match.Groups["format"].Value),
                "end" => Time(interval.End, match.Groups["format"].Value),
                "this" => self,
                var name when name.StartsWith("var.", StringComparison.Ordinal) && variables.TryGetValue(name[4..], out var value) => value,
                var name => throw new PipelineException($"the placeholder '{{{{ {name} }}}}' has no value", hint: "There are start, end, this and var.NAME with a variable of project.yml."),
            });

    /// <summary>A path with values filled in; times are those of a zone.</summary>
    public static string RenderPath(string path, Interval interval, TimeZoneInfo zone, IReadOnlyDictionary<string, string> variables) =>
        Placeholder().Replace(path, match =>
        {
            var format = match.Groups["format"].Length == 0 ? "yyyy-MM-dd" : match.Groups["format"].Value;
            return match.Groups["name"].Value switch
            {
                "start" => TimeZoneInfo.ConvertTime(interval.Start, zone).ToString(format, CultureInfo.InvariantCulture),
                "end" => TimeZoneInfo.ConvertTime(interval.End, zone).ToString(format, CultureInfo.InvariantCulture),
                var name when name.StartsWith("var.", StringComparison.Ordinal) && variables.TryGetValue(name[4..], out var value) => value,
                var name => throw new PipelineException($"the placeholder '{{{{ {name} }}}}' has no value", hint: "A path can hold start, end and var.NAME with a variable of project.yml."),
            };
        });

    /// <summary>The SQL with something of the same length and right kind in every placeholder's place, so that positions stay.</summary>
    public static string Neutral(string sql) =>
        Placeholder().Replace(sql, match => (match.Groups["name"].Value is "start" or "end" && match.Groups["format"].Length == 0 ? "NULL" : match.Groups["name"].Value == "this" ? "this" : "'0'").PadRight(match.Length));

    /// <summary>The names of the placeholders in it.</summary>
    public static IEnumerable<string> Names(string sql) => Placeholder().Matches(sql).Select(m => m.Groups["name"].Value);

    static string Time(DateTimeOffset time, string format) =>
        format.Length == 0 ? $"TIMESTAMP '{time.UtcDateTime:yyyy-MM-dd HH:mm:ss}'" : Dialect.DuckDb.Literal(time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\{\{\s*(?<name>[\w.]+)\s*(:\s*(?<format>[^}]+?))?\s*\}\}")]
    private static partial Regex Placeholder();
}
