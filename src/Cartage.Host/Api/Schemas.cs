using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Cartage.Host.Api;

/// <summary>The schemas of what is sent and answered: records by name, everything else where it stands.</summary>
sealed class Schemas(JsonSerializerOptions json)
{
    /// <summary>The records met so far, by name.</summary>
    public SortedDictionary<string, JsonNode?> Named { get; } = new(StringComparer.Ordinal);

    /// <summary>The schema of a type; a record's is a reference to its name.</summary>
    public JsonNode Of(Type type) => json.GetTypeInfo(type).Kind == JsonTypeInfoKind.Object ? Name(type) : Export(type);

    JsonObject Name(Type type)
    {
        if (Named.TryAdd(type.Name, null))
            Named[type.Name] = Export(type);
        return new() { ["$ref"] = $"#/components/schemas/{type.Name}" };
    }

    JsonNode Export(Type type) => json.GetJsonSchemaAsNode(type, new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform });

    JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var nullable = type != context.TypeInfo.Type || context.PropertyInfo?.IsGetNullable == true;
        if (type == typeof(DateTimeOffset))
            return new JsonObject { ["type"] = Type("string", nullable), ["format"] = "date-time" };
        if (type == typeof(TimeSpan))
            return new JsonObject { ["type"] = Type("number", nullable) };
        if (type == typeof(IReadOnlyList<IReadOnlyList<object?>>))
            return new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "array" } };
        if (context.TypeInfo.Kind == JsonTypeInfoKind.Dictionary) // whether its values may be null is forgotten by the compiler
            schema["additionalProperties"]!["type"] = Type("string", nullable: true);
        if (context.Path.Length == 0 || context.TypeInfo.Kind != JsonTypeInfoKind.Object)
            return schema;
        return nullable ? new JsonObject { ["anyOf"] = new JsonArray(Name(type), new JsonObject { ["type"] = "null" }) } : Name(type);
    }

    static JsonNode Type(string name, bool nullable) => nullable ? new JsonArray(name, "null") : JsonValue.Create(name);
}
