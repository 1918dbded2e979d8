using Cartage.Connectors;
using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Host.Web;

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

    static async Task<OverviewAnswer> GetOverview(Desk desk, CancellationToken ct)
    {
        var now = desk.Clock.GetUtcNow();
        var glance = await Glance.ReadAsync(desk, now, ct);
        var alarms = Alarm.Of(await OverviewRow.ReadAsync(desk, now, ct), desk.Overdue).Select(x => new AlarmAnswer(x.Title, x.Text, x.Href));
        return new(desk.Project.Name, Commands.VersionCommand.Version, glance.Running, glance.Queued, glance.Day, glance.Bad, glance.Aside, [.. alarms], [.. desk.Projects.Findings.Select(x => x.ToString())]);
    }

    static async Task<QualityAnswer> GetQuality(Desk desk, string? pipeline, int? limit, CancellationToken ct)
    {
        if ((pipeline ?? (desk.Project.Pipelines is [var first, ..] ? first.Name : null)) is not { } name)
            return new(null, [], []);
        var reports = await Reported.ListAsync(desk.Workspace, PipelinesApi.Find(desk, name).Name, Math.Clamp(limit ?? 30, 1, MostReports), ct);
        return new(
            name,
            [.. reports.Select(x => new ReportAnswer(
                x.Run.RunId, x.Run.State, x.Run.StartedAt, x.Report.Checks.Count, x.Report.Checks.Count(c => c.Passed), x.Report.Checks.Count(c => !c.Passed),
                x.Report.Equations.Sum(e => e.Read), x.Report.Equations.Sum(e => e.Quarantined)))],
            [.. Reported.Checks(reports).Select(x => new CheckHistory(
                x.Name, x.Last.Table, x.Last.Severity, [.. x.Runs.Select(r => new CheckedRun(r.Run.RunId, r.Check?.Passed, r.Check?.Accepted, r.Check?.Failing))]))]);
    }

    static ConnectionsAnswer ListConnections(Desk desk) => new(
        new(desk.Project.Warehouse.Type, Outside.PlaceOf(desk.Project.Warehouse)), desk.Project.Zones,
        [.. desk.Project.Connections.Values.OrderBy(x => x.Name, StringComparer.Ordinal).Select(x => new ConnectionAnswer(x.Name, x.Type, Outside.PlaceOf(x), $"{x.File}:{x.Line}"))]);
}
