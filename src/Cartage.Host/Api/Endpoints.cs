using Cartage.Host.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cartage.Host.Api;

/// <summary>The API, from the lists of its operations.</summary>
static class Endpoints
{
    /// <summary>All of it.</summary>
    public static IReadOnlyList<Operation> All { get; } = [.. ProjectApi.Operations, .. PipelinesApi.Operations, .. RunsApi.Operations, .. Live.Operations, .. TablesApi.Operations, .. QuarantineApi.Operations, .. AccessApi.Operations, .. EventsApi.Operations];

    public static void MapApi(this IEndpointRouteBuilder app)
    {
        foreach (var x in All)
        {
            var route = app.MapMethods(x.Path, [x.Method], x.Handle);
            if (x.Status != StatusCodes.Status200OK)
                route.AddEndpointFilter(async (call, next) =>
                {
                    var answer = await next(call);
                    call.HttpContext.Response.StatusCode = x.Status;
                    return answer;
                });
            _ = x.Scope is { } scope ? route.RequireAuthorization(scope) : route.AllowAnonymous().WithMetadata(new ByKey());
            route.Finally(e => // else what is sent in another form, or not at all, would find nothing at this address
            {
                foreach (var accepts in e.Metadata.OfType<IAcceptsMetadata>().ToList())
                    e.Metadata.Remove(accepts);
            });
        }
        var document = new Lazy<string>(() => OpenApi.Write(All, app.ServiceProvider.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions)); // few ask for it
        app.MapGet("/api/openapi.json", () => Results.Text(document.Value, "application/json")).RequireAuthorization(Scope.Read);
    }
}
