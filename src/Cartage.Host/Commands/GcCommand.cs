using Cartage.Host.Output;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Host.Commands;

static class GcCommand
{
    public static Verb Create(Shell shell)
    {
        var dryRun = Common.DryRun();
        return new Verb("gc", "Remove reports and runs that are older than the project's retention", ["cartage gc --dry-run", "cartage gc"], dryRun)
            .Does(shell, async (on, ct) =>
            {
                if (await on.LoadAsync(null, [], ct) is not { } project)
                    return ExitCode.Wrong;
                await using var session = await on.OpenAsync(project, ct);
                Grid grid = new("what", "older than", on.Value(dryRun) ? "would remove" : "removed");
                if (Before(shell, project, "reports") is { } reports)
                    grid.Add("reports", reports, Reports(project, reports, on.Value(dryRun)));
                if (Before(shell, project, "runs") is { } runs)
                    grid.Add("runs", runs, await RunsAsync(session.Workspace, runs, on.Value(dryRun), ct));
                on.Print(grid);
                if (grid.Rows.Count == 0)
                    on.Say("project.yml sets no retention for reports or runs, so everything is kept.");
                return ExitCode.Succeeded;
            });
    }

    static DateTimeOffset? Before(Shell shell, Project project, string what) =>
        project.Retention.TryGetValue(what, out var kept) ? shell.Clock.GetUtcNow() - kept : null;

    static long Reports(Project project, DateTimeOffset before, bool dryRun)
    {
        var folder = Path.GetFullPath(project.Zones.GetValueOrDefault("reports") ?? ".cartage/reports", project.Root);
        if (!Directory.Exists(folder))
            return 0;
        var old = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(x => x.LastWriteTimeUtc < before.UtcDateTime).ToList();
        if (!dryRun)
            foreach (var file in old)
                file.Delete();
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
