using System.Text;
using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cartage.Host.Api;

/// <summary>What is downloaded or opened by itself: CSV of a query, a run's report.</summary>
static class Files
{
    public const int MostRows = 100_000;

    public static void MapFiles(this IEndpointRouteBuilder app)
    {
        app.MapGet("/sql.csv", CsvAsync).RequireAuthorization(Scope.Read);
        app.MapGet("/reports/{run}", ReportAsync).RequireAuthorization(Scope.Read);
    }

    static async Task<IResult> CsvAsync(HttpContext context, Desk desk, string? q, CancellationToken ct)
    {
        var rows = await SqlConsole.RunAsync(desk.Workspace, q ?? "", MostRows, await desk.MaskingAsync(context.User, ct), ct);
        return Results.File(Encoding.UTF8.GetBytes(SqlConsole.Csv(rows)), "text/csv; charset=utf-8", "query.csv");
    }

    // Written by us, but from data: it may style itself, and nothing else.
    static async Task<IResult> ReportAsync(HttpContext context, Desk desk, string run, CancellationToken ct)
    {
        if (await desk.Store.GetRunAsync(run, ct) is not { } found || await QualityReport.ReadAsync(desk.Workspace.Zones.Reports, found, ct) is not { } report)
            return Results.NotFound();
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox allow-popups";
        return Results.Bytes(QualityReport.Page((await desk.MaskingAsync(context.User, ct)).Report(report)), "text/html; charset=utf-8");
    }
}
