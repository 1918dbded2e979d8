using Cartage.Warehouses;

namespace Cartage.Connectors.Warehouses.Copying;

/// <summary>A column on its way: what the door selects for it, and the column it becomes, in DuckDB's type names; what has no writer travels as text or JSON.</summary>
sealed record Field(Column Column, string Select)
{
    static readonly HashSet<string> Plain =
    [
        "BOOLEAN", "TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER", "UINTEGER", "BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "FLOAT", "DOUBLE", "DATE", "TIME", "TIMESTAMP", "INTERVAL", "UUID", "VARCHAR", "BLOB",
    ];

    public bool IsJson => Column.Type == "JSON";

    public static Field For(Column column)
    {
        var name = Dialect.DuckDb.Quote(column.Name);
        return column.Type switch
        {
            var type when Plain.Contains(type) || type.StartsWith("DECIMAL(", StringComparison.Ordinal) && !type.EndsWith(']') => new(column, name),
            "TIMESTAMPTZ" or "TIMESTAMP WITH TIME ZONE" => new(column with { Type = "TIMESTAMPTZ" }, name),
            "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" => new(column with { Type = "TIMESTAMP" }, $"CAST({name} AS TIMESTAMP)"),
            "JSON" => new(column, $"CAST({name} AS VARCHAR)"),
            var type when type.EndsWith(']') || type.StartsWith("STRUCT(", StringComparison.Ordinal) || type.StartsWith("MAP(", StringComparison.Ordinal) => new(column with { Type = "JSON" }, $"CAST(to_json({name}) AS VARCHAR)"),
            _ => new(column with { Type = "VARCHAR" }, $"CAST({name} AS VARCHAR)"),
        };
    }
}
