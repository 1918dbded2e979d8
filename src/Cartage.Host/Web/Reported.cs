using Cartage.Runs;

namespace Cartage.Host.Web;

/// <summary>What the newest quality reports say.</summary>
static class Reported
{
    const int LookBack = 30;

    /// <summary>The newest profile of a table and the run that took it.</summary>
    public static async Task<(TableProfile?, string?)> ProfileAsync(Workspace workspace, TableInfo table, CancellationToken ct)
    {
        await foreach (var (run, report) in NewestAsync(workspace, table.Pipeline.Name, LookBack, ct))
            if (report.Tables.FirstOrDefault(x => x.Table == table.Table.Name) is { } profile)
                return (profile, run.RunId);
        return (null, null);
    }

    /// <summary>A pipeline's reports, newest first.</summary>
    public static async Task<IReadOnlyList<(RunResult Run, ReportData Report)>> ListAsync(Workspace workspace, string pipeline, int limit, CancellationToken ct)
    {
        List<(RunResult, ReportData)> reports = [];
        await foreach (var report in NewestAsync(workspace, pipeline, limit, ct))
            reports.Add(report);
        return reports;
    }

    /// <summary>Each check with what it last found and what it found in each run, those that failed first.</summary>
    public static IReadOnlyList<(string Name, ReportedCheck Last, IReadOnlyList<(RunResult Run, ReportedCheck? Check)> Runs)> Checks(IReadOnlyList<(RunResult Run, ReportData Report)> reports) =>
        [.. reports.SelectMany(x => x.Report.Checks).GroupBy(x => x.Name).OrderBy(x => x.First().Passed).ThenBy(x => x.Key, StringComparer.Ordinal)
            .Select(x => (x.Key, x.First(), (IReadOnlyList<(RunResult, ReportedCheck?)>)[.. reports.Select(r => (r.Run, r.Report.Checks.FirstOrDefault(c => c.Name == x.Key)))]))];

    static async IAsyncEnumerable<(RunResult Run, ReportData Report)> NewestAsync(Workspace workspace, string pipeline, int limit, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var run in await workspace.Store.ListRunsAsync(new RunFilter(limit * 4, pipeline, [RunState.Succeeded, RunState.Quarantined, RunState.Rejected], Brief: true), ct))
            if (run.Report is not null && limit-- > 0 && await QualityReport.ReadAsync(workspace.Zones.Reports, run, ct) is { } report)
                yield return (run, report);
    }
}
