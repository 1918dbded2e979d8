using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Cartage.Tests.Support;

/// <summary>As much of JSON Schema as our schemas use; a word it does not know is an error of the test.</summary>
public static class TinySchema
{
    public static IReadOnlyList<string> Errors(JsonObject schema, JsonNode? value, string at = "")
    {
        List<string> errors = [];
        foreach (var (word, said) in schema)
            switch (word)
            {
                case "$schema" or "title" or "description":
                    break;
                case "type" when !Types(said!).Any(t => Is(value, t)):
                    errors.Add($"{at}: {Show(value)} is no {string.Join(" or ", Types(said!))}");
                    break;
                case "enum" when !said!.AsArray().Any(o => JsonNode.DeepEquals(o, value)):
                    errors.Add($"{at}: {Show(value)} is not one of {said.ToJsonString()}");
                    break;
                case "pattern" when value is JsonValue && value.GetValueKind() == JsonValueKind.String && !Regex.IsMatch(value.GetValue<string>(), said!.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(1)):
                    errors.Add($"{at}: {Show(value)} does not match {said}");
                    break;
                case "anyOf":
                    // the errors of the alternative of the same type are the ones that help
                    var ways = said!.AsArray().Select(o => (Schema: o!.AsObject(), Errors: Errors(o.AsObject(), value, at))).ToList();
                    if (ways.All(w => w.Errors.Count > 0))
                        errors.AddRange(ways.FirstOrDefault(w => w.Schema["type"] is { } type && Types(type).Any(t => Is(value, t)), ways[0]).Errors);
                    break;
                case "items" when value is JsonArray list:
                    errors.AddRange(list.SelectMany((item, i) => Errors(said!.AsObject(), item, Below(at, $"{i}"))));
                    break;
                case "properties" when value is JsonObject map:
                    errors.AddRange(map.Where(p => said![p.Key] is not null).SelectMany(p => Errors(said![p.Key]!.AsObject(), p.Value, Below(at, p.Key))));
                    break;
                case "additionalProperties" when value is JsonObject map:
                    foreach (var (key, other) in map.Where(p => schema["properties"]?[p.Key] is null))
                        if (said is JsonObject any)
                            errors.AddRange(Errors(any, other, Below(at, key)));
                        else if (!said!.GetValue<bool>())
                            errors.Add($"{Below(at, key)}: there is no such key");
                    break;
                case "type" or "enum" or "pattern" or "items" or "properties" or "additionalProperties":
                    break;
                default:
                    throw new NotSupportedException(word);
            }
        return errors;
    }

    static string Below(string at, string key) => at.Length == 0 ? key : $"{at}.{key}";

    static IEnumerable<string> Types(JsonNode type) => type is JsonArray list ? list.Select(t => t!.GetValue<string>()) : [type.GetValue<string>()];

    static bool Is(JsonNode? value, string type) =>
        (value?.GetValueKind() ?? JsonValueKind.Null) switch
        {
            JsonValueKind.Object => type == "object",
            JsonValueKind.Array => type == "array",
            JsonValueKind.String => type == "string",
            JsonValueKind.Number => type == "number" || (type == "integer" && value!.AsValue().TryGetValue<int>(out _)),
            JsonValueKind.True or JsonValueKind.False => type == "boolean",
            _ => type == "null",
        };

    static string Show(JsonNode? value) => value?.ToJsonString() ?? "null";
}
