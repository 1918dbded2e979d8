using Cartage.Host.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cartage.Host.Api;

/// <summary>The API, from the lists of its operations.</summary>
static class Endpoints
{
    /// <summary>All of it.</summary>
    public static IReadOnlyList<Operation> All { get; } = [.. RunsApi.Operations, .. PipelinesApi.Operations, .. TablesApi.Operations, .. QuarantineApi.Operations, .. AccessApi.Operations, .. EventsApi.Operations];

    public static void MapApi(this IEndpointRouteBuilder app)
    {
        foreach (var x in All)
        {
            var route = app.MapMethods(x.Path, [x.Method], x.Handle);
            _ = x.Scope is { } scope ? route.RequireAuthorization(scope) : route.AllowAnonymous().WithMetadata(new ByKey());
        }
        var document = OpenApi.Write(All, app.ServiceProvider.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions);
        app.MapGet("/api/openapi.json", () => Results.Text(document, "application/json")).RequireAuthorization(Scope.Read);
    }
}
