using Cartage.Host.Access;
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

    static async Task<IEnumerable<PipelineAnswer>> ListPipelines(Desk desk, CancellationToken ct) => (await OverviewRow.ReadAsync(desk, desk.Clock.GetUtcNow(), ct)).Select(Describe);

    static async Task<PipelineGraph> GetPipeline(Desk desk, string pipeline, CancellationToken ct)
    {
        var found = Find(desk, pipeline);
        var row = (await OverviewRow.ReadAsync(desk, desk.Clock.GetUtcNow(), ct)).First(x => x.Pipeline.Name == found.Name);
        var shown = row.Runs.FirstOrDefault(x => x.State is not RunState.Queued);
        var graph = await Graph.ReadAsync(desk.Workspace, found, shown is null ? null : await RunningTasks.WithAsync(desk, shown, ct), ct);
        return new(Describe(row))
        {
            Nodes = [.. graph.Nodes.Select(x => new NodeAnswer(x.Name, x.Kind, x.Last?.State, x.Last?.Rows, x.Last?.Why))],
            Edges = [.. graph.Edges.Select(x => new EdgeAnswer(x.From.Name, x.To.Name))],
        };
    }

    static async Task<IEnumerable<CalendarDay>> ListDays(Desk desk, string pipeline, string? month, int? months, CancellationToken ct) =>
        (await CalendarMonth.ReadAsync(desk, Find(desk, pipeline), month, Math.Clamp(months ?? 3, 1, MostMonths), ct)).SelectMany(x => x.Days);

    static PipelineAnswer Describe(OverviewRow row)
    {
        var (pipeline, newest) = (row.Pipeline, row.Runs is [var first, ..] ? first : null);
        return new(
            pipeline.Name, pipeline.Description, pipeline.Owner, pipeline.Tags, pipeline.Schedule?.Text, pipeline.TimeZone.Id, row.Paused, row.Paused ? null : row.Next, row.Fresh,
            [.. pipeline.Feeds.Select(f => f.Name)], [.. pipeline.Models.Select(m => new ModelAnswer(m.Name, m.Materialization.Kind))],
            newest?.RunId, newest?.State, [.. row.Runs.Select(x => new BriefRun(x.RunId, x.State, x.StartedAt, x.Took))]);
    }

    static async Task<IEnumerable<ScheduleAnswer>> ListSchedules(Desk desk, CancellationToken ct)
    {
        var (paused, now) = (await desk.Store.PausedAsync(ct), desk.Clock.GetUtcNow());
        var (waiting, overdue) = (desk.Automation.Waiting.ToLookup(w => w.Pipeline, w => w.For), desk.Overdue.ToDictionary(o => o.Pipeline));
        var pending = (await desk.PendingAsync(ct)).ToDictionary(x => x.Pipeline);
        return desk.Project.Pipelines.Where(x => x.Schedule is not null || x.Triggers.Count > 0).Select(x => new ScheduleAnswer(
            x.Name, x.Schedule?.Text, x.Schedule is null ? null : x.TimeZone.Id, paused.Contains(x.Name) ? null : x.Schedule?.Next(now, x.TimeZone), paused.Contains(x.Name), x.Triggers.Count,
            [.. waiting[x.Name]], pending.GetValueOrDefault(x.Name)?.Count ?? 0, pending.GetValueOrDefault(x.Name)?.NotBefore, overdue.GetValueOrDefault(x.Name)?.Why));
    }

    static Task<PausedAnswer> PausePipeline(HttpContext context, Desk desk, string pipeline, CancellationToken ct) => PauseAsync(context, desk, pipeline, true, ct);

    static Task<PausedAnswer> ResumePipeline(HttpContext context, Desk desk, string pipeline, CancellationToken ct) => PauseAsync(context, desk, pipeline, false, ct);

    static async Task<PausedAnswer> PauseAsync(HttpContext context, Desk desk, string pipeline, bool paused, CancellationToken ct)
    {
        await desk.DeedsOf(context).PauseAsync(pipeline, paused, ct);
        return new(pipeline, paused);
    }

    static async Task<StartedRuns> BackfillPipeline(HttpContext context, Desk desk, string pipeline, [FromBody] BackfillBody body, CancellationToken ct) =>
        new(await desk.DeedsOf(context).BackfillAsync(pipeline, body.Days, ct));

    /// <summary>A pipeline by name.</summary>
    public static Projects.Pipeline Find(Desk desk, string name) => desk.Project.Pipelines.FirstOrDefault(x => x.Name == name) ?? throw new UsageException($"There is no pipeline '{name}'.", Projects.Spelling.Suggest(name, desk.Project.Pipelines.Select(x => x.Name))) { NamesNothing = true };
}
