using System.Globalization;
using Cartage.Checks;

namespace Cartage.Projects;

/// <summary>Reads one check: a name (<c>not_null</c>) or a map with its name as key.</summary>
static class CheckReader
{
    static readonly string[] OnColumns = ["not_null", "unique", "accepted_values", "matches", "between", "references"];
    static readonly string[] OnTables = ["row_count", "freshness", "reconcile", "unique", "sql"];

    public static Check? Read(YamlFile file, YamlMap? map, string? simple, int line, string model, string? column)
    {
        var known = column is null ? OnTables : OnColumns;
        var kinds = map is { IsProbe: true } ? known : [simple ?? map?.Keys.FirstOrDefault(known.Contains) ?? map?.Keys.FirstOrDefault() ?? ""];
        return kinds.Select(kind => ReadKind(kind, known, file, map, line, model, column)).ToList()[^1];
    }

    static Check? ReadKind(string kind, string[] known, YamlFile file, YamlMap? map, int line, string model, string? column)
    {
        if (!known.Contains(kind))
        {
            file.Add(line, $"there is no check '{kind}' on a {(column is null ? "table" : "column")}", Spelling.Suggest(kind, known) ?? $"There are {string.Join(", ", known)}.");
            return null;
        }
        var name = map?.Text("name") ?? (column is null ? $"{model}.{kind}" : $"{model}.{column}.{kind}");
        var (severity, allowed, at) = (map is null ? Severity.Reject : SeverityOf(map), map is null ? null : Allowed(map), line + file.Shift);
        Check? check = (kind, column) switch
        {
            ("not_null", not null) => IsOn(map, kind) ? new Check.NotNull(column, name, severity, allowed, file.Name, at) : null,
            ("unique", not null) => IsOn(map, kind) ? new Check.Unique([column], name, severity, allowed, file.Name, at) : null,
            ("accepted_values", not null) => map?.Texts(kind) is { Count: > 0 } values ? new Check.AcceptedValues(column, values, name, severity, allowed, file.Name, at) : null,
            ("matches", not null) => map?.Text(kind) is { } text ? new Check.Matches(column, text, name, severity, allowed, file.Name, at) : null,
            ("between", not null) => map?.Bounds(kind) is var (min, max) ? new Check.Between(column, min, max, name, severity, allowed, file.Name, at) : null,
            ("references", not null) => map?.Map(kind) is { } target && ReadTarget(target, column) is var (to, there) ? new Check.References(column, to, there, name, severity, allowed, file.Name, at) : null,
            ("unique", null) => map?.Texts(kind) is { Count: > 0 } columns ? new Check.Unique(columns, name, severity, allowed, file.Name, at) : null,
            ("row_count", null) => map?.Text(kind) is { } text ? new Check.RowCount(text, name, severity, allowed, file.Name, at) : null,
            ("reconcile", null) => map?.Text(kind) is { } text ? new Check.Reconcile(text, name, severity, allowed, file.Name, at) : null,
            ("sql", null) => map?.Text(kind) is { } text ? new Check.Query(text, name, severity, allowed, file.Name, at) : null,
            ("freshness", null) => map?.Map(kind) is { } fresh && ReadFreshness(fresh) is var (time, age) ? new Check.Freshness(time, age, name, severity, allowed, file.Name, at) : null,
            _ => null,
        };
        if (check is null)
            file.Add(line, $"the check '{kind}' lacks what it needs", "accepted_values: [a, b]; matches: pattern; between: [a, b]; references: {to: model, column: c}; row_count: \"> 0\"; freshness: {column: c, max_age: 2d}; unique: [a, b].");
        map?.Done();
        return check;
    }

    // 'not_null' alone, or 'not_null: true' beside a severity.
    static bool IsOn(YamlMap? map, string kind) => map is null || map.Flag(kind) || map.Text(kind) is null;

    static (string To, string Column)? ReadTarget(YamlMap map, string column)
    {
        var (to, there) = (map.Text("to"), map.Text("column") ?? column);
        map.Done();
        return to is null ? null : (to, there);
    }

    static (string Column, TimeSpan Age)? ReadFreshness(YamlMap map)
    {
        var (column, age) = (map.Text("column"), map.Duration("max_age"));
        map.Done();
        return column is not null && age is { } limit ? (column, limit) : null;
    }

    /// <summary>What a broken check does; rows of a table that is whole cannot be dropped or set aside one by one.</summary>
    public static Severity SeverityOf(YamlMap map) => map.Choice("severity", "warn", "reject") == "warn" ? Severity.Warn : Severity.Reject;

    public static Threshold? Allowed(YamlMap map)
    {
        if (map.Text("allow") is not { } text)
            return null;
        if (decimal.TryParse(text.TrimEnd('%'), CultureInfo.InvariantCulture, out var value))
            return new(value, text.EndsWith('%'));
        map.File.Add(map.LineOf("allow"), $"'allow' must be a count or a percentage such as 5 or 1%, not '{text}'");
        return null;
    }
}
