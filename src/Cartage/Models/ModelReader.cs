using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>A table a SELECT reads, where the query names it: byte offset and length of the written name, and whether it has an alias of its own.</summary>
public sealed record TableRead(string? Schema, string Name, int Offset, int Length, bool HasAlias);

/// <summary>A text that is not one SELECT; <paramref name="offset"/> is the byte where the parser stopped, where it says so.</summary>
public sealed class NotOneSelectException(string message, int? offset = null) : FormatException(message)
{
    /// <summary>The byte where the parser stopped, null where the whole is not a SELECT.</summary>
    public int? Offset => offset;
}

/// <summary>Reads a SELECT through DuckDB's own parser: what it reads, and the same text with other names in the places of tables.</summary>
public static class ModelReader
{
    /// <summary>The tables a SELECT reads, CTEs taken out; a <see cref="NotOneSelectException"/> says that it is not one SELECT.</summary>
    public static async Task<IReadOnlyList<TableRead>> ReadTablesAsync(DbConnection connection, string sql, CancellationToken ct)
    {
        using var json = await ParseAsync(connection, sql, ct);
        List<TableRead> tables = [];
        Collect(json.RootElement.GetProperty("statements")[0], [], Encoding.UTF8.GetBytes(sql), tables);
        return tables;
    }

    /// <summary>The table that a SELECT reads first, as it is written there; null where it reads none.</summary>
    public static async Task<string?> ReadFirstAsync(DbConnection connection, string sql, CancellationToken ct) =>
        (await ReadTablesAsync(connection, sql, ct)).MinBy(t => t.Offset) is { } first ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(sql), first.Offset, first.Length) : null;

    /// <summary>The same SELECT reading other tables: <paramref name="replace"/> gives the quoted name to write, or null to leave it; a table keeps its name as alias.</summary>
    public static async Task<string> RewriteAsync(DbConnection connection, string sql, Func<TableRead, string?> replace, CancellationToken ct)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        var result = new StringBuilder();
        var at = 0;
        foreach (var table in (await ReadTablesAsync(connection, sql, ct)).OrderBy(t => t.Offset))
        {
            if (replace(table) is not { } name)
                continue;
            result.Append(Encoding.UTF8.GetString(bytes, at, table.Offset - at)).Append(name);
            if (!table.HasAlias)
                result.Append(" AS ").Append(Dialect.DuckDb.Quote(table.Name));
            at = table.Offset + table.Length;
        }
        return result.Append(Encoding.UTF8.GetString(bytes, at, bytes.Length - at)).ToString();
    }

    /// <summary>What a SELECT uses that PostgreSQL and Redshift do not have, with the byte offset where it stands.</summary>
    public static async Task<IReadOnlyList<(string What, int Offset)>> ReadUnportableAsync(DbConnection connection, string sql, CancellationToken ct)
    {
        using var json = await ParseAsync(connection, sql, ct);
        List<(string, int)> found = [];
        PortableSql.Collect(json.RootElement, found);
        return found;
    }

    // Only parsed, never prepared or run: text of several statements does nothing here.
    internal static async Task<JsonDocument> ParseAsync(DbConnection connection, string sql, CancellationToken ct)
    {
        var text = await connection.ScalarAsync<string>("SELECT json_serialize_sql($sql::VARCHAR)", ct, ("sql", sql));
        var json = JsonDocument.Parse(text!, new() { MaxDepth = 512 });
        var root = json.RootElement;
        if (!root.GetProperty("error").GetBoolean() && root.GetProperty("statements").GetArrayLength() == 1)
            return json;
        using (json)
            throw root.TryGetProperty("position", out var at) && int.TryParse(at.GetString(), CultureInfo.InvariantCulture, out var offset)
                ? new NotOneSelectException(root.GetProperty("error_message").GetString()!, offset)
                : new NotOneSelectException("it must be one SELECT; this is something else, or more than one statement");
    }

    static void Collect(JsonElement node, HashSet<string> ctes, byte[] sql, List<TableRead> tables)
    {
        if (node.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in node.EnumerateArray())
                Collect(item, ctes, sql, tables);
            return;
        }
        if (node.ValueKind != JsonValueKind.Object)
            return;
        if (node.TryGetProperty("cte_map", out var map) && map.TryGetProperty("map", out var entries) && entries.GetArrayLength() > 0)
            ctes = [.. ctes, .. entries.EnumerateArray().Select(e => e.GetProperty("key").GetString()!.ToLowerInvariant())];
        if (node.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == "BASE_TABLE")
        {
            var (schema, name) = (node.GetProperty("schema_name").GetString()!, node.GetProperty("table_name").GetString()!);
            if (schema.Length > 0 || !ctes.Contains(name.ToLowerInvariant()))
            {
                var offset = (int)node.GetProperty("query_location").GetUInt64();
                tables.Add(new(schema.Length == 0 ? null : schema, name, offset, NameLength(sql, offset), node.GetProperty("alias").GetString() is { Length: > 0 }));
            }
        }
        foreach (var property in node.EnumerateObject())
            Collect(property.Value, ctes, sql, tables);
    }

    // A name as written: parts, quoted or bare, with dots between.
    static int NameLength(byte[] sql, int offset)
    {
        var at = offset;
        while (at < sql.Length)
        {
            if (sql[at] == '"')
            {
                for (at++; at < sql.Length && (sql[at] != '"' || (at + 1 < sql.Length && sql[at + 1] == '"')); at += sql[at] == '"' ? 2 : 1) { }
                at++;
            }
            else
                while (at < sql.Length && (sql[at] is (byte)'_' or (byte)'$' or >= 0x80 || char.IsAsciiLetterOrDigit((char)sql[at])))
                    at++;
            if (at >= sql.Length || sql[at] != '.')
                break;
            at++;
        }
        return at - offset;
    }
}
