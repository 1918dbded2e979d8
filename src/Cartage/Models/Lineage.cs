using System.Text.Json;

namespace Cartage.Models;

/// <summary>A place in a SELECT's text where it reads a table: its byte offset, the table's name and columns.</summary>
sealed record Leaf(int Offset, string Name, IReadOnlyList<string> Columns);

/// <summary>An output column and the columns of leaves it equals in every row: of such a leaf, the rows with another value do nothing for the output rows that have this one.</summary>
sealed record OutputColumn(string Name, IReadOnlySet<(Leaf Leaf, string Column)> Origins)
{
    internal static readonly IReadOnlySet<(Leaf, string)> Nothing = new HashSet<(Leaf, string)>();
}

/// <summary>
/// Which columns of the tables a SELECT reads its output columns are equal to, row by row: through plain columns, subqueries, CTEs, inner joins, the preserved side of left joins,
/// GROUP BY and UNION. Where rows depend on others in any other way (windows, LIMIT, aggregates over everything) nothing is claimed; what is not understood at all gives null.
/// </summary>
sealed class Lineage(IReadOnlyDictionary<string, IReadOnlyList<string>> columns, IReadOnlySet<string> aggregates)
{
    readonly HashSet<int> _opaque = [];
    readonly List<Leaf> _leaves = [];

