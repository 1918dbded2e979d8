namespace Cartage.Warehouses;

/// <summary>What differs between SQL engines, as data.</summary>
public sealed record Dialect(string Name, string RowId)
{
    /// <summary>DuckDB's SQL.</summary>
    public static Dialect DuckDb { get; } = new("duckdb", "rowid");

    /// <summary>An identifier in double quotes; quotes inside are doubled.</summary>
    public string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"")}\"";

    /// <summary>A table's quoted, qualified name.</summary>
    public string Quote(Table table) => $"{Quote(table.Schema)}.{Quote(table.Name)}";

    /// <summary>Quoted identifiers with commas between, each after <paramref name="prefix"/> (an alias and its dot).</summary>
    public string Quote(IEnumerable<string> identifiers, string prefix = "") => string.Join(", ", identifiers.Select(x => prefix + Quote(x)));

    /// <summary>Text as a SQL literal, for places that take no parameter (DDL, table functions).</summary>
    public string Literal(string text) => $"'{text.Replace("'", "''")}'";
}
