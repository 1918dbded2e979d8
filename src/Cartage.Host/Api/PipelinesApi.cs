using Cartage.Host.Access;
using Cartage.Host.Output;
using Cartage.Host.Serving;
using Cartage.Host.Web;
using Cartage.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Cartage.Host.Api;

/// <summary>Pipelines: what there is, pause, back-fill.</summary>
static class PipelinesApi
{
    const int MostMonths = 24;

    public static IReadOnlyList<Operation> Operations { get; } =
    [
        new("GET", "/api/pipelines", Scope.Read, "The project's pipelines with their newest runs, when they run by themselves next, and up to when their tables know the world.", ListPipelines),
        new("GET", "/api/pipelines/{pipeline}", Scope.Read, "One pipeline: the same, and the graph of its feeds and models with the state of each.", GetPipeline),
        new("GET", "/api/pipelines/{pipeline}/days", Scope.Read, "Its days and how the runs that cover each stand, from a 'month' such as 2026-01.", ListDays),
        new("GET", "/api/schedules", Scope.Read, "When each pipeline runs by itself next, what it waits for, how many events no run has seen to yet, and whether it is overdue.", ListSchedules),
        new("POST", "/api/pipelines/{pipeline}/pause", Scope.Run, "Stop a pipeline from running by itself.", PausePipeline),
        new("POST", "/api/pipelines/{pipeline}/resume", Scope.Run, "Let a pipeline run by itself again.", ResumePipeline),
        new("POST", "/api/pipelines/{pipeline}/backfill", Scope.Run, "Ask for a run of each day, behind all fresh runs.", BackfillPipeline) { Status = StatusCodes.Status202Accepted },
    ];

    static async Task<IResult> ListPipelines(Desk desk, CancellationToken ct) => Operation.Json((await OverviewRow.ReadAsync(desk, desk.Clock.GetUtcNow(), ct)).Select(Describe));

    static async Task<IResult> GetPipeline(Desk desk, string pipeline, CancellationToken ct)
    {
        if ((await OverviewRow.ReadAsync(desk, desk.Clock.GetUtcNow(), ct)).FirstOrDefault(x => x.Pipeline.Name == pipeline) is not { } row)
            return Results.NotFound();
        var shown = row.Runs.FirstOrDefault(x => x.State is not RunState.Queued);
        var graph = await Graph.ReadAsync(desk.Workspace, row.Pipeline, shown is null ? null : await RunningTasks.WithAsync(desk, shown, ct), ct);
        return Operation.Json(new Dictionary<string, object?>(Describe(row))
        {
            ["nodes"] = graph.Nodes.Select(x => new Dictionary<string, object?> { ["name"] = x.Name, ["kind"] = x.Kind, ["state"] = x.Last is { } last ? RunView.Text(last.State) : null, ["rows"] = x.Last?.Rows, ["why"] = x.Last?.Why }),
            ["edges"] = graph.Edges.Select(x => new Dictionary<string, object?> { ["from"] = x.From.Name, ["to"] = x.To.Name }),
        });
    }

    static async Task<IResult> ListDays(Desk desk, string pipeline, string? month, int? months, CancellationToken ct) =>
        Operation.Json((await CalendarMonth.ReadAsync(desk, Find(desk, pipeline), month, Math.Clamp(months ?? 3, 1, MostMonths), ct)).SelectMany(x => x.Days)
            .Select(x => new Dictionary<string, object?> { ["day"] = x.Day, ["state"] = x.State is { } state ? RunView.Text(state) : null, ["can_run"] = x.CanRun }));

    static Dictionary<string, object?> Describe(OverviewRow row) => new()
    {
        ["pipeline"] = row.Pipeline.Name,
        ["description"] = row.Pipeline.Description,
        ["owner"] = row.Pipeline.Owner,
        ["tags"] = row.Pipeline.Tags,
        ["schedule"] = row.Pipeline.Schedule?.Text,
        ["timezone"] = row.Pipeline.TimeZone.Id,
        ["paused"] = row.Paused,
        ["next"] = row.Paused ? null : row.Next,
        ["data_up_to"] = row.Fresh,
        ["feeds"] = row.Pipeline.Feeds.Select(f => f.Name),
        ["models"] = row.Pipeline.Models.Select(m => new Dictionary<string, object?> { ["model"] = m.Name, ["kind"] = m.Materialization.Kind }),
        ["last_run"] = row.Runs is [var run, ..] ? run.RunId : null,
        ["state"] = row.Runs is [var last, ..] ? RunView.Text(last.State) : null,
        ["last_runs"] = row.Runs.Select(x => new Dictionary<string, object?> { ["run"] = x.RunId, ["state"] = RunView.Text(x.State), ["started_at"] = x.StartedAt, ["took_s"] = x.Took }),
    };

    static async Task<IResult> ListSchedules(Desk desk, CancellationToken ct)
    {
        var paused = await desk.Store.PausedAsync(ct);
        var (waiting, overdue) = (desk.Automation.Waiting.ToLookup(w => w.Pipeline, w => w.For), desk.Overdue.ToDictionary(o => o.Pipeline));
        var pending = (await desk.PendingAsync(ct)).ToDictionary(x => x.Pipeline);
        return Operation.Json(desk.Project.Pipelines.Where(x => x.Schedule is not null || x.Triggers.Count > 0).Select(x => new Dictionary<string, object?>
        {
            ["pipeline"] = x.Name,
            ["schedule"] = x.Schedule?.Text,
            ["timezone"] = x.Schedule is null ? null : x.TimeZone.Id,
            ["next"] = paused.Contains(x.Name) ? null : x.Schedule?.Next(desk.Clock.GetUtcNow(), x.TimeZone),
            ["paused"] = paused.Contains(x.Name),
            ["triggers"] = x.Triggers.Count,
            ["waits_for"] = waiting[x.Name],
            ["events_waiting"] = pending.TryGetValue(x.Name, out var events) ? events.Count : 0,
            ["events_next"] = events?.NotBefore,
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

    /// <summary>A pipeline by name.</summary>
    public static Projects.Pipeline Find(Desk desk, string name) => desk.Project.Pipelines.FirstOrDefault(x => x.Name == name) ?? throw new UsageException($"There is no pipeline '{name}'.", Projects.Spelling.Suggest(name, desk.Project.Pipelines.Select(x => x.Name))) { NamesNothing = true };
}
