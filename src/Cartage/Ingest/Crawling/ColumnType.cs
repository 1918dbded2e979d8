using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Ingest.Crawling;

/// <summary>What the texts of a column are: how many there are, how many differ, which texts stand for no value, and the type all others have.</summary>
sealed record ColumnType(string Name, string Type, string Why, long Rows, long Values, long Distinct, IReadOnlyList<string> Nulls)
{
    /// <summary>How its dates and times are written; null for SQL's way.</summary>
    public string? Format { get; init; }

    /// <summary>The sign before its decimals; null where no number has any.</summary>
    public string? DecimalSign { get; init; }

    static readonly Dialect Sql = Dialect.DuckDb;

    static readonly string[] NoValue = ["NULL", "null", "\\N", "N/A", "n/a", "NA", "NaN", "nan", "None", "-"];

    static readonly string[] Dates = ["dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "dd-MM-yyyy"];

    // In order of preference; a condition is true for a text (v) that has the type.
    static readonly Kind[] Kinds =
    [
        new("boolean", "lower(v) IN ('true', 'false')"),
        new("integer", "regexp_full_match(v, '[+-]?(0|[1-9]\\d*)(\\.0+)?') AND try_cast(v AS INTEGER) IS NOT NULL"),
        new("bigint", "regexp_full_match(v, '[+-]?(0|[1-9]\\d*)') AND try_cast(v AS BIGINT) IS NOT NULL"),
        new("decimal", "regexp_full_match(v, '[+-]?(0|[1-9]\\d{0,17})(\\.\\d{1,9})?')"),
        new("double", "regexp_full_match(v, '[+-]?(0|[1-9]\\d*)?(\\.\\d+)?([eE][+-]?\\d+)?') AND try_cast(v AS DOUBLE) IS NOT NULL"),
        new("date", "regexp_full_match(v, '\\d{4}-\\d{2}-\\d{2}') AND try_cast(v AS DATE) IS NOT NULL"),
        new("timestamptz", "regexp_full_match(v, '\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}.*(Z|[+-]\\d{2}(:?\\d{2})?)') AND try_cast(v AS TIMESTAMPTZ) IS NOT NULL"),
        new("timestamp", "regexp_full_match(v, '\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}[^Z+]*') AND try_cast(v AS TIMESTAMP) IS NOT NULL"),
        new("uuid", "regexp_full_match(lower(v), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')"),
    ];

    // As other countries write them.
    static readonly Kind[] Foreign =
    [
        new("decimal", "regexp_full_match(v, '[+-]?(\\d{1,3}(\\.\\d{3})+|0|[1-9]\\d{0,17})(,\\d{1,9})?')") { DecimalSign = "," },
        .. Dates.Select(d => new Kind("date", Notation.Fits(d, "v")) { Format = d }),
        .. Dates.SelectMany(d => (string[])[$"{d} HH:mm", $"{d} HH:mm:ss"]).Select(t => new Kind("timestamp", Notation.Fits(t, "v")) { Format = t }),
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
        var foreign = whichever < 0 && kept > 0 ? await ForeignAsync(connection, values, ct) : [];
        if (whichever < 0 && foreign.Count == 0)
            return new(name, "text", kept == 0 ? "every value stands for no value" : await MixedAsync(connection, values, n, kept, ct), rows, kept, distinct, await NullsAsync(connection, values, "'NULL', '\\N'", ct));
        if (foreign.Count > 1)
            return new(name, "text", $"dates that could be {string.Join(" or ", foreign.Select(k => k.Format))}: say which with 'format'", rows, kept, distinct, []);
        var kind = whichever < 0 ? foreign[0] : Kinds[whichever];
        if (kind.DecimalSign is not null)
            (whole, fraction) = (await connection.QueryAsync($"SELECT max(length(regexp_replace(split_part(v, ',', 1), '\\D', '', 'g'))), max(length(split_part(v, ',', 2))) FROM {values}", r => (r.GetInt64(0), r.GetInt64(1)), ct))[0];
        var type = kind.Name is "decimal" ? $"decimal({Math.Min(38, Math.Max(10, whole + fraction + 2))},{fraction})" : kind.Name;
        var why = $"all {kept:N0} values are" + (type == "integer" && fraction > 0 ? " whole numbers, some written with .0" : type.StartsWith("decimal", StringComparison.Ordinal) ? $" numbers with up to {fraction} decimals{(kind.DecimalSign is null ? "" : " after a comma")}" : kind.Format is { } format ? $" written as {format}" : " of it");
        return new(name, type, FormattableString.Invariant($"{why}{(kept < rows ? $"; {rows - kept:N0} are empty" : "")}"), rows, kept, distinct, await NullsAsync(connection, values, tokens, ct)) { Format = kind.Format, DecimalSign = kind.DecimalSign ?? (type.StartsWith("decimal", StringComparison.Ordinal) && fraction > 0 ? "." : null) };
    }

    // Those that all texts are written in; a few texts rule nearly all of them out.
    static async Task<List<Kind>> ForeignAsync(DbConnection connection, string values, CancellationToken ct)
    {
        List<Kind> kinds = [.. Foreign];
        foreach (var some in new[] { "LIMIT 1000", "" })
            if (kinds.Count > 0)
                kinds = (await connection.QueryAsync($"SELECT {string.Join(", ", kinds.Select(k => $"bool_and({k.Condition})"))} FROM (SELECT v FROM {values} WHERE v IS NOT NULL {some})", r => kinds.Where((_, i) => r.GetBoolean(i)).ToList(), ct))[0];
        return kinds;
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

    sealed record Kind(string Name, string Condition)
    {
        public string? Format { get; init; }

        public string? DecimalSign { get; init; }
    }
}
