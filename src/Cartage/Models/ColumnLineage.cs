using System.Data.Common;
using System.Text.Json;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>A column that another is computed from.</summary>
public sealed record ColumnSource(Table Table, string Column);

/// <summary>Which columns each column of a SELECT is computed from, as far as its parse tree tells: through joins, subqueries, CTEs, unions and stars.</summary>
public sealed class ColumnLineage
{
    readonly Func<string, Table?> _resolve;
    readonly Func<Table, IReadOnlyList<string>> _columns;

    ColumnLineage(Func<string, Table?> resolve, Func<Table, IReadOnlyList<string>> columns) => (_resolve, _columns) = (resolve, columns);

    /// <summary>Reads a SELECT: <paramref name="resolve"/> tells the table a name means, <paramref name="columns"/> a table's columns. What cannot be told is left out.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<ColumnSource>>> ReadAsync(DbConnection connection, string sql, Func<string, Table?> resolve, Func<Table, IReadOnlyList<string>> columns, CancellationToken ct)
    {
        var text = await connection.ScalarAsync<string>("SELECT json_serialize_sql($sql::VARCHAR)", ct, ("sql", sql));
        using var json = JsonDocument.Parse(text!, new() { MaxDepth = 512 });
        if (json.RootElement.GetProperty("error").GetBoolean())
            return new Dictionary<string, IReadOnlyList<ColumnSource>>();
        var output = new ColumnLineage(resolve, columns).Query(json.RootElement.GetProperty("statements")[0].GetProperty("node"), new(StringComparer.OrdinalIgnoreCase));
        return output.Columns.GroupBy(x => x.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(x => x.Key, x => (IReadOnlyList<ColumnSource>)[.. x.SelectMany(y => y.From).Distinct()], StringComparer.OrdinalIgnoreCase);
    }

    sealed record Output(string Name, IReadOnlyList<ColumnSource> From);

    sealed record Relation(string Alias, IReadOnlyList<Output> Columns);

    Relation Query(JsonElement node, Dictionary<string, Relation> ctes)
    {
        ctes = new(ctes, StringComparer.OrdinalIgnoreCase);
        foreach (var entry in Items(node, "cte_map", "map"))
        {
            var name = entry.GetProperty("key").GetString()!;
            ctes[name] = new(name, []); // a recursive one reads itself
            ctes[name] = Query(entry.GetProperty("value").GetProperty("query").GetProperty("node"), ctes) with { Alias = name };
        }
        return Text(node, "type") switch
        {
            "SELECT_NODE" => Select(node, ctes),
            "SET_OPERATION_NODE" => Union(Query(node.GetProperty("left"), ctes), Query(node.GetProperty("right"), ctes)),
            _ => new("", []),
        };
    }

    static Relation Union(Relation left, Relation right) =>
        new("", [.. left.Columns.Select((x, i) => i < right.Columns.Count ? x with { From = [.. x.From, .. right.Columns[i].From] } : x)]);

    Relation Select(JsonElement node, Dictionary<string, Relation> ctes)
    {
        var from = node.TryGetProperty("from_table", out var table) ? Relations(table, ctes).ToList() : [];
        List<Output> columns = [];
        foreach (var expression in node.GetProperty("select_list").EnumerateArray())
            if (Text(expression, "class") == "STAR")
                columns.AddRange(Star(expression, from));
            else
                columns.Add(new(NameOf(expression), [.. Sources(expression, from, ctes)]));
        return new("", columns);
    }

    static IEnumerable<Output> Star(JsonElement star, IReadOnlyList<Relation> from)
    {
        var (only, without) = (Text(star, "relation_name"), star.TryGetProperty("exclude_list", out var list) ? list.ToString() : "");
        return from.Where(x => string.IsNullOrEmpty(only) || x.Alias.Equals(only, StringComparison.OrdinalIgnoreCase)).SelectMany(x => x.Columns).Where(x => !without.Contains($"\"{x.Name}\"", StringComparison.OrdinalIgnoreCase));
    }

    IEnumerable<Relation> Relations(JsonElement table, Dictionary<string, Relation> ctes) => Text(table, "type") switch
    {
        "BASE_TABLE" => [Base(table, ctes)],
        "SUBQUERY" => [Query(table.GetProperty("subquery").GetProperty("node"), ctes) with { Alias = Text(table, "alias") ?? "" }],
        "JOIN" => Relations(table.GetProperty("left"), ctes).Concat(Relations(table.GetProperty("right"), ctes)),
        _ => [],
    };

    Relation Base(JsonElement table, Dictionary<string, Relation> ctes)
    {
        var (schema, name) = (Text(table, "schema_name"), Text(table, "table_name")!);
        var alias = Text(table, "alias") is { Length: > 0 } given ? given : name;
        if (string.IsNullOrEmpty(schema) && ctes.TryGetValue(name, out var cte))
            return cte with { Alias = alias };
        return _resolve(string.IsNullOrEmpty(schema) ? name : $"{schema}.{name}") is { } found ? new(alias, [.. _columns(found).Select(x => new Output(x, [new(found, x)]))]) : new(alias, []);
    }

    IEnumerable<ColumnSource> Sources(JsonElement node, IReadOnlyList<Relation> from, Dictionary<string, Relation> ctes)
    {
        if (node.ValueKind == JsonValueKind.Array)
            return node.EnumerateArray().SelectMany(x => Sources(x, from, ctes));
        if (node.ValueKind != JsonValueKind.Object)
            return [];
        return Text(node, "class") switch
        {
            "COLUMN_REF" => Referenced(node, from),
            "SUBQUERY" => Query(node.GetProperty("subquery").GetProperty("node"), ctes).Columns.SelectMany(x => x.From),
            _ => node.EnumerateObject().SelectMany(x => Sources(x.Value, from, ctes)),
        };
    }

    static IEnumerable<ColumnSource> Referenced(JsonElement node, IReadOnlyList<Relation> from)
    {
        var names = node.GetProperty("column_names").EnumerateArray().Select(x => x.GetString()!).ToList();
        var among = names.Count > 1 ? from.Where(x => x.Alias.Equals(names[^2], StringComparison.OrdinalIgnoreCase)) : from;
        return among.SelectMany(x => x.Columns).Where(x => x.Name.Equals(names[^1], StringComparison.OrdinalIgnoreCase)).SelectMany(x => x.From);
    }

    static string NameOf(JsonElement expression) =>
        Text(expression, "alias") is { Length: > 0 } alias ? alias
        : Text(expression, "class") == "COLUMN_REF" ? expression.GetProperty("column_names").EnumerateArray().Last().GetString()!
        : "";

    static IEnumerable<JsonElement> Items(JsonElement node, string outer, string inner) =>
        node.TryGetProperty(outer, out var map) && map.TryGetProperty(inner, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    static string? Text(JsonElement node, string property) => node.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
