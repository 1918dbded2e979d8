using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Host.Web;
using Cartage.Ingest;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Cartage.Host.Api;

/// <summary>Quarantine: looked at, mended, released.</summary>
static class QuarantineApi
{
    public static IReadOnlyList<Operation> Operations { get; } =
    [
        new("GET", "/api/quarantine", Scope.Read, "How many rows of which feed wait in quarantine, for which rules.", ListQuarantine),
        new("GET", "/api/quarantine/{pipeline}/{feed}", Scope.Read, "A feed's rows in quarantine, fifty at a time; 'status' is waiting, open, fixed, released, discarded or all.", ListRows),
        new("POST", "/api/quarantine/{pipeline}/{feed}/fix", Scope.Edit, "Set columns of rows to new text; the next run tries them again.", FixRows),
        new("POST", "/api/quarantine/{pipeline}/{feed}/mark", Scope.Edit, "Mark rows to be tried as they are, to stay out, or as before.", MarkRows),
        new("POST", "/api/quarantine/{pipeline}/{feed}/release", Scope.Edit, "Run the pipeline with the mended rows.", ReleaseRows) { Status = StatusCodes.Status202Accepted },
    ];

    static async Task<IEnumerable<WaitingRows>> ListQuarantine(HttpContext context, Desk desk, CancellationToken ct)
    {
        var masking = await desk.MaskingAsync(context.User, ct);
        return (await OpenRows.ListAsync(desk.Workspace, ct)).Select(x => new WaitingRows(x.Feed.Pipeline, x.Feed.Name, x.Rules, x.Rows, masking.Reason(x.Feed, x.Example)));
    }

    static async Task<QuarantineAnswer> ListRows(HttpContext context, Desk desk, string pipeline, string feed, string? status, string? rule, string? run, string? text, int? skip, CancellationToken ct)
    {
        var filter = new QuarantineFilter(status is "open" or "fixed" or "released" or "discarded" or "all" ? status : "waiting", rule, run, text, Math.Clamp(skip ?? 0, 0, 10_000_000));
        return await QuarantineRows.ReadAsync(desk.Workspace, Find(desk, pipeline, feed), filter, await desk.MaskingAsync(context.User, ct), ct) is not { } found
            ? new(0, [], [])
            : new(found.Total, found.Rules, [.. found.Rows.Select(x => new QuarantinedRow(x.Id, x.Reason, x.Rules, x.Object, x.Record, x.Raw, x.Run, x.FirstSeen, x.Status, found.Columns.Zip(x.Values).ToDictionary(v => v.First, v => v.Second)))]);
    }

    static async Task<ChangedRows> FixRows(HttpContext context, Desk desk, string pipeline, string feed, [FromBody] FixBody body, CancellationToken ct) => new(await desk.DeedsOf(context).FixAsync(Find(desk, pipeline, feed), body.Rows, body.Values, ct));

    static async Task<ChangedRows> MarkRows(HttpContext context, Desk desk, string pipeline, string feed, [FromBody] MarkBody body, CancellationToken ct) => new(await desk.DeedsOf(context).MarkAsync(Find(desk, pipeline, feed), body.Rows, body.Status, ct));

    static async Task<StartedRuns> ReleaseRows(HttpContext context, Desk desk, string pipeline, string feed, CancellationToken ct) => new(await desk.DeedsOf(context).ReleaseAsync(Find(desk, pipeline, feed), ct));

    /// <summary>The feed of a pipeline, by name.</summary>
    public static Feed Find(Desk desk, string pipeline, string feed) =>
        desk.Project.Pipelines.FirstOrDefault(x => x.Name == pipeline)?.Feeds.FirstOrDefault(x => x.Name == feed) ?? throw new UsageException($"There is no feed '{pipeline}.{feed}'.", "See: GET /api/pipelines") { NamesNothing = true };
}
