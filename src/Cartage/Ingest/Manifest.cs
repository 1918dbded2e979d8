using System.Text.Json.Serialization;

namespace Cartage.Ingest;

/// <summary>What is known of an object since it landed; an object without one does not exist. <paramref name="Object"/> is its key in the raw zone, ordered by source and version.</summary>
public sealed record Manifest(string Feed, string Source, int Version, string Object, long Bytes, string Sha256, ObjectFacts Facts, DateTimeOffset LandedAt)
{
    /// <summary>What a manifest's key ends with.</summary>
    public const string Suffix = ".manifest.json";
}

/// <summary>What the bytes told while they were copied, uncompressed where they were gzip; <paramref name="Known"/> is false where they could not be looked into.</summary>
public sealed record ObjectFacts(bool Known, long Newlines, long Blanks, long Quotes, long Returns, long Nuls, long LongestLine, bool Utf8, bool EndsWithNewline, string FirstLine, string ByteOrderMark);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Manifest))]
sealed partial class ManifestJson : JsonSerializerContext;
