using System.Text.Json;

namespace Cartage.Ingest;

/// <summary>An answer of an API: where its rows are, how many, and which names they have.</summary>
public sealed class PageBody : IDisposable
{
    /// <summary>The column of rows that are no more than a value.</summary>
    public const string Bare = "value";

    readonly JsonDocument _json;

    PageBody(JsonDocument json, string rowsAt, IReadOnlyList<JsonElement> rows) => (_json, RowsAt, Rows) = (json, rowsAt, rows);

    /// <summary>Where the rows were, as names with dots between; empty for the answer itself.</summary>
    public string RowsAt { get; }

    /// <summary>The rows.</summary>
    public IReadOnlyList<JsonElement> Rows { get; }

    /// <summary>Every name that a row has, in the order they come; <see cref="Bare"/> for rows that are no more than a value.</summary>
    public IReadOnlyList<string> Fields => [.. Rows.SelectMany(Names).Where(n => n.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Reads an answer; an <see cref="InvalidDataException"/> where it is no JSON or has rows at none of the places.</summary>
    public static PageBody Read(ReadOnlyMemory<byte> bytes, IReadOnlyList<string> places)
    {
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(bytes);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the answer is no JSON: {e.Message}", e);
        }
        foreach (var place in places.Count > 0 ? places : [""])
            if (Find(json.RootElement, place) is { } found)
                return new(json, place, Listed(found));
        json.Dispose();
        throw new InvalidDataException($"the answer has nothing at '{string.Join("' or '", places)}'");
    }

    /// <summary>What is at a place, as text; null where there is nothing.</summary>
    public string? Text(string place) => Find(_json.RootElement, place) is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array) } found ? TextOf(found) : null;

    /// <summary>A value as text, null where it has none.</summary>
    public static string? TextOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            JsonValueKind.String => JsonSerializer.Deserialize(JsonText.Mend(value.GetRawText()), JsonTexts.Default.String),
            _ => value.GetRawText(),
        };

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    static IEnumerable<string> Names(JsonElement row) => row.ValueKind switch { JsonValueKind.Object => row.EnumerateObject().Select(p => p.Name), JsonValueKind.Array or JsonValueKind.Null => [], _ => [Bare] };

    static JsonElement? Find(JsonElement from, string place)
    {
        foreach (var name in place.Split('.', StringSplitOptions.RemoveEmptyEntries))
            if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out from))
                return null;
        return from;
    }

    static IReadOnlyList<JsonElement> Listed(JsonElement found) =>
        found.ValueKind switch { JsonValueKind.Array => [.. found.EnumerateArray()], JsonValueKind.Null => [], _ => [found] };
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
sealed partial class JsonTexts : System.Text.Json.Serialization.JsonSerializerContext;
