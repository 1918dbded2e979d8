using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Host.Commands;

static class LsCommand
{
    static readonly string[] Things = ["pipelines", "feeds", "models", "runs", "tables"];

    public static Verb Create(Shell shell)
    {
        Argument<string> what = new("what") { Description = "pipelines, feeds, models, runs or tables", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "pipelines" };
        Option<int> limit = new("--limit") { Description = "The most runs listed", HelpName = "n", DefaultValueFactory = _ => 20 };
        what.AcceptOnlyFromAmong(Things);
        return new Verb("ls", "List pipelines, feeds, models, runs or tables", ["cartage ls", "cartage ls runs", "cartage ls tables --format json"], what, limit)
            .Looks(shell, async (on, workspace, ct) =>
            {
                var grid = on.Value(what) switch
                {
                    "feeds" => Feeds(workspace.Project),
                    "models" => Models(workspace.Project),
                    "runs" => await RunsAsync(workspace, on.Value(limit), ct),
                    "tables" => await TablesAsync(workspace, on.Format, ct),
                    _ => await PipelinesAsync(workspace, ct),
                };
                on.Print(grid);
                if (grid.Rows.Count == 0)
                    on.Say(on.Value(what) is "runs" or "tables" ? "None yet: cartage run" : "None yet.");
                return ExitCode.Succeeded;
            });
    }

    static async Task<Grid> PipelinesAsync(Workspace workspace, CancellationToken ct)
    {
        var newest = (await workspace.Store.LastRunsAsync(1, ct)).ToDictionary(x => x.Pipeline);
        Grid grid = new("pipeline", "feeds", "models", "schedule", "last run", "state", "description");
        foreach (var x in workspace.Project.Pipelines)
            grid.Add(x.Name, x.Feeds.Count, x.Models.Count, x.Schedule?.Text, newest.GetValueOrDefault(x.Name)?.RunId, newest.TryGetValue(x.Name, out var run) ? RunView.Text(run.State) : null, x.Description);
        return grid;
    }

    static Grid Feeds(Project project)
    {
        Grid grid = new("feed", "key", "columns", "from", "where");
        foreach (var x in project.Pipelines.SelectMany(x => x.Feeds))
            grid.Add($"{x.Pipeline}.{x.Name}", string.Join(", ", x.Key), x.Columns.Count, TableCatalog.Source(project, x), $"{x.File}:{x.Line}");
        return grid;
    }

    static Grid Models(Project project)
    {
        Grid grid = new("model", "kind", "checks", "where", "description");
        foreach (var x in project.Pipelines.SelectMany(x => x.Models))
            grid.Add($"{x.Pipeline}.{x.Name}", x.Materialization.Kind, x.Checks.Count, x.File, x.Description);
        return grid;
    }

    static async Task<Grid> RunsAsync(Workspace workspace, int limit, CancellationToken ct)
    {
        Grid grid = new("run", "pipeline", "state", "started", "took", "read", "set aside", "message");
        foreach (var x in await workspace.Store.ListRunsAsync(limit, ct))
            grid.Add(x.RunId, x.Pipeline, RunView.Text(x.State), x.StartedAt, Cell.Duration(x.Took), x.Equations.Sum(e => e.Read), x.Equations.Sum(e => e.Quarantined), x.Message);
        return grid;
    }

    static async Task<Grid> TablesAsync(Workspace workspace, Format format, CancellationToken ct)
    {
        // On a terminal a table is a line; its columns are counted there, and told in JSON.
        Grid grid = new("table", "kind", "rows", "columns", "updated", "made from", "read by");
        foreach (var x in await TableCatalog.ReadAsync(workspace, ct))
            grid.Add(x.Table.ToString(), x.Kind, x.Rows, format == Format.Json ? x.Columns.ToDictionary(c => c.Name, c => c.Type) : x.Columns.Count, x.UpdatedAt,
                format == Format.Json ? x.From : x.Kind is "base" or "history" or "quarantine" ? x.From[0] : string.Join(", ", x.From.Select(Short)), format == Format.Json ? x.ReadBy : string.Join(", ", x.ReadBy.Select(Short)));
        return grid;
    }

    static string Short(string name) => name[(name.IndexOf('.') + 1)..];
}