    /// <summary>Reads the tree of a serialized statement; <paramref name="columns"/> are those of each table by name, <paramref name="aggregates"/> the functions that gather many rows.</summary>
    public static SelectLineage? Read(JsonElement statement, IReadOnlyDictionary<string, IReadOnlyList<string>> columns, IReadOnlySet<string> aggregates)
    {
        var lineage = new Lineage(columns, aggregates);
        return lineage.Query(statement.GetProperty("node"), new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase)) is { } output ? new(output, lineage._leaves, lineage._opaque) : null;
    }

    List<OutputColumn>? Query(JsonElement node, Dictionary<string, JsonElement> outer)
    {
        var ctes = new Dictionary<string, JsonElement>(outer, StringComparer.OrdinalIgnoreCase);
        foreach (var entry in node.GetProperty("cte_map").GetProperty("map").EnumerateArray())
        {
            if (entry.GetProperty("value").GetProperty("aliases").GetArrayLength() > 0 || columns.ContainsKey(Text(entry, "key")))
                return null;
            ctes[Text(entry, "key")] = entry.GetProperty("value").GetProperty("query").GetProperty("node");
        }
        foreach (var modifier in node.GetProperty("modifiers").EnumerateArray())
            Hide(modifier, ctes);
        var output = Text(node, "type") switch
        {
            "SELECT_NODE" => Select(node, ctes),
            "SET_OPERATION_NODE" => Union(node, ctes),
            _ => null,
        };
        var whole = node.GetProperty("modifiers").EnumerateArray().All(m => Text(m, "type") == "ORDER_MODIFIER" || (Text(m, "type") == "DISTINCT_MODIFIER" && m.GetProperty("distinct_on_targets").GetArrayLength() == 0));
        return whole ? output : output?.ConvertAll(c => c with { Origins = OutputColumn.Nothing });
    }

    List<OutputColumn>? Union(JsonElement node, Dictionary<string, JsonElement> ctes)
    {
        if (Text(node, "setop_type") != "UNION" || node.TryGetProperty("children", out var children) && children.ValueKind == JsonValueKind.Array && children.GetArrayLength() != 2)
            return null;
        var (left, right) = node.TryGetProperty("left", out var l) && l.ValueKind == JsonValueKind.Object ? (l, node.GetProperty("right")) : (children[0], children[1]);
        return Query(left, ctes) is { } a && Query(right, ctes) is { } b && a.Count == b.Count
            ? [.. a.Zip(b, (x, y) => x with { Origins = x.Origins.Union(y.Origins).ToHashSet() })]
            : null;
    }

    List<OutputColumn>? Select(JsonElement node, Dictionary<string, JsonElement> ctes)
    {
        if (IsSet(node, "sample") || Text(node, "aggregate_handling") != "STANDARD_HANDLING" || From(node.GetProperty("from_table"), ctes) is not { } scope)
            return null;
        foreach (var part in new[] { "select_list", "where_clause", "group_expressions", "having", "qualify" })
            Hide(node.GetProperty(part), ctes);
        foreach (var (a, b) in Equalities(node.GetProperty("where_clause")))
            scope.Equate(a, b);
        var groups = node.GetProperty("group_expressions").EnumerateArray().Select(scope.Find).OfType<ScopeColumn>().ToHashSet();
        var grouped = node.GetProperty("group_expressions").GetArrayLength() > 0;
        var sets = node.GetProperty("group_sets");
        var alone = !IsSet(node, "qualify") && !Any(node.GetProperty("select_list"), e => Text(e, "class") == "WINDOW")
            && (grouped ? sets.GetArrayLength() == 1 && sets[0].GetArrayLength() == node.GetProperty("group_expressions").GetArrayLength()
                : !IsSet(node, "having") && !Any(node.GetProperty("select_list"), e => Text(e, "class") == "FUNCTION" && aggregates.Contains(Text(e, "function_name"))));
        List<OutputColumn> output = [];
        foreach (var item in node.GetProperty("select_list").EnumerateArray())
            if (Text(item, "class") == "STAR")
            {
                if (!IsPlainStar(item))
                    return null;
                output.AddRange(scope.Star(Text(item, "relation_name")).Select(c => Output(c.Name, c)));
            }
            else
                output.Add(Output(Text(item, "alias") is { Length: > 0 } alias ? alias : Text(item, "class") == "COLUMN_REF" ? item.GetProperty("column_names").EnumerateArray().Last().GetString()! : "", scope.Find(item)));
        return output;

        OutputColumn Output(string name, ScopeColumn? column) => new(name, alone && column is not null && (!grouped || groups.Contains(column)) ? column.Origins : OutputColumn.Nothing);
    }

    Scope? From(JsonElement table, Dictionary<string, JsonElement> ctes) =>
        IsSet(table, "sample") ? null
        : Text(table, "type") switch
        {
            "BASE_TABLE" => BaseTable(table, ctes),
            "SUBQUERY" when table.GetProperty("column_name_alias").GetArrayLength() == 0 => Query(table.GetProperty("subquery").GetProperty("node"), ctes) is { } output ? new Scope(Text(table, "alias"), output) : null,
            "JOIN" => Join(table, ctes),
            _ => null,
        };

    Scope? BaseTable(JsonElement table, Dictionary<string, JsonElement> ctes)
    {
        var (name, alias) = (Text(table, "table_name"), Text(table, "alias"));
        if (Text(table, "schema_name").Length > 0 || IsSet(table, "at_clause") || table.GetProperty("column_name_alias").GetArrayLength() > 0)
            return null;
        if (ctes.TryGetValue(name, out var cte))
            return Query(cte, Without(ctes, name)) is { } output ? new(alias.Length > 0 ? alias : name, output) : null;
        if (!columns.TryGetValue(name, out var there))
            return null;
        var leaf = new Leaf((int)table.GetProperty("query_location").GetUInt64(), name, there);
        _leaves.Add(leaf);
        return new(alias.Length > 0 ? alias : name, there.Select(c => new OutputColumn(c, new HashSet<(Leaf, string)> { (leaf, c) })));
    }

    Scope? Join(JsonElement join, Dictionary<string, JsonElement> ctes)
    {
        var (kind, how) = (Text(join, "join_type"), Text(join, "ref_type"));
        if (kind is not ("INNER" or "LEFT") || how is not ("REGULAR" or "CROSS") || From(join.GetProperty("left"), ctes) is not { } left || From(join.GetProperty("right"), ctes) is not { } right)
            return null;
        Hide(join.GetProperty("condition"), ctes);
        var shared = join.GetProperty("using_columns").EnumerateArray().Select(c => c.GetString()!).ToList();
        return left.Join(right, Equalities(join.GetProperty("condition")), shared, keepsLeft: kind == "LEFT");
    }

    // Tables read inside an expression are read whole; so are CTEs that are.
    void Hide(JsonElement node, Dictionary<string, JsonElement> ctes)
    {
        if (node.ValueKind == JsonValueKind.Array)
            foreach (var item in node.EnumerateArray())
                Hide(item, ctes);
        if (node.ValueKind != JsonValueKind.Object)
            return;
        if (Text(node, "type") == "BASE_TABLE")
        {
            _opaque.Add((int)node.GetProperty("query_location").GetUInt64());
            if (ctes.TryGetValue(Text(node, "table_name"), out var cte))
                Hide(cte, Without(ctes, Text(node, "table_name")));
        }
        foreach (var property in node.EnumerateObject())
            Hide(property.Value, ctes);
    }

    static Dictionary<string, JsonElement> Without(Dictionary<string, JsonElement> ctes, string name) => new(ctes.Where(c => !c.Key.Equals(name, StringComparison.OrdinalIgnoreCase)), StringComparer.OrdinalIgnoreCase);

    static IEnumerable<(JsonElement A, JsonElement B)> Equalities(JsonElement condition) =>
        condition.ValueKind != JsonValueKind.Object ? []
        : Text(condition, "type") == "CONJUNCTION_AND" ? condition.GetProperty("children").EnumerateArray().SelectMany(Equalities)
        : Text(condition, "type") == "COMPARE_EQUAL" ? [(condition.GetProperty("left"), condition.GetProperty("right"))]
        : [];

    static bool IsPlainStar(JsonElement star) =>
        star.GetProperty("columns").ValueKind == JsonValueKind.False && star.GetProperty("expr").ValueKind == JsonValueKind.Null
        && star.EnumerateObject().All(p => !p.Name.EndsWith("_list", StringComparison.Ordinal) || p.Value.ValueKind != JsonValueKind.Array || p.Value.GetArrayLength() == 0);

    static bool Any(JsonElement node, Func<JsonElement, bool> holds) =>
        node.ValueKind switch
        {
            JsonValueKind.Array => node.EnumerateArray().Any(x => Any(x, holds)),
            JsonValueKind.Object => holds(node) || node.EnumerateObject().Any(p => Any(p.Value, holds)),
            _ => false,
        };

    static bool IsSet(JsonElement node, string name) => node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object;

    static string Text(JsonElement node, string name) => node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}

/// <summary>What is known of a SELECT; <paramref name="Opaque"/> are the offsets of tables read in a way that says nothing of single rows.</summary>
sealed record SelectLineage(IReadOnlyList<OutputColumn> Columns, IReadOnlyList<Leaf> Leaves, IReadOnlySet<int> Opaque)
{
    /// <summary>The column of the table read at a place that equals an output column, null where that is not known; a CTE's table may be read several times from one place.</summary>
    public string? ColumnAt(int offset, string output)
    {
        if (Opaque.Contains(offset) || Columns.Where(c => c.Name.Equals(output, StringComparison.OrdinalIgnoreCase)).ToList() is not [var column])
            return null;
        var found = Leaves.Where(l => l.Offset == offset).Select(l => column.Origins.FirstOrDefault(e => ReferenceEquals(e.Leaf, l)).Column).Distinct().ToList();
        return found is [var one] ? one : null;
    }
}
