using System.Text;
using System.Text.RegularExpressions;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>How the texts of a feed become values: numbers and times as its contract says they are written, and whole numbers without rounding.</summary>
static partial class Notation
{
    // Between thousands; an apostrophe is Swiss, the last two are spaces that do not break.
    const string Gaps = " '\u00a0\u202f";

    // By the letters of a format: what each means to strptime, and what may stand there.
    static readonly Dictionary<string, TimePart> Parts = new(StringComparer.Ordinal)
    {
        ["yyyy"] = new("%Y", @"\d{4}"), ["yy"] = new("%y", @"\d{2}"),
        ["MMMM"] = new("%B", "[A-Za-z]+"), ["MMM"] = new("%b", "[A-Za-z]{3}"), ["MM"] = new("%m", @"\d{1,2}"), ["M"] = new("%m", @"\d{1,2}"),
        ["dd"] = new("%d", @"\d{1,2}"), ["d"] = new("%d", @"\d{1,2}"),
        ["HH"] = new("%H", @"\d{1,2}"), ["H"] = new("%H", @"\d{1,2}"), ["hh"] = new("%I", @"\d{1,2}"), ["h"] = new("%I", @"\d{1,2}"),
        ["mm"] = new("%M", @"\d{2}"), ["ss"] = new("%S", @"\d{2}"), ["fff"] = new("%g", @"\d{3}"), ["ffffff"] = new("%f", @"\d{6}"),
        ["tt"] = new("%p", "[AaPp][Mm]"), ["zzz"] = new("%z", @"[+-]\d{2}:?\d{2}"),
    };

    /// <summary>Whether values of such a type are numbers, and so may have another decimal sign.</summary>
    public static bool IsNumber(string type) => type is "SMALLINT" or "INTEGER" or "BIGINT" or "DOUBLE" || type.StartsWith("DECIMAL", StringComparison.Ordinal);

    /// <summary>Whether values of such a type are dates or times, and so may have a format.</summary>
    public static bool IsTime(string type) => type is "DATE" or "TIME" or "TIMESTAMP" or "TIMESTAMPTZ";

    /// <summary>How the texts of a column are written: a format, or the sign before decimals; null where SQL reads them.</summary>
    public static string? Of(Feed feed, Column column) =>
        IsTime(column.Type) ? feed.Columns.FirstOrDefault(c => c.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase))?.Format
        : IsNumber(column.Type) ? feed.Format.Decimal
        : null;

    /// <summary>A condition that is true for a text that a format can read.</summary>
    public static string Fits(string format, string text)
    {
        var (strptime, pattern) = Read(format)!;
        return $"regexp_full_match({text}, {Dialect.DuckDb.Literal(pattern)}) AND try_strptime({text}, {Dialect.DuckDb.Literal(strptime)}) IS NOT NULL";
    }

    /// <summary>The type a reader is asked for. A typed read turns a bad TIMESTAMPTZ into NULL and 12.5 into the integer 13 without a word, so those are cast by us, as is what has a notation of its own.</summary>
    public static string ReadAs(Feed feed, Column column) =>
        Of(feed, column) is not null ? "VARCHAR"
        : column.Type switch
        {
            "TIMESTAMPTZ" or "BIGINT" => "VARCHAR",
            "SMALLINT" or "INTEGER" => "DOUBLE", // which holds every one of them
            var type => type,
        };

    /// <summary>A value of what was read so, or an error; without a feed what was read has a type of its own.</summary>
    public static string Cast(Feed? feed, Column column, string read)
    {
        var value = feed is null ? read : Plain(feed, column, read);
        var cast = $"CAST({value} AS {column.Type})";
        return IsWhole(column) ? $"CASE WHEN {cast} <> CAST({value} AS DOUBLE) THEN error('a fraction') ELSE {cast} END" : cast;
    }

    /// <summary>A value of a text, or NULL where it is none.</summary>
    public static string TryCast(Feed feed, Column column, string text)
    {
        var value = Plain(feed, column, text);
        var cast = $"TRY_CAST({value} AS {column.Type})";
        return IsWhole(column) ? $"CASE WHEN {cast} = TRY_CAST({value} AS DOUBLE) THEN {cast} END" : cast;
    }

    static bool IsWhole(Column column) => column.Type is "SMALLINT" or "INTEGER" or "BIGINT";

    // As SQL writes what it says. A text that is not written so is not a number; a time may also be written as SQL does, which is no other time in any format.
    static string Plain(Feed feed, Column column, string text)
    {
        if (Of(feed, column) is not { } notation)
            return text;
        var sql = Dialect.DuckDb;
        if (IsNumber(column.Type))
        {
            var gaps = Gaps + (notation == "," ? "." : ",");
            var isOne = $"regexp_full_match({text}, {sql.Literal($@"[+-]?(\d{{1,3}}([{gaps}]\d{{3}})+|\d+)({Regex.Escape(notation)}\d*)?")})";
            return $"CASE WHEN {isOne} THEN replace(regexp_replace({text}, {sql.Literal($"[{gaps}]")}, '', 'g'), {sql.Literal(notation)}, '.') ELSE '?' || {text} END";
        }
        return $"CASE WHEN {Fits(notation, text)} THEN CAST(try_strptime({text}, {sql.Literal(Read(notation)!.Format)}) AS VARCHAR) ELSE {text} END";
    }

    /// <summary>What to say of a text that is not of its column's type.</summary>
    public static string Written(Feed feed, Column column) => Of(feed, column) switch
    {
        null => "",
        "," => " written as 1.234,50",
        "." => " written as 1,234.50",
        var format => $" written as {format}",
    };

    /// <summary>Whether a format of dates and times is one, such as <c>dd.MM.yyyy HH:mm</c>: .NET's letters, of which all others are to be put in quotes.</summary>
    public static bool IsFormat(string format) => Read(format) is not null;

    static TimePart? Read(string format)
    {
        var (strptime, pattern) = (new StringBuilder(), new StringBuilder());
        foreach (var part in Tokens().Matches(format).Select(m => m.Value))
            if (Parts.TryGetValue(part, out var known))
            {
                strptime.Append(known.Format);
                pattern.Append(known.Pattern);
            }
            else if (char.IsAsciiLetter(part[0]))
                return null;
            else
            {
                strptime.Append(part.Trim('\'').Replace("%", "%%"));
                pattern.Append(Regex.Escape(part.Trim('\'')));
            }
        return new(strptime.ToString(), pattern.ToString());
    }

    sealed record TimePart(string Format, string Pattern);

    // Equal letters, a text in quotes, or any other character.
    [GeneratedRegex(@"(?<letter>[A-Za-z])\k<letter>*|'[^']*'|.", RegexOptions.Singleline)]
    private static partial Regex Tokens();
}
