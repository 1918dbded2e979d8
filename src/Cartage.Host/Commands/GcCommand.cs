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
        return new Verb("gc", "Remove reports and runs that are older than the project's retention, and what writes that were cut off left in the zones", ["cartage gc --dry-run", "cartage gc"], dryRun)
            .Does(shell, async (on, ct) =>
            {
                if (await on.LoadAsync(null, [], ct) is not { } project)
                    return ExitCode.Wrong;
                await using var session = await on.OpenAsync(project, ct);
                Grid grid = new("what", "older than", on.Value(dryRun) ? "would remove" : "removed");
                if (Before(shell, project, "reports") is { } reports)
                    grid.Add("reports", reports, await ReportsAsync(session.Workspace.Zones.Reports, reports, on.Value(dryRun), ct));
                if (Before(shell, project, "runs") is { } runs)
                    grid.Add("runs", runs, await RunsAsync(session.Workspace, runs, on.Value(dryRun), ct));
                var kept = grid.Rows.Count == 0;
                var abandoned = shell.Clock.GetUtcNow() - Abandoned;
                grid.Add("unfinished writes", abandoned, await Connectors.Connectors.SweepAsync(session.Workspace.Zones, abandoned, on.Value(dryRun), ct));
                on.Print(grid);
                if (kept)
                    on.Say("project.yml sets no retention for reports or runs, so everything is kept.");
                return ExitCode.Succeeded;
            });
    }

    static DateTimeOffset? Before(Shell shell, Project project, string what) =>
        project.Retention.TryGetValue(what, out var kept) ? shell.Clock.GetUtcNow() - kept : null;

    static async Task<long> ReportsAsync(IObjectStore reports, DateTimeOffset before, bool dryRun, CancellationToken ct)
    {
        List<string> old = [];
        await foreach (var item in reports.ListAsync("", ct))
            if (item.Modified < before)
                old.Add(item.Key);
        foreach (var key in dryRun ? [] : old)
            await reports.DeleteAsync(key, ct);
        return old.Count;
    }

    static async Task<long> RunsAsync(Workspace workspace, DateTimeOffset before, bool dryRun, CancellationToken ct)
    {
        var old = (await workspace.Store.ListRunsAsync(int.MaxValue, ct)).Count(x => x.StartedAt < before);
        if (!dryRun)
            await workspace.Store.ForgetAsync(before, ct);
        return old;
    }
}
