using System.Text.Json.Serialization;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>What is known of an object since it landed; an object without one does not exist. <paramref name="Object"/> is its key in the raw zone, ordered by source and version; the hash is that of the bytes the source gave.</summary>
public sealed record Manifest(string Feed, string Source, int Version, string Object, long Bytes, string Sha256, ObjectFacts Facts, DateTimeOffset LandedAt)
{
    /// <summary>What a manifest's key ends with.</summary>
    public const string Suffix = ".manifest.json";

    /// <summary>When its bytes were taken out of the raw zone because their retention had ended; null while they are there.</summary>
    public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>The source's bookmark where the page began, and where it ended.</summary>
    public string? CursorBefore { get; init; }

    /// <inheritdoc cref="CursorBefore"/>
    public string? CursorAfter { get; init; }

    /// <summary>The columns and portable types the source gave; null where they are told from the bytes.</summary>
    public IReadOnlyList<Column>? Columns { get; init; }

    /// <summary>How many rows it holds, where that is known apart from parsing it.</summary>
    public long? Rows { get; init; }

    /// <summary>Whether its rows are keys of rows that are gone.</summary>
    public bool Deletes { get; init; }

    /// <summary>Where an API's answer has its rows; null where an object is no such answer.</summary>
    public string? RowsAt { get; init; }

    /// <summary>The names that its rows have, where an answer told them.</summary>
    public IReadOnlyList<string>? Fields { get; init; }

    /// <summary>Columns that hold the same for every row of the object.</summary>
    public IReadOnlyDictionary<string, string>? Constants { get; init; }
}

/// <summary>What the bytes told while they were copied, uncompressed where they were gzip; <paramref name="Known"/> is false where they could not be looked into.</summary>
public sealed record ObjectFacts(bool Known, long Newlines, long Blanks, long Quotes, long Returns, long Nuls, long LongestLine, bool Utf8, bool EndsWithNewline, string FirstLine, string ByteOrderMark)
{
    /// <summary>Lines that end outside quotes and are not blank: the records, with the header, of a file whose quotes are sound.</summary>
    public long Records { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Manifest))]
sealed partial class ManifestJson : JsonSerializerContext;
