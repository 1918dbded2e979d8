using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cartage.Host.Output;

/// <summary>How data is written for programs: names with underscores, states in lower case, times in UTC, spans as seconds under a name that ends in <c>_s</c>, and the cells of tables as everywhere else.</summary>
static class DataJson
{
    static readonly JsonSerializerOptions Options = Set(new());

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>Sets these rules.</summary>
    public static JsonSerializerOptions Set(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.RespectNullableAnnotations = true;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameSpans } };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        options.Converters.Add(new AsCell<DateTimeOffset>());
        options.Converters.Add(new AsCell<TimeSpan>());
        options.Converters.Add(new AsCell<IReadOnlyList<IReadOnlyList<object?>>>());
        return options;
    }

    static void NameSpans(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(x => x.PropertyType == typeof(TimeSpan)))
            property.Name += "_s";
    }

    sealed class AsCell<T> : JsonConverter<T>
    {
        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonSerializer.Deserialize<T>(ref reader);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => Cell.WriteJson(writer, value);
    }
}
