using System.Text.Json;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Host;

/// <summary>Admits a single SELECT that reads tables only: no files, no settings, nothing that writes.</summary>
static class ReadOnlySql
{
    static readonly HashSet<string> Functions = new(StringComparer.OrdinalIgnoreCase) { "range", "generate_series", "unnest", "duckdb_tables", "duckdb_columns", "duckdb_views", "duckdb_schemas", "json_each", "json_tree", "repeat" };

    /// <summary>Refuses a statement that is not such a SELECT, with the reason.</summary>
    public static async Task RequireAsync(DuckDbConnection door, string sql, CancellationToken ct, bool masked = false)
    {
        var text = sql.Trim().TrimEnd(';');
        var json = await door.ScalarAsync<string>("SELECT json_serialize_sql($sql::VARCHAR)", ct, ("sql", text)) ?? "";
        using var tree = JsonDocument.Parse(json, new() { MaxDepth = 1000 });
        if (tree.RootElement.GetProperty("error").GetBoolean())
            throw new UsageException(tree.RootElement.GetProperty("error_message").GetString() is { } message && !message.Contains("Only SELECT", StringComparison.Ordinal)
                ? $"The query cannot be read: {message}" : "Only a SELECT is allowed: query never changes anything.");
        if (tree.RootElement.GetProperty("statements").GetArrayLength() != 1)
            throw new UsageException("One SELECT at a time.");
        Walk(tree.RootElement, masked);
    }

    static void Walk(JsonElement node, bool masked)
    {
        if (node.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in node.EnumerateArray())
                Walk(item, masked);
            return;
        }
        if (node.ValueKind != JsonValueKind.Object)
            return;
        Judge(node, masked);
        foreach (var property in node.EnumerateObject())
            Walk(property.Value, masked);
    }

    static void Judge(JsonElement node, bool masked)
    {
        var type = Text(node, "type");
        if (type == "TABLE_FUNCTION" && node.TryGetProperty("function", out var function) && Text(function, "function_name") is { } name && !Functions.Contains(name))
            throw new UsageException($"'{name}(…)' is not allowed: query reads the project's tables, not files or the outside.", "See what there is: cartage ls tables");
        if (type == "FUNCTION" && Text(node, "function_name") is { } scalar && IsServerSide(scalar))
            throw new UsageException($"'{scalar}(…)' is not allowed: query reads the project's tables, not the server.");
        // SUMMARIZE would show the smallest and greatest values of columns that are hidden.
        if (type == "SHOW_REF" && masked)
            throw new UsageException("DESCRIBE and SUMMARIZE are not allowed for your role.", "Write a SELECT.");
        // FROM 'some.csv' is a table of that name to the parser, and a file to the engine.
        if (type == "BASE_TABLE" && Text(node, "table_name") is { } table && table.AsSpan().IndexOfAny("./\\*") >= 0)
            throw new UsageException($"'{table}' is a file, not a table: query reads the project's tables only.", "See what there is: cartage ls tables");
    }

    // PostgreSQL has functions that reach files, other sessions and other servers.
    static bool IsServerSide(string function) =>
        function.ToLowerInvariant() is var name && (name.StartsWith("pg_", StringComparison.Ordinal) && name is not "pg_typeof" || name.StartsWith("lo_", StringComparison.Ordinal) || name.StartsWith("dblink", StringComparison.Ordinal)
            || name.Contains("_to_xml", StringComparison.Ordinal) || name is "set_config" or "nextval" or "setval" or "currval" or "current_setting" or "getenv");

    static string? Text(JsonElement node, string property) => node.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
