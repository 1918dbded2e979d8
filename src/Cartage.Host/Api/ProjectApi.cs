using Cartage.Host.Access;
using Cartage.Host.Output;
using Cartage.Host.Serving;
using Cartage.Host.Web;
using Microsoft.AspNetCore.Http;

namespace Cartage.Host.Api;

/// <summary>The project as a whole: how it stands, what its checks found, what it is joined to.</summary>
static class ProjectApi
{
    const int MostReports = 100;

    public static IReadOnlyList<Operation> Operations { get; } =
    [
        new("GET", "/api/overview", Scope.Read, "How the project stands: figures of the last day, alarms, and mistakes in its files.", GetOverview),
        new("GET", "/api/quality", Scope.Read, "What the checks of a pipeline found in its last runs, newest first; without a pipeline, of the first.", GetQuality),
        new("GET", "/api/connections", Scope.Read, "Warehouse, zones and connections as they are written; passwords in addresses are hidden.", ListConnections),
    ];

    static async Task<IResult> GetOverview(Desk desk, CancellationToken ct)
    {
        var now = desk.Clock.GetUtcNow();
        var glance = await Glance.ReadAsync(desk, now, ct);
        return Operation.Json(new Dictionary<string, object?>
        {
            ["project"] = desk.Project.Name,
            ["version"] = Commands.VersionCommand.Version,
            ["running"] = glance.Running,
            ["queued"] = glance.Queued,
            ["last_day"] = glance.Day,
            ["failed_or_rejected"] = glance.Bad,
            ["in_quarantine"] = glance.Aside,
            ["alarms"] = Alarm.Of(await OverviewRow.ReadAsync(desk, now, ct), desk.Overdue).Select(x => new Dictionary<string, object?> { ["title"] = x.Title, ["text"] = x.Text, ["page"] = x.Href }),
            ["mistakes"] = desk.Projects.Findings.Select(x => x.ToString()),
        });
    }

    static async Task<IResult> GetQuality(Desk desk, string? pipeline, int? limit, CancellationToken ct)
    {
        if ((pipeline ?? (desk.Project.Pipelines is [var first, ..] ? first.Name : null)) is not { } name)
            return Operation.Json(new Dictionary<string, object?> { ["pipeline"] = null });
        var reports = await Reported.ListAsync(desk.Workspace, PipelinesApi.Find(desk, name).Name, Math.Clamp(limit ?? 30, 1, MostReports), ct);
        return Operation.Json(new Dictionary<string, object?>
        {
            ["pipeline"] = name,
            ["reports"] = reports.Select(x => new Dictionary<string, object?>
            {
                ["run"] = x.Run.RunId, ["state"] = RunView.Text(x.Run.State), ["started_at"] = x.Run.StartedAt, ["checks"] = x.Report.Checks.Count, ["passed"] = x.Report.Checks.Count(c => c.Passed), ["failed"] = x.Report.Checks.Count(c => !c.Passed),
                ["read"] = x.Report.Equations.Sum(e => e.Read), ["quarantined"] = x.Report.Equations.Sum(e => e.Quarantined),
            }),
            ["checks"] = Reported.Checks(reports).Select(x => new Dictionary<string, object?>
            {
                ["check"] = x.Name, ["table"] = x.Last.Table, ["severity"] = x.Last.Severity,
                ["runs"] = x.Runs.Select(r => new Dictionary<string, object?> { ["run"] = r.Run.RunId, ["passed"] = r.Check?.Passed, ["accepted"] = r.Check?.Accepted, ["failing"] = r.Check?.Failing }),
            }),
        });
    }

    static IResult ListConnections(Desk desk) => Operation.Json(new Dictionary<string, object?>
    {
        ["warehouse"] = new Dictionary<string, object?> { ["type"] = desk.Project.Warehouse.Type, ["where"] = Shown.Place(desk.Project.Warehouse) },
        ["zones"] = desk.Project.Zones.ToDictionary(x => x.Key, x => (object?)x.Value),
        ["connections"] = desk.Project.Connections.Values.OrderBy(x => x.Name, StringComparer.Ordinal).Select(x => new Dictionary<string, object?> { ["connection"] = x.Name, ["type"] = x.Type, ["where"] = Shown.Place(x), ["written_in"] = $"{x.File}:{x.Line}" }),
    });
}
