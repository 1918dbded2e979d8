using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Cartage.Host.Api;

/// <summary>Pipelines: what there is, pause, back-fill.</summary>
static class PipelinesApi
{
    public static IReadOnlyList<Operation> Operations { get; } =
    [
        new("GET", "/api/pipelines", Scope.Read, "The project's pipelines with their newest run.", ListPipelines),
        new("GET", "/api/schedules", Scope.Read, "When each pipeline runs by itself next, what it waits for, and whether it is overdue.", ListSchedules),
        new("POST", "/api/pipelines/{pipeline}/pause", Scope.Run, "Stop a pipeline from running by itself.", PausePipeline),
        new("POST", "/api/pipelines/{pipeline}/resume", Scope.Run, "Let a pipeline run by itself again.", ResumePipeline),
        new("POST", "/api/pipelines/{pipeline}/backfill", Scope.Run, "Ask for a run of each day, behind all fresh runs.", BackfillPipeline),
    ];

    static async Task<IResult> ListPipelines(Desk desk, CancellationToken ct)
    {
        var newest = (await desk.Store.LastRunsAsync(1, ct)).ToDictionary(x => x.Pipeline);
        var paused = await desk.Store.PausedAsync(ct);
        return Operation.Json(desk.Project.Pipelines.Select(x => new Dictionary<string, object?>
        {
            ["pipeline"] = x.Name,
            ["description"] = x.Description,
            ["owner"] = x.Owner,
            ["tags"] = x.Tags,
            ["schedule"] = x.Schedule?.Text,
            ["paused"] = paused.Contains(x.Name),
            ["feeds"] = x.Feeds.Select(f => f.Name),
            ["models"] = x.Models.Select(m => new Dictionary<string, object?> { ["model"] = m.Name, ["kind"] = m.Materialization.Kind }),
            ["last_run"] = newest.TryGetValue(x.Name, out var run) ? run.RunId : null,
            ["state"] = run is null ? null : Output.RunView.Text(run.State),
        }));
    }

    static async Task<IResult> ListSchedules(Desk desk, CancellationToken ct)
    {
        var paused = await desk.Store.PausedAsync(ct);
        var (waiting, overdue) = (desk.Automation.Waiting.ToLookup(w => w.Pipeline, w => w.For), desk.Automation.Overdue.ToDictionary(o => o.Pipeline));
        return Operation.Json(desk.Project.Pipelines.Where(x => x.Schedule is not null || x.Triggers.Count > 0).Select(x => new Dictionary<string, object?>
        {
            ["pipeline"] = x.Name,
            ["schedule"] = x.Schedule?.Text,
            ["timezone"] = x.Schedule is null ? null : x.TimeZone.Id,
            ["next"] = paused.Contains(x.Name) ? null : x.Schedule?.Next(desk.Clock.GetUtcNow(), x.TimeZone),
            ["paused"] = paused.Contains(x.Name),
            ["triggers"] = x.Triggers.Count,
            ["waits_for"] = waiting[x.Name],
            ["overdue"] = overdue.GetValueOrDefault(x.Name)?.Why,
        }));
    }

    static async Task<IResult> PausePipeline(HttpContext context, Desk desk, string pipeline, CancellationToken ct) => await PauseAsync(context, desk, pipeline, true, ct);

    static async Task<IResult> ResumePipeline(HttpContext context, Desk desk, string pipeline, CancellationToken ct) => await PauseAsync(context, desk, pipeline, false, ct);

    static async Task<IResult> PauseAsync(HttpContext context, Desk desk, string pipeline, bool paused, CancellationToken ct)
    {
        await desk.DeedsOf(context).PauseAsync(pipeline, paused, ct);
        return Operation.Json(new Dictionary<string, object?> { ["pipeline"] = pipeline, ["paused"] = paused });
    }

    static async Task<IResult> BackfillPipeline(HttpContext context, Desk desk, string pipeline, [FromBody] BackfillBody body, CancellationToken ct) =>
        RunsApi.Started(await desk.DeedsOf(context).BackfillAsync(pipeline, body.Days, ct));
}
