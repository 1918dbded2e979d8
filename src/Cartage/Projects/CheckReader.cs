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
        var kind = simple ?? map?.Keys.FirstOrDefault(known.Contains) ?? map?.Keys.FirstOrDefault() ?? "";
        if (!known.Contains(kind))
        {
            file.Add(line, $"there is no check '{kind}' on a {(column is null ? "table" : "column")}", Spelling.Suggest(kind, known) ?? $"There are {string.Join(", ", known)}.");
            return null;
        }
        var severity = map?.Choice("severity", Severity.Reject) ?? Severity.Reject;
        var allowed = map is null ? null : Allowed(map);
        var name = map?.Text("name") ?? (column is null ? $"{model}.{kind}" : $"{model}.{column}.{kind}");
        var at = line + file.Shift;
        Check? check = (kind, column) switch
        {
            ("not_null", not null) => new Check.NotNull(column, name, severity, allowed, file.Name, at),
            ("unique", not null) => new Check.Unique([column], name, severity, allowed, file.Name, at),
            ("accepted_values", not null) => new Check.AcceptedValues(column, map!.Texts(kind), name, severity, allowed, file.Name, at),
            ("matches", not null) => new Check.Matches(column, map!.Text(kind) ?? "", name, severity, allowed, file.Name, at),
            ("between", not null) => map!.Texts(kind) is [var min, var max] ? new Check.Between(column, min, max, name, severity, allowed, file.Name, at) : null,
            ("references", not null) => map!.Map(kind) is { } target && target.Text("to") is { } to ? new Check.References(column, to, target.Text("column") ?? column, name, severity, allowed, file.Name, at) : null,
            ("unique", null) => new Check.Unique(map!.Texts(kind), name, severity, allowed, file.Name, at),
            ("row_count", null) => new Check.RowCount(map!.Text(kind) ?? "> 0", name, severity, allowed, file.Name, at),
            ("reconcile", null) => new Check.Reconcile(map!.Text(kind) ?? "", name, severity, allowed, file.Name, at),
            ("sql", null) => new Check.Query(map!.Text(kind) ?? "", name, severity, allowed, file.Name, at),
            ("freshness", null) => map!.Map(kind) is { } fresh && fresh.Text("column") is { } time && fresh.Duration("max_age") is { } age ? new Check.Freshness(time, age, name, severity, allowed, file.Name, at) : null,
            _ => null,
        };
        if (check is null)
            file.Add(line, $"the check '{kind}' lacks what it needs", "between: [a, b]; references: {to: model, column: c}; freshness: {column: c, max_age: 2d}.");
        map?.Done();
        return check;
    }

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
