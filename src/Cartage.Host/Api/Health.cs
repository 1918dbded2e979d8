using System.Data.Common;
using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Warehouses;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cartage.Host.Api;

/// <summary>What a supervisor and a monitor ask.</summary>
static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Text("live")).AllowAnonymous();
        app.MapGet("/health/ready", ReadyAsync).AllowAnonymous();
        var metrics = app.MapGet("/metrics", async (Desk desk, CancellationToken ct) => Results.Text(await Metrics.WriteAsync(desk, ct), "text/plain; version=0.0.4; charset=utf-8"));
        if (app.ServiceProvider.GetService(typeof(Desk)) is Desk { Options.OpenMetrics: true })
            metrics.AllowAnonymous();
        else
            metrics.RequireAuthorization(Scope.Read);
    }

    static async Task<IResult> ReadyAsync(Desk desk, CancellationToken ct)
    {
        try
        {
            await using var connection = await desk.Workspace.Warehouse.OpenAsync(ct);
            await connection.ScalarAsync<long>("SELECT 1", ct);
            await desk.Store.UseAsync(x => x.ScalarAsync<long>("SELECT 1", ct), ct);
            return Results.Text("ready");
        }
        catch (Exception e) when (e is DbException or PipelineException)
        {
            return Results.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
