namespace Cartage.Connectors.Sources.Postgres;

/// <summary>PostgreSQL's types as the door has them, and how their values are written so that it reads them.</summary>
static class SourceTypes
{
    /// <summary>The portable type of a column; what has none is text.</summary>
    /// <param name="type">As <c>format_type</c> spells it: <c>numeric(10,2)</c>.</param>
    public static string Portable(string type)
    {
        var bracket = type.IndexOf('(');
        return (bracket < 0 ? type : type[..bracket].TrimEnd() + type[(type.IndexOf(')') + 1)..]) switch
        {
            "smallint" => "SMALLINT",
            "integer" => "INTEGER",
            "bigint" or "oid" => "BIGINT",
            "numeric" => Decimal(type, bracket),
            "money" => "DECIMAL(19,2)",
            "real" or "double precision" => "DOUBLE",
            "boolean" => "BOOLEAN",
            "date" => "DATE",
            "time without time zone" => "TIME",
            "timestamp without time zone" => "TIMESTAMP",
            "timestamp with time zone" => "TIMESTAMPTZ",
            "uuid" => "UUID",
            _ => "VARCHAR",
        };
    }

    /// <summary>A column as COPY is to write it.</summary>
    public static string Written(string column, string type, string? wanted) =>
        type switch
        {
            "boolean" => $"CAST({column} AS text)", // true, not t
            "money" => $"CAST({column} AS numeric)",
            "bytea" => $"encode({column}, 'hex')",
            _ when type.EndsWith("[]", StringComparison.Ordinal) => $"CAST(to_json({column}) AS text)",
            _ when type.StartsWith("timestamp", StringComparison.Ordinal) && type.EndsWith("with time zone", StringComparison.Ordinal) && wanted == "TIMESTAMP" => $"{column} AT TIME ZONE 'UTC'",
            _ => column,
        };

    /// <summary>The text a key has once it is loaded with a type; <c>concat</c> writes as COPY does, blanks at the end too.</summary>
    public static string KeyText(string column, string type, string loadedAs) =>
        loadedAs is "DOUBLE" ? throw new PipelineException($"the key {column} is of type {type}, whose text differs between databases, so keys that are gone cannot be found", hint: "Declare it as decimal(…) in 'columns', or take 'deletes' out.")
        : Portable(type) == loadedAs || loadedAs == "VARCHAR" ? $"concat({Written(column, type, loadedAs)})" : $"concat(CAST({column} AS {Spelled(loadedAs)}))";

    // Numbers without a scale keep ten places, as in the warehouse; more digits than the door has stay text.
    static string Decimal(string type, int bracket)
    {
        if (bracket < 0)
            return "DECIMAL(38,10)";
        var parts = type[(bracket + 1)..type.IndexOf(')')].Split(',');
        var (precision, scale) = (int.Parse(parts[0], null), parts.Length > 1 ? int.Parse(parts[1], null) : 0);
        return precision <= 38 && scale >= 0 && scale <= precision ? $"DECIMAL({precision},{scale})" : "VARCHAR";
    }

    static string Spelled(string portable) =>
        portable switch
        {
            "VARCHAR" => "text",
            "DOUBLE" => "double precision",
            _ when portable.StartsWith("DECIMAL", StringComparison.Ordinal) => "numeric" + portable[7..],
            _ => portable,
        };
}
