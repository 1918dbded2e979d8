using System.Data.Common;
using System.Text.Json;

namespace Cartage.Models;

/// <summary>A column of a table that a SELECT names.</summary>
public sealed record SourceColumn(string Table, string Column);

/// <summary>A column that a SELECT returns and the columns of tables that its value is computed from, in the order they are met.</summary>
public sealed record DerivedColumn(string Name, IReadOnlyList<SourceColumn> Sources);

/// <summary>
/// What each column of a SELECT is computed from: through expressions, aggregates, CTEs, subqueries and set operations down to the tables' columns. Conditions choose rows and are no part of a value.
/// </summary>
public sealed class ColumnSources
{
    readonly Func<string, IReadOnlyList<string>> _columnsOf;

    ColumnSources(Func<string, IReadOnlyList<string>> columnsOf) => _columnsOf = columnsOf;

    /// <summary>Reads a SELECT; <paramref name="columnsOf"/> gives the columns of a table by its name as written, schema before a dot.</summary>
    public static async Task<IReadOnlyList<DerivedColumn>> ReadAsync(DbConnection connection, string sql, Func<string, IReadOnlyList<string>> columnsOf, CancellationToken ct)
    {
        using var json = await ModelReader.ParseAsync(connection, sql, ct);
        return new ColumnSources(columnsOf).Query(json.RootElement.GetProperty("statements")[0].GetProperty("node"), [], new(StringComparer.OrdinalIgnoreCase));
    }

    // A column that expressions can name, under the alias of what it came from.
    sealed record Named(string Alias, string Name, IReadOnlyList<SourceColumn> Sources);

