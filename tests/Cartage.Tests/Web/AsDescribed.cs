using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cartage.Tests.Web;

/// <summary>Passes on what a program asks, and fails where an answer is not what the API's document says of it.</summary>
sealed class AsDescribed(Func<Task<JsonElement>> openApi) : DelegatingHandler(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
{
    readonly Lazy<Task<JsonElement>> _openApi = new(openApi);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (!path.StartsWith("/api/", StringComparison.Ordinal) || path == "/api/openapi.json" || answer.Content.Headers.ContentType?.MediaType != "application/json")
            return answer;
        await answer.Content.LoadIntoBufferAsync(cancellationToken);
        var document = await _openApi.Value;
        var operation = document.GetProperty("paths").EnumerateObject()
            .Where(x => Regex.IsMatch(path, $"^{Regex.Replace(x.Name, "{[^}]+}", "[^/]+")}$") && x.Value.TryGetProperty(request.Method.Method.ToLowerInvariant(), out _))
            .Select(x => (JsonElement?)x.Value.GetProperty(request.Method.Method.ToLowerInvariant())).FirstOrDefault();
        if (operation is null)
            return answer;
        var status = $"{(int)answer.StatusCode}";
        Assert.True(operation.Value.GetProperty("responses").TryGetProperty(status, out var described), $"{request.Method} {path} answers {status}, which is not described");
        if (described.GetProperty("content").GetProperty("application/json").TryGetProperty("schema", out var schema))
            Check(document, schema, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)).RootElement, $"{request.Method} {path}");
        return answer;
    }

    static void Check(JsonElement document, JsonElement schema, JsonElement value, string where)
    {
        if (schema.ValueKind == JsonValueKind.True)
            return;
        if (schema.TryGetProperty("anyOf", out var choice))
            schema = value.ValueKind == JsonValueKind.Null ? choice[1] : choice[0];
        if (schema.TryGetProperty("$ref", out var reference))
            schema = document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
        if (schema.TryGetProperty("enum", out var words))
            Assert.True(words.EnumerateArray().Any(x => JsonElement.DeepEquals(x, value)), $"{where} is {value}, and may be {words}");
        if (schema.TryGetProperty("type", out var type))
            Assert.True((type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(x => x.GetString()) : [type.GetString()]).Any(x => IsOf(x!, value)), $"{where} is {value}, and should be {type}");
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
            foreach (var item in value.EnumerateArray())
                Check(document, items, item, where + "[]");
        if (value.ValueKind == JsonValueKind.Object)
            CheckObject(document, schema, value, where);
    }

    static void CheckObject(JsonElement document, JsonElement schema, JsonElement value, string where)
    {
        foreach (var property in value.EnumerateObject())
        {
            var known = schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(property.Name, out var own) ? own
                : schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind != JsonValueKind.False ? others : (JsonElement?)null;
            Assert.True(known is not null, $"{where} has a '{property.Name}', which is not described");
            Check(document, known.Value, property.Value, $"{where}.{property.Name}");
        }
        if (schema.TryGetProperty("required", out var required))
            foreach (var name in required.EnumerateArray())
                Assert.True(value.TryGetProperty(name.GetString()!, out _), $"{where} has no '{name}'");
    }

    static bool IsOf(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => false,
    };
}
