using System.Globalization;
using System.Text.RegularExpressions;
using Cartage.Checks;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>A row-local rule: the SQL condition that is true for a row that breaks it, over typed columns.</summary>
sealed record Rule(string Code, string Column, string Condition, string Reason, Severity Severity);

/// <summary>A feed's columns and rules as SQL.</summary>
static partial class Contract
{
    /// <summary>The columns every base row carries beside its own.</summary>
    public static readonly IReadOnlyList<Column> Own =
    [
        new("_deleted_at", "TIMESTAMP"), new("_run", "VARCHAR"), new("_object", "VARCHAR"), new("_loaded_at", "TIMESTAMP"), new("_record", "BIGINT"),
    ];

    /// <summary>A portable type as DuckDB spells it, or null where there is no such type.</summary>
    public static string? SqlType(string type) =>
        type.ToLowerInvariant().Replace(" ", "") switch
        {
            "text" or "string" or "varchar" => "VARCHAR",
            "integer" or "int" => "INTEGER",
            "bigint" => "BIGINT",
            "smallint" => "SMALLINT",
            "double" or "float" => "DOUBLE",
            "boolean" or "bool" => "BOOLEAN",
            "date" => "DATE",
            "time" => "TIME",
            "timestamp" => "TIMESTAMP",
            "timestamptz" => "TIMESTAMPTZ",
            "json" => "VARCHAR",
            "uuid" => "UUID",
            var t when Decimal().Match(t) is { Success: true } m && int.Parse(m.Groups["width"].Value, CultureInfo.InvariantCulture) is >= 1 and <= 38 and var width && (!m.Groups["scale"].Success || int.Parse(m.Groups["scale"].Value, CultureInfo.InvariantCulture) <= width) => "DECIMAL" + t[7..],
            "decimal" or "numeric" => "DECIMAL(18,3)",
            _ => null,
        };

    /// <summary>The rules that are not written on a column: on the record as it stands in its file, and on its key.</summary>
    public static readonly IReadOnlyList<string> OnRecords = ["columns", "unclosed_quote", "nul", "length", "encoding", "json", "key_conflict"];

    /// <summary>The names that the tables of a feed have for themselves.</summary>
    public static bool Reserves(string column) =>
        column.ToLowerInvariant() is "_deleted_at" or "_run" or "_object" or "_loaded_at" or "_record" or "_reason" or "_rules" or "_raw" or "_reject" or "_id" or "_first_seen" or "_status" or "_fixed"
            or "_bad" or "_drop" or "_rid" or "_late" or "_deletes" or "_conflict" or "_content" or "_place" or "_copy";

    /// <summary>The rules of a feed's columns, broken by the rows for which the condition is true.</summary>
    public static IEnumerable<Rule> Rules(Feed feed, Dialect dialect)
    {
        foreach (var key in feed.Key.Where(k => feed.Columns.All(c => c.Name != k)))
            yield return new("required", key, $"{dialect.Quote(key)} IS NULL", "it must have a value", feed.SeverityOf("required"));
        foreach (var column in feed.Columns)
        {
            var name = dialect.Quote(column.Name);
            var text = $"CAST({name} AS VARCHAR)";
            var type = SqlType(column.Type);
            if (column.Required || feed.Key.Contains(column.Name))
                yield return new("required", column.Name, $"{name} IS NULL", "it must have a value", feed.SeverityOf("required", column));
            if (column.OneOf.Count > 0)
                yield return new("one_of", column.Name, OneOf(column, type, name, dialect), $"it is not one of {string.Join(", ", column.OneOf)}", feed.SeverityOf("one_of", column));
            if (column.Matches is { } pattern)
                yield return new("matches", column.Name, $"NOT regexp_matches({text}, {dialect.Literal(pattern)})", $"it does not match {pattern}", feed.SeverityOf("matches", column));
            if (column.Min is { } min)
                yield return new("range", column.Name, $"{name} < CAST({dialect.Literal(min)} AS {type})", $"it is below {min}", feed.SeverityOf("range", column));
            if (column.Max is { } max)
                yield return new("range", column.Name, $"{name} > CAST({dialect.Literal(max)} AS {type})", $"it is above {max}", feed.SeverityOf("range", column));
            if (column.Satisfies is { } condition)
                yield return new("satisfies", column.Name, $"NOT ({condition}\n)", $"{condition} does not hold", feed.SeverityOf("satisfies", column));
            if (column.MinLength is { } shortest)
                yield return new("length", column.Name, $"length({text}) < {shortest}", $"it is shorter than {shortest} characters", feed.SeverityOf("length", column));
            if (column.MaxLength is { } longest)
                yield return new("length", column.Name, $"length({text}) > {longest}", $"it is longer than {longest} characters", feed.SeverityOf("length", column));
        }
    }

    // Values are compared as what they are, not as they are written; whole numbers without a cast, which the planner knows best.
    static string OneOf(FeedColumn column, string? type, string name, Dialect dialect) =>
        type is "VARCHAR" ? $"{name} NOT IN ({string.Join(", ", column.OneOf.Select(dialect.Literal))})"
        : type is "INTEGER" or "BIGINT" or "SMALLINT" && column.OneOf.All(v => long.TryParse(v, CultureInfo.InvariantCulture, out var number) && number.ToString(CultureInfo.InvariantCulture) == v)
            ? $"{name} NOT IN ({string.Join(", ", column.OneOf)})"
            : $"{name} IS NOT NULL AND NOT coalesce({name} IN ({string.Join(", ", column.OneOf.Select(v => $"TRY_CAST({dialect.Literal(v)} AS {type})"))}), false)";

    [GeneratedRegex(@"^(decimal|numeric)\((?<width>\d{1,2})(,(?<scale>\d{1,2}))?\)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Decimal();
}
