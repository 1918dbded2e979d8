using Cartage.Host.Output;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Storage;

namespace Cartage.Host.Commands;

static class GcCommand
{
    // No write takes this long, so nobody is at it any more.
    static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    public static Verb Create(Shell shell)
    {
        var dryRun = Common.DryRun();
        return new Verb("gc", "Remove landed objects, reports and runs that are older than the project's retention, and what writes that were cut off left in the zones", ["cartage gc --dry-run", "cartage gc", "cartage gc --format json"], dryRun)
            .Does(shell, async (on, ct) =>
            {
                if (await on.LoadAsync(null, [], ct) is not { } project)
                    return ExitCode.Wrong;
                await using var session = await on.OpenAsync(project, ct);
                var dry = on.Value(dryRun);
                Grid grid = new("what", "older than", dry ? "would remove" : "removed", "bytes");
                if (Before(shell, project, "raw") is { } raw)
                    await RawAsync(grid, session.Workspace, raw, dry, ct);
                if (Before(shell, project, "reports") is { } reports)
                    await ReportsAsync(grid, session.Workspace.Zones.Reports, reports, dry, ct);
                if (Before(shell, project, "runs") is { } runs)
                    grid.Add("runs", runs, await RunsAsync(session.Workspace, runs, dry, ct), null);
                var kept = grid.Rows.Count == 0;
                var abandoned = shell.Clock.GetUtcNow() - Abandoned;
                grid.Add("unfinished writes", abandoned, await Connectors.Connectors.SweepAsync(session.Workspace.Zones, abandoned, dry, ct), null);
                on.Print(grid);
                if (kept)
                    on.Say("project.yml sets no retention, so everything is kept. Write: retention: { raw: 400d, reports: 400d, runs: 90d }");
                return ExitCode.Succeeded;
            });
    }

    static DateTimeOffset? Before(Shell shell, Project project, string what) =>
        project.Retention.TryGetValue(what, out var kept) ? shell.Clock.GetUtcNow() - kept : null;

    static async Task RawAsync(Grid grid, Workspace workspace, DateTimeOffset before, bool dry, CancellationToken ct)
    {
        var retention = new RawRetention(workspace);
        var due = await retention.DueAsync(before, ct);
        if (!dry)
            await retention.RemoveAsync(due, ct);
        grid.Add("raw objects", before, due.Count, due.Sum(m => m.Bytes));
    }

    static async Task ReportsAsync(Grid grid, IObjectStore reports, DateTimeOffset before, bool dry, CancellationToken ct)
    {
        List<StoredObject> old = [];
        await foreach (var item in reports.ListAsync("", ct))
            if (item.Modified < before && QualityReport.Is(item.Key)) // other things may share the zone
                old.Add(item);
        foreach (var item in dry ? [] : old)
            await reports.DeleteAsync(item.Key, ct);
        grid.Add("reports", before, old.Count, old.Sum(x => x.Bytes));
    }

    static async Task<long> RunsAsync(Workspace workspace, DateTimeOffset before, bool dryRun, CancellationToken ct)
    {
        var old = (await workspace.Store.ListRunsAsync(new RunFilter(int.MaxValue, Brief: true), ct)).Count(x => x.StartedAt < before && x.State is not (RunState.Queued or RunState.Running));
        if (!dryRun)
            await workspace.Store.ForgetAsync(before, ct);
        return old;
    }
}
