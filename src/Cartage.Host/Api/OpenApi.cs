using System.Text.Json;
using System.Text.Json.Nodes;
using Cartage.Host.Commands;
using Microsoft.AspNetCore.Http;

namespace Cartage.Host.Api;

/// <summary>The API's document in the form of OpenAPI 3.1.</summary>
static class OpenApi
{
    public static string Write(IEnumerable<Operation> operations, JsonSerializerOptions json)
    {
        JsonObject paths = [];
        var schemas = new Schemas(json);
        foreach (var group in operations.GroupBy(x => x.Path))
            paths[group.Key] = new JsonObject(group.Select(x => KeyValuePair.Create(x.Method.ToLowerInvariant(), (JsonNode?)Describe(x, schemas))));
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Cartage", ["version"] = VersionCommand.Version, ["description"] = "Everything the pages do. Send a token as 'Authorization: Bearer …'; make one with 'cartage token add' or in Settings." },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(schemas.Named),
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                    ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = EventsApi.KeyHeader },
                },
            },
        }.ToJsonString(new() { WriteIndented = true });
    }

    static JsonObject Describe(Operation x, Schemas schemas)
    {
        var described = new JsonObject
        {
            ["operationId"] = x.Id,
            ["summary"] = x.Summary,
            ["security"] = new JsonArray(x.Scope is { } needed ? new JsonObject { ["token"] = new JsonArray(needed) } : new JsonObject { ["key"] = new JsonArray() }),
            ["parameters"] = new JsonArray([
                .. x.PathNames.Select(n => new JsonObject { ["name"] = n, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } }),
                .. x.Query.Select(p => new JsonObject { ["name"] = p.Name, ["in"] = "query", ["required"] = false, ["schema"] = schemas.Of(p.ParameterType) }),
            ]),
            ["responses"] = new JsonObject
            {
                [$"{x.Status}"] = new JsonObject { ["description"] = Meaning(x.Status), ["content"] = new JsonObject { [x.Answers] = x.Returns is { } type ? new JsonObject { ["schema"] = schemas.Of(type) } : new JsonObject() } },
                ["400"] = Refused("Asked wrongly."),
                ["401"] = Refused(x.Scope is null ? "No key, or a wrong one." : "No token, or one that is wrong, revoked or over."),
                ["409"] = Refused("The world refused, such as a warehouse that does not answer."),
            },
        };
        if (x.Scope is not null && x.PathNames.Any())
            described["responses"]!["404"] = Refused("There is none of this name.");
        if (x.Scope is { } scope)
            described["responses"]!["403"] = Refused($"The token lacks the scope '{scope}'.");
        if (x.Method != "GET")
            described["responses"]!["413"] = Refused("More than the server takes.");
        if (x.Sends is { } sends)
            described["requestBody"] = new JsonObject { ["required"] = true, ["description"] = sends, ["content"] = new JsonObject { ["application/json"] = new JsonObject() } };
        if (x.Body is var (body, isOptional))
            described["requestBody"] = new JsonObject { ["required"] = !isOptional, ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Of(body) } } };
        return described;

        JsonObject Refused(string why) => new() { ["description"] = why, ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Of(typeof(Refusal)) } } };
    }

    static string Meaning(int status) => status switch
    {
        StatusCodes.Status201Created => "It is made.",
        StatusCodes.Status202Accepted => "It is written down and begins when it is its turn.",
        _ => "What was asked for.",
    };
}
