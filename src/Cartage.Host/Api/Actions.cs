using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Host.Web;
using Cartage.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cartage.Host.Api;

/// <summary>What the forms of the pages send; each answers with the page to go to.</summary>
static class Actions
{
    public static void MapActions(this IEndpointRouteBuilder app)
    {
        app.MapPost("/do/run", RunAsync).RequireAuthorization(Scope.Run);
        app.MapPost("/do/cancel", CancelAsync).RequireAuthorization(Scope.Run);
        app.MapPost("/do/again", AgainAsync).RequireAuthorization(Scope.Run);
        app.MapPost("/do/pause", PauseAsync).RequireAuthorization(Scope.Run);
        app.MapPost("/do/backfill", BackfillAsync).RequireAuthorization(Scope.Run);
        app.MapPost("/do/quarantine", QuarantineAsync).RequireAuthorization(Scope.Edit);
        app.MapPost("/do/release", ReleaseAsync).RequireAuthorization(Scope.Edit);
    }

    static async Task<IResult> RunAsync(HttpContext context, Desk desk, [FromForm] string? pipeline, [FromForm] string? accept, [FromForm] string? setAside, [FromForm] string? full, CancellationToken ct)
    {
        var request = new RunRequest(pipeline) { FullRefresh = full == "yes", Accept = Set(accept), SetAside = Set(setAside) };
        var ids = await desk.DeedsOf(context).RunAsync(request, ct);
        return Results.LocalRedirect(ids is [var only] ? Links.Run(only) : "/runs");
    }

    static async Task<IResult> CancelAsync(HttpContext context, Desk desk, [FromForm] string run, CancellationToken ct)
    {
        await desk.DeedsOf(context).CancelAsync(run, ct);
        return Results.LocalRedirect(Links.Run(run));
    }

    static async Task<IResult> AgainAsync(HttpContext context, Desk desk, [FromForm] string run, [FromForm] string? accept, [FromForm] string? setAside, CancellationToken ct) =>
        Results.LocalRedirect(Links.Run(await desk.DeedsOf(context).AgainAsync(run, new RunRequest { Accept = Set(accept), SetAside = Set(setAside) }, ct)));

    static async Task<IResult> PauseAsync(HttpContext context, Desk desk, [FromForm] string pipeline, [FromForm] string paused, CancellationToken ct)
    {
        await desk.DeedsOf(context).PauseAsync(pipeline, paused == "yes", ct);
        return Results.LocalRedirect(Links.Pipeline(pipeline));
    }

    static async Task<IResult> BackfillAsync(HttpContext context, Desk desk, CancellationToken ct)
    {
        var form = await context.Request.ReadFormAsync(ct);
        var pipeline = form["pipeline"].ToString();
        List<DateOnly> days = [];
        foreach (var typed in form["day"].OfType<string>())
            days.Add(DateOnly.TryParseExact(typed, "yyyy-MM-dd", out var day) ? day : throw new UsageException($"'{typed}' is not a day.", "Write 2026-01-31."));
        var ids = await desk.DeedsOf(context).BackfillAsync(pipeline, days, ct);
        return Results.LocalRedirect(ids is [var only] ? Links.Run(only) : Links.With("/runs", ("pipeline", pipeline)));
    }

    static async Task<IResult> QuarantineAsync(HttpContext context, Desk desk, CancellationToken ct)
    {
        var form = await context.Request.ReadFormAsync(ct);
        var feed = QuarantineApi.Find(desk, form["pipeline"].ToString(), form["feed"].ToString());
        List<Guid> rows = [.. form["row"].Select(x => Guid.TryParse(x, out var id) ? id : throw new UsageException($"'{x}' is no row's id."))];
        var (verb, column, value) = (form["verb"].ToString(), form["column"].ToString(), form["value"].ToString());
        if (verb == "fix" && column.Length == 0)
            throw new UsageException("No column was chosen.", "Choose the column to set.");
        if (verb == "fix")
            await desk.DeedsOf(context).FixAsync(feed, rows, new Dictionary<string, string?> { [column] = value.Length == 0 ? null : value }, ct);
        else
            await desk.DeedsOf(context).MarkAsync(feed, rows, verb, ct);
        return Results.LocalRedirect(SignIn.Local(form["back"].ToString()));
    }

    static async Task<IResult> ReleaseAsync(HttpContext context, Desk desk, [FromForm] string pipeline, [FromForm] string feed, CancellationToken ct) =>
        Results.LocalRedirect(Links.Run((await desk.DeedsOf(context).ReleaseAsync(QuarantineApi.Find(desk, pipeline, feed), ct))[0]));

    static HashSet<string> Set(string? names) => [.. (names ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
