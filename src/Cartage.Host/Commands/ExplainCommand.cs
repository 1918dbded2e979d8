using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Models;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Commands;

static class ExplainCommand
{
    public static Verb Create(Shell shell)
    {
        Argument<string> what = new("what") { Description = "A run's id, or the beginning of one, or a model" };
        return new Verb("explain", "Say why a run did what it did, or what a model is", ["cartage explain 20260101T020000Z-x7k2", "cartage explain fact_sales", "cartage explain fact_sales --format json"], what)
            .Looks(shell, async (on, workspace, ct) =>
            {
                var typed = on.Value(what)!;
                var models = workspace.Project.Pipelines.SelectMany(x => x.Models).Where(x => typed == x.Name || typed == $"{x.Pipeline}.{x.Name}").ToList();
                if (models is [var model, ..])
                    await ModelAsync(on, workspace, model, ct);
                else if (await workspace.Store.GetRunAsync(typed, ct) is { } run)
                    Run(on, run);
                else
                    throw new UsageException($"There is no model and no run '{typed}', or several runs begin so.", Spelling.Suggest(typed, workspace.Project.Pipelines.SelectMany(x => x.Models).Select(x => x.Name)) ?? "See: cartage ls models, cartage ls runs");
                return ExitCode.Succeeded;
            });
    }

    static void Run(Invocation on, RunResult run)
    {
        if (on.Format == Format.Json)
        {
            on.Terminal.Out.WriteLine(DataJson.Write(RunData.Of(run)));
            return;
        }
        on.Terminal.Out.WriteLine($"{run.RunId}  {run.Pipeline}  {RunView.Text(run.State)}  {run.Interval}  {Cell.Duration(run.Took)}");
        if (run.Message is not null)
            on.Terminal.Out.WriteLine(run.Message);
        Grid grid = new("task", "name", "state", "why", "rows", "inserted", "updated", "deleted", "unchanged", "closed", "took");
        foreach (var x in run.Tasks)
            grid.Add(x.Kind, x.Name, RunView.Text(x.State), x.Message ?? x.Why, x.Rows, x.Inserted, x.Updated, x.Deleted, x.Unchanged, x.Closed, Cell.Duration(x.Took));
        on.Print(grid.WithoutEmpty());
        if (run.Hint is not null)
            on.Terminal.Out.WriteLine(run.Hint);
        if (run.Report is not null)
            on.Terminal.Out.WriteLine($"Quality report: {on.Near(run.Report)}");
    }

    static async Task ModelAsync(Invocation on, Workspace workspace, Model model, CancellationToken ct)
    {
        var builds = (await workspace.Store.ListRunsAsync(new RunFilter(1000, model.Pipeline), ct)).SelectMany(x => x.Tasks.Select(t => (Run: x, Task: t))).Where(x => x.Task.Kind == "build" && x.Task.Name == model.Name).ToList();
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        // Runs that looked at a replay, or were rejected, built it too, aside.
        var published = await TableCatalog.BuiltByAsync(workspace.Warehouse, connection, model, ct);
        var columns = (await Catalog.ColumnsAsync(connection, workspace.Warehouse.Dialect, model.Table, ct)).ConvertAll(c => $"{c.Name} {c.Type}");
        Grid grid = new("property", "value");
        grid.Add("model", $"{model.Pipeline}.{model.Name}");
        grid.Add("description", model.Description);
        grid.Add("kind", model.Materialization.Kind);
        grid.Add("table", model.Table.ToString());
        grid.Add("written in", model.File);
        grid.Add("dimensions", string.Join(", ", model.Dimensions.Select(x => $"{x.Column} from {x.Dimension} by {x.Key}")));
        grid.Add("checks", string.Join(", ", model.Checks.Select(x => x.Name)));
        grid.Add("columns", string.Join(", ", columns));
        grid.Add("last built", Told(builds.Find(x => x.Run.RunId == published)));
        if (builds is [var newest, ..] && newest.Run.RunId != published)
            grid.Add("last asked for", Told(newest));
        on.Print(grid);

        static string? Told((RunResult Run, TaskResult Task) build) => build.Run is null ? null : $"{build.Run.RunId}: {RunView.Text(build.Task.State)} (why: {build.Task.Why})";
    }
}
