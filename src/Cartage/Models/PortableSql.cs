using System.Text.Json;

namespace Cartage.Models;

/// <summary>The SQL of models keeps to what DuckDB and PostgreSQL both have; this is what it must not use.</summary>
static class PortableSql
{
    static readonly HashSet<string> Functions = new(StringComparer.OrdinalIgnoreCase)
    {
        "strptime", "strftime", "datediff", "date_diff", "datesub", "date_sub", "epoch_ms", "epoch_us", "list_value", "list_aggregate", "list_transform", "list_filter", "array_agg_distinct",
        "struct_pack", "struct_extract", "regexp_extract", "regexp_matches", "string_split", "str_split", "monthname", "dayname", "year", "month", "day", "quarter", "week", "weekofyear",
        "dayofweek", "isodow", "any_value", "arg_max", "arg_min", "max_by", "min_by", "ifnull", "list", "first", "last", "quantile_cont", "median", "hash", "read_csv", "read_csv_auto", "read_parquet",
        "read_json", "read_text", "read_blob", "glob", "try_strptime", "make_date", "range", "unnest_map", "//",
    };

    static readonly Dictionary<string, string> Nodes = new()
    {
        ["LAMBDA"] = "a lambda", ["ARRAY_EXTRACT"] = "a subscript", ["ARRAY_SLICE"] = "a slice", ["ARRAY_CONSTRUCTOR"] = "a list", ["LIMIT_PERCENT_MODIFIER"] = "LIMIT %",
    };

    /// <summary>Adds each thing found in a serialized statement.</summary>
    public static void Collect(JsonElement node, List<(string What, int Offset)> found)
    {
        if (node.ValueKind == JsonValueKind.Array)
            foreach (var item in node.EnumerateArray())
                Collect(item, found);
        if (node.ValueKind != JsonValueKind.Object)
            return;
        if (Text(node, "function_name") is { } name && Functions.Contains(name))
            found.Add(($"the function {name}", Offset(node)));
        if (node.TryGetProperty("qualify", out var qualify) && qualify.ValueKind == JsonValueKind.Object)
            found.Add(("QUALIFY", Offset(qualify)));
        if (Text(node, "ref_type") is ("ASOF" or "POSITIONAL") and var join)
            found.Add(($"{join} JOIN", Offset(node)));
        if (Text(node, "type") is { } type && Nodes.TryGetValue(type, out var construct))
            found.Add((construct, Offset(node)));
        if (Text(node, "join_type") is ("SEMI" or "ANTI") and var kind)
            found.Add(($"{kind} JOIN", Offset(node)));
        if (Text(node, "aggregate_handling") == "FORCE_AGGREGATES")
            found.Add(("GROUP BY ALL", Offset(node)));
        if (node.TryGetProperty("try_cast", out var attempt) && attempt.ValueKind == JsonValueKind.True)
            found.Add(("TRY_CAST", Offset(node)));
        if (node.TryGetProperty("sample", out var sample) && sample.ValueKind == JsonValueKind.Object)
            found.Add(("USING SAMPLE", Offset(sample)));
        if (Text(node, "type") == "STAR" && node.TryGetProperty("columns", out var columns) && columns.ValueKind == JsonValueKind.True)
            found.Add(("COLUMNS(…) or ORDER BY ALL", Offset(node)));
        if (Text(node, "type") == "STAR" && (Filled(node, "exclude_list") || Filled(node, "replace_list") || Filled(node, "qualified_exclude_list")))
            found.Add(("* EXCLUDE or REPLACE", Offset(node)));
        foreach (var property in node.EnumerateObject())
            Collect(property.Value, found);
    }

    static string? Text(JsonElement node, string name) => node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static bool Filled(JsonElement node, string name) => node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0;

    static int Offset(JsonElement node) => node.TryGetProperty("query_location", out var at) && at.TryGetUInt64(out var offset) && offset < int.MaxValue ? (int)offset : 0;
}
