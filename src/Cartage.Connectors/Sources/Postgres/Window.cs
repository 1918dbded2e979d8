using System.Globalization;
using Cartage.Ingest;
using Cartage.Warehouses;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>A half-open span of change times as a condition; open where an end is null.</summary>
sealed record Window(DateTimeOffset? Since, DateTimeOffset? Before)
{
    /// <summary>Whether a column of this type can be a change time.</summary>
    public static bool Knows(string type) => SourceTypes.Portable(type) is "DATE" or "TIMESTAMP" or "TIMESTAMPTZ";

    /// <summary>The condition over a feed's change time, in its type and zone.</summary>
    public string Condition(SourceTable table)
    {
        var cursor = Dialect.DuckDb.Quote(table.Feed.Cursor!);
        return string.Join(" AND ", new[]
        {
            Since is { } since ? $"{cursor} >= {Value(since, table)}" : null,
            Before is { } before ? $"{cursor} < {Value(before, table)}" : null,
        }.OfType<string>());
    }

    /// <summary>A time as the feed's change times are written. A date is the day it falls on, so that day is read again as long as it lasts.</summary>
    public static string Text(DateTimeOffset at, Feed feed, string type) =>
        SourceTypes.Portable(type) switch
        {
            "TIMESTAMPTZ" => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00'", CultureInfo.InvariantCulture),
            "DATE" => Local(at, feed.CursorZone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            _ => Local(at, feed.CursorZone).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        };

    static string Value(DateTimeOffset at, SourceTable table) => $"CAST({Dialect.DuckDb.Literal(Text(at, table.Feed, table.CursorType!))} AS {table.CursorType})";

    // When clocks go back an hour comes twice: what was written in its second half must not fall before the bookmark.
    static DateTime Local(DateTimeOffset at, TimeZoneInfo zone)
    {
        var (then, after) = (zone.GetUtcOffset(at), zone.GetUtcOffset(at.AddHours(3)));
        return at.UtcDateTime + (then < after ? then : after);
    }
}
