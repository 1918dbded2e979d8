using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Ingest.Crawling;

/// <summary>What the texts of a column are: how many there are, how many differ, which texts stand for no value, and the type all others have.</summary>
sealed record ColumnType(string Name, string Type, string Why, long Rows, long Values, long Distinct, IReadOnlyList<string> Nulls)
{
    static readonly Dialect Sql = Dialect.DuckDb;

    static readonly string[] NoValue = ["NULL", "null", "\\N", "N/A", "n/a", "NA", "NaN", "nan", "None", "-"];

    // In order of preference; a condition is true for a text (v) that has the type.
    static readonly (string Name, string Condition)[] Kinds =
    [
        ("boolean", "lower(v) IN ('true', 'false')"),
        ("integer", "regexp_full_match(v, '[+-]?(0|[1-9]\\d*)(\\.0+)?') AND try_cast(v AS INTEGER) IS NOT NULL"),
        ("bigint", "regexp_full_match(v, '[+-]?(0|[1-9]\\d*)') AND try_cast(v AS BIGINT) IS NOT NULL"),
        ("decimal", "regexp_full_match(v, '[+-]?(0|[1-9]\\d{0,17})(\\.\\d{1,9})?')"),
        ("double", "regexp_full_match(v, '[+-]?(0|[1-9]\\d*)?(\\.\\d+)?([eE][+-]?\\d+)?') AND try_cast(v AS DOUBLE) IS NOT NULL"),
        ("date", "regexp_full_match(v, '\\d{4}-\\d{2}-\\d{2}') AND try_cast(v AS DATE) IS NOT NULL"),
        ("timestamptz", "regexp_full_match(v, '\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}.*(Z|[+-]\\d{2}(:?\\d{2})?)') AND try_cast(v AS TIMESTAMPTZ) IS NOT NULL"),
        ("timestamp", "regexp_full_match(v, '\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}[^Z+]*') AND try_cast(v AS TIMESTAMP) IS NOT NULL"),
        ("uuid", "regexp_full_match(lower(v), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')"),
    ];

    /// <summary>Looks at a column of a table of texts.</summary>
    public static async Task<ColumnType> ReadAsync(DbConnection connection, string table, string name, CancellationToken ct)
    {
        var tokens = string.Join(", ", NoValue.Select(Sql.Literal));
        var values = $"(SELECT {Sql.Quote(name)} AS raw, CASE WHEN {Sql.Quote(name)} IN ({tokens}) THEN NULL ELSE trim({Sql.Quote(name)}) END AS v FROM {table})";
        var counts = string.Join(", ", Kinds.Select(k => $"count(*) FILTER (WHERE {k.Condition})"));
        var (rows, present, kept, distinct, fraction, whole, n) = (await connection.QueryAsync(
            $"""
            SELECT count(*), count(raw), count(v), count(DISTINCT v), coalesce(max(length(regexp_extract(v, '\.(\d+)$', 1))), 0), coalesce(max(length(regexp_extract(v, '^[+-]?(\d+)', 1))), 0), {counts}
            FROM {values}
            """,
            r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), Kinds.Select((_, i) => r.GetInt64(6 + i)).ToArray()), ct))[0];
        if (present == 0)
            return new(name, "text", "every value is empty, so nothing is known of it", rows, 0, 0, []);
        var whichever = Array.FindIndex(n, c => kept > 0 && c == kept);
        if (whichever < 0)
            return new(name, "text", kept == 0 ? "every value stands for no value" : await MixedAsync(connection, values, n, kept, ct), rows, kept, distinct, await NullsAsync(connection, values, "'NULL', '\\N'", ct));
        var type = Kinds[whichever].Name is "decimal" ? $"decimal({Math.Min(38, Math.Max(10, whole + fraction + 2))},{fraction})" : Kinds[whichever].Name;
        var why = $"all {kept:N0} values are" + (type == "integer" && fraction > 0 ? " whole numbers, some written with .0" : type.StartsWith("decimal", StringComparison.Ordinal) ? $" numbers with up to {fraction} decimals" : $" of it");
        return new(name, type, FormattableString.Invariant($"{why}{(kept < rows ? $"; {rows - kept:N0} are empty" : "")}"), rows, kept, distinct, await NullsAsync(connection, values, tokens, ct));
    }

    static async Task<string> MixedAsync(DbConnection connection, string values, long[] counts, long kept, CancellationToken ct)
    {
        if (await connection.ScalarAsync<string>($"SELECT min(v) FROM {values} WHERE regexp_full_match(v, '0\\d+')", ct) is { } zeros && await connection.ScalarAsync<bool>($"SELECT bool_and(regexp_full_match(v, '\\d+')) FROM {values} WHERE v IS NOT NULL", ct))
            return $"digits with zeros in front, such as '{zeros}': as a number they would be lost";
        var most = Enumerable.Range(0, counts.Length).MaxBy(i => counts[i]);
        if (counts[most] * 2 < kept)
            return "its values are words";
        var strange = await connection.ScalarAsync<string>($"SELECT min(v) FROM {values} WHERE v IS NOT NULL AND NOT ({Kinds[most].Condition})", ct);
        return FormattableString.Invariant($"mixed: {counts[most]:N0} of {kept:N0} values are {Kinds[most].Name}, {kept - counts[most]:N0} are not, such as '{strange}'");
    }

    static Task<List<string>> NullsAsync(DbConnection connection, string values, string tokens, CancellationToken ct) =>
        connection.QueryAsync($"SELECT DISTINCT raw FROM {values} WHERE raw IN ({tokens}) ORDER BY 1", r => r.GetString(0), ct);
}
