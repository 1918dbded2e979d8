using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cartage.Ingest;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>What a page of a table stands for, kept in its manifest: the moment it was read at, how many pages belong to that moment, and what no later commit can fall below.</summary>
/// <param name="At">The server's time at the snapshot.</param>
/// <param name="Bound">Rows that are committed later have a change time from here on; null where the feed has none.</param>
/// <param name="Page">Its number, from one.</param>
/// <param name="Pages">How many there are.</param>
sealed record Bookmark(DateTimeOffset At, DateTimeOffset? Bound, int Page, int Pages)
{
    /// <summary>The first key of the page and the first key after it, for a page that is a range of keys.</summary>
    public KeyRange? Keys { get; init; }

    /// <summary>Where the window began, for a page that is a window of change times.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The moment as the folder of its pages is named; names sort by time.</summary>
    public static string Folder(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'.'ffffff'Z'", CultureInfo.InvariantCulture);

    public string Write() => JsonSerializer.Serialize(this, BookmarkJson.Default.Bookmark);

    /// <summary>What a page stood for; null for one that another kind of source landed.</summary>
    public static Bookmark? Read(Manifest manifest)
    {
        try
        {
            return manifest.CursorAfter is { } text && text.StartsWith('{') ? JsonSerializer.Deserialize(text, BookmarkJson.Default.Bookmark) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Keys as text, from the first on (null: from the least) up to, and not with, the second (null: to the greatest).</summary>
sealed record KeyRange(IReadOnlyList<string>? From, IReadOnlyList<string>? To);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Bookmark))]
sealed partial class BookmarkJson : JsonSerializerContext;
