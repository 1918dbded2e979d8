using System.Data.Common;
using System.Text.Json;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>The functions a SELECT calls: whether all give the same answer to the same question whenever they are asked, and which of them gather many rows.</summary>
sealed record ModelFunctions(bool Steady, IReadOnlySet<string> Aggregates)
{
    // The parser takes them for columns.
    static readonly HashSet<string> Circumstances = new(StringComparer.OrdinalIgnoreCase)
    {
        "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_user", "current_role", "session_user", "user", "current_catalog", "current_schema", "rowid",
    };

    // DuckDB's own are the same whatever it opens, and nobody can add any; to list them takes as long as to build a small table.
    static ILookup<string, (string Name, string Type, string Stability)>? _all;

    static readonly HashSet<string> Macros = new(StringComparer.OrdinalIgnoreCase) { "nullif" };

    public static async Task<ModelFunctions> ReadAsync(DbConnection connection, JsonElement statement, CancellationToken ct)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        var steady = Collect(statement, names);
        if (names.Count == 0)
            return new(steady, new HashSet<string>());
        _all ??= (await connection.QueryAsync("SELECT DISTINCT lower(function_name), function_type, coalesce(stability, '') FROM duckdb_functions()", r => (r.GetString(0), r.GetString(1), r.GetString(2)), ct)).ToLookup(k => k.Item1);
        var known = names.SelectMany(n => _all[n]).ToList();
        return new(
            steady && names.All(n => known.Exists(k => k.Name == n)) && known.TrueForAll(k => k.Stability == "CONSISTENT" || k.Type == "aggregate" || Macros.Contains(k.Name)),
            known.Where(k => k.Type == "aggregate").Select(k => k.Name).ToHashSet(StringComparer.OrdinalIgnoreCase));
    }

    static bool Collect(JsonElement node, HashSet<string> names)
    {
        if (node.ValueKind == JsonValueKind.Array)
            return node.EnumerateArray().Aggregate(true, (steady, item) => Collect(item, names) && steady);
        if (node.ValueKind != JsonValueKind.Object)
            return true;
        if (node.TryGetProperty("function_name", out var name) && name.GetString() is { Length: > 0 } function)
            names.Add(function.ToLowerInvariant());
        var steady = !(node.TryGetProperty("column_names", out var column) && column.EnumerateArray().Last().GetString() is { } last && Circumstances.Contains(last));
        return node.EnumerateObject().Aggregate(steady, (all, property) => Collect(property.Value, names) && all);
    }
}
