using System.Text.Json;
using System.Text.Json.Serialization;
using Cartage.Ingest;

namespace Cartage.Runs;

[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(NameSetJson)])]
[JsonSerializable(typeof(Holder))]
[JsonSerializable(typeof(IReadOnlyList<RowEquation>))]
[JsonSerializable(typeof(IReadOnlyList<TaskResult>))]
[JsonSerializable(typeof(RunRequest))]
sealed partial class RunJson : JsonSerializerContext;

// A set that cannot be added to is not one the serializer can fill.
sealed class NameSetJson : JsonConverter<IReadOnlySet<string>>
{
    public override IReadOnlySet<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        HashSet<string> names = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            names.Add(reader.GetString()!);
        return names;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlySet<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var name in value.Order(StringComparer.Ordinal))
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}