    List<DerivedColumn> Query(JsonElement node, IReadOnlyList<Named> outer, Dictionary<string, List<DerivedColumn>> above)
    {
        var ctes = new Dictionary<string, List<DerivedColumn>>(above, StringComparer.OrdinalIgnoreCase);
        foreach (var entry in node.GetProperty("cte_map").GetProperty("map").EnumerateArray())
            ctes[Text(entry, "key")] = Renamed(Query(entry.GetProperty("value").GetProperty("query").GetProperty("node"), outer, ctes), entry.GetProperty("value").GetProperty("aliases"));
        return Text(node, "type") switch
        {
            "SELECT_NODE" => Select(node, outer, ctes),
            "SET_OPERATION_NODE" => Sides(node).Select(s => Query(s, outer, ctes)).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x with { Sources = Union(x.Sources, y.Sources) })]),
            "RECURSIVE_CTE_NODE" => Recursive(node, outer, ctes),
            _ => [],
        };
    }

    List<DerivedColumn> Recursive(JsonElement node, IReadOnlyList<Named> outer, Dictionary<string, List<DerivedColumn>> ctes)
    {
        var first = Query(node.GetProperty("left"), outer, ctes);
        var again = Query(node.GetProperty("right"), outer, new(ctes, StringComparer.OrdinalIgnoreCase) { [Text(node, "cte_name")] = first });
        return [.. first.Zip(again, (x, y) => x with { Sources = Union(x.Sources, y.Sources) })];
    }

    List<DerivedColumn> Select(JsonElement node, IReadOnlyList<Named> outer, Dictionary<string, List<DerivedColumn>> ctes)
    {
        var scope = From(node.GetProperty("from_table"), outer, ctes);
        List<DerivedColumn> output = [];
        foreach (var item in node.GetProperty("select_list").EnumerateArray())
            if (Text(item, "class") == "STAR")
                output.AddRange(scope.Where(c => Text(item, "relation_name") is var alias && (alias.Length == 0 || Same(c.Alias, alias))).DistinctBy(c => Text(item, "relation_name").Length == 0 ? c.Name.ToLowerInvariant() : c.Alias + "." + c.Name).Select(c => new DerivedColumn(c.Name, c.Sources)));
            else
                output.Add(new(NameOf(item), Expression(item, [.. scope, .. output.Where(o => !scope.Exists(c => Same(c.Name, o.Name))).Select(o => new Named("", o.Name, o.Sources))], outer, ctes)));
        return output;
    }

    List<Named> From(JsonElement table, IReadOnlyList<Named> outer, Dictionary<string, List<DerivedColumn>> ctes)
    {
        var alias = Text(table, "alias");
        switch (Text(table, "type"))
        {
            case "BASE_TABLE":
                var name = Text(table, "table_name");
                var written = Text(table, "schema_name") is { Length: > 0 } schema ? $"{schema}.{name}" : name;
                var columns = ctes.TryGetValue(written, out var cte) ? cte : [.. _columnsOf(written).Select(c => new DerivedColumn(c, [new(written, c)]))];
                return In(alias.Length > 0 ? alias : name, Renamed(columns, table.GetProperty("column_name_alias")));
            case "SUBQUERY":
                return In(alias, Renamed(Query(table.GetProperty("subquery").GetProperty("node"), outer, ctes), table.GetProperty("column_name_alias")));
            case "JOIN":
                var left = From(table.GetProperty("left"), outer, ctes);
                return [.. left, .. From(table.GetProperty("right"), [.. outer, .. left], ctes)];
            default:
                return []; // values and functions read no table
        }
    }

    IReadOnlyList<SourceColumn> Expression(JsonElement node, IReadOnlyList<Named> scope, IReadOnlyList<Named> outer, Dictionary<string, List<DerivedColumn>> ctes)
    {
        if (node.ValueKind == JsonValueKind.Array)
            return [.. node.EnumerateArray().SelectMany(n => Expression(n, scope, outer, ctes)).Distinct()];
        if (node.ValueKind != JsonValueKind.Object)
            return [];
        if (Text(node, "class") == "COLUMN_REF")
            return Find([.. node.GetProperty("column_names").EnumerateArray().Select(n => n.GetString()!)], scope) is { Count: > 0 } here ? here : Find([.. node.GetProperty("column_names").EnumerateArray().Select(n => n.GetString()!)], outer);
        if (Text(node, "class") == "SUBQUERY" && node.TryGetProperty("subquery", out var query) && query.ValueKind == JsonValueKind.Object)
            return [.. Query(query.GetProperty("node"), [.. outer, .. scope], ctes).SelectMany(c => c.Sources).Distinct()];
        return [.. node.EnumerateObject().SelectMany(p => Expression(p.Value, scope, outer, ctes)).Distinct()];
    }

    // A name that USING shares stands for both sides.
    static IReadOnlyList<SourceColumn> Find(IReadOnlyList<string> parts, IReadOnlyList<Named> scope) =>
        [.. scope.Where(c => Same(c.Name, parts[^1]) && (parts.Count == 1 || Same(c.Alias, parts[^2]))).SelectMany(c => c.Sources).Distinct()];

    static List<Named> In(string alias, IEnumerable<DerivedColumn> columns) => [.. columns.Select(c => new Named(alias, c.Name, c.Sources))];

    static List<DerivedColumn> Renamed(List<DerivedColumn> columns, JsonElement names) =>
        names.ValueKind == JsonValueKind.Array && names.GetArrayLength() > 0 ? [.. columns.Select((c, i) => i < names.GetArrayLength() ? c with { Name = names[i].GetString()! } : c)] : columns;

    static IEnumerable<JsonElement> Sides(JsonElement node) =>
        node.TryGetProperty("left", out var left) && left.ValueKind == JsonValueKind.Object ? [left, node.GetProperty("right")] : [.. node.GetProperty("children").EnumerateArray()];

    static string NameOf(JsonElement item) =>
        Text(item, "alias") is { Length: > 0 } alias ? alias : Text(item, "class") == "COLUMN_REF" ? item.GetProperty("column_names").EnumerateArray().Last().GetString()! : "";

    static IReadOnlyList<SourceColumn> Union(IReadOnlyList<SourceColumn> a, IReadOnlyList<SourceColumn> b) => [.. a.Union(b)];

    static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    static string Text(JsonElement node, string name) => node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
