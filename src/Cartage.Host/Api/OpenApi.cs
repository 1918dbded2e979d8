using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Cartage.Host.Commands;

namespace Cartage.Host.Api;

/// <summary>The API's document in the form of OpenAPI 3.1.</summary>
static class OpenApi
{
    public static string Write(IEnumerable<Operation> operations, JsonSerializerOptions json)
    {
        JsonObject paths = [];
        foreach (var group in operations.GroupBy(x => x.Path))
            paths[group.Key] = new JsonObject(group.Select(x => KeyValuePair.Create(x.Method.ToLowerInvariant(), (JsonNode?)Describe(x, json))));
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Cartage", ["version"] = VersionCommand.Version, ["description"] = "Everything the pages do. Send a token as 'Authorization: Bearer …'; make one with 'cartage token add' or in Settings." },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["securitySchemes"] = new JsonObject
            {
                ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = EventsApi.KeyHeader },
            } },
        }.ToJsonString(new() { WriteIndented = true });
    }

    static JsonObject Describe(Operation x, JsonSerializerOptions json)
    {
        var described = new JsonObject
        {
            ["operationId"] = x.Id,
            ["summary"] = x.Summary,
            ["security"] = new JsonArray(x.Scope is { } needed ? new JsonObject { ["token"] = new JsonArray(needed) } : new JsonObject { ["key"] = new JsonArray() }),
            ["parameters"] = new JsonArray([
                .. x.PathNames.Select(n => new JsonObject { ["name"] = n, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } }),
                .. x.Query.Select(p => new JsonObject { ["name"] = p.Name, ["in"] = "query", ["required"] = false, ["schema"] = json.GetJsonSchemaAsNode(p.ParameterType) }),
            ]),
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject { ["description"] = "What was asked for.", ["content"] = new JsonObject { ["application/json"] = new JsonObject() } },
                ["400"] = new JsonObject { ["description"] = "Asked wrongly: {error, hint}." },
                ["401"] = new JsonObject { ["description"] = x.Scope is null ? "No key, or a wrong one." : "No token, or one that is wrong, revoked or over." },
            },
        };
        if (x.Scope is { } scope)
            described["responses"]!["403"] = new JsonObject { ["description"] = $"The token lacks the scope '{scope}'." };
        if (x.Sends is { } sends)
            described["requestBody"] = new JsonObject { ["required"] = true, ["description"] = sends, ["content"] = new JsonObject { ["application/json"] = new JsonObject() } };
        if (x.Body is { } body)
            described["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = json.GetJsonSchemaAsNode(body) } } };
        return described;
    }
}
