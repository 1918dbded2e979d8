using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Models;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

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
                on.Print(on.Value(what) switch
                {
                    "feeds" => Feeds(workspace.Project),
                    "models" => Models(workspace.Project),
                    "runs" => await RunsAsync(workspace, on.Value(limit), ct),
                    "tables" => await TablesAsync(workspace, ct),
                    _ => await PipelinesAsync(workspace, ct),
                });
                return ExitCode.Succeeded;
            });
    }

    static async Task<Grid> PipelinesAsync(Workspace workspace, CancellationToken ct)
    {
        var newest = (await workspace.Store.ListRunsAsync(1000, ct)).GroupBy(x => x.Pipeline).ToDictionary(x => x.Key, x => x.First());
        Grid grid = new("pipeline", "feeds", "models", "schedule", "last run", "state", "description");
        foreach (var x in workspace.Project.Pipelines)
            grid.Add(x.Name, x.Feeds.Count, x.Models.Count, x.Schedule?.Text, newest.GetValueOrDefault(x.Name)?.RunId, newest.TryGetValue(x.Name, out var run) ? RunView.Text(run.State) : null, x.Description);
        return grid;
    }

    static Grid Feeds(Project project)
    {
        Grid grid = new("feed", "key", "columns", "files", "where");
        foreach (var x in project.Pipelines.SelectMany(x => x.Feeds))
            grid.Add($"{x.Pipeline}.{x.Name}", string.Join(", ", x.Key), x.Columns.Count, string.Join(", ", x.Files), $"{x.File}:{x.Line}");
        return grid;
    }

    static Grid Models(Project project)
    {
        Grid grid = new("model", "kind", "checks", "where", "description");
        foreach (var x in project.Pipelines.SelectMany(x => x.Models))
            grid.Add($"{x.Pipeline}.{x.Name}", Kind(x.Materialization), x.Checks.Count, x.File, x.Description);
        return grid;
    }

    static async Task<Grid> RunsAsync(Workspace workspace, int limit, CancellationToken ct)
    {
        Grid grid = new("run", "pipeline", "state", "started", "took", "read", "set aside", "message");
        foreach (var x in await workspace.Store.ListRunsAsync(limit, ct))
            grid.Add(x.RunId, x.Pipeline, RunView.Text(x.State), x.StartedAt, Cell.Duration(x.Took), x.Equations.Sum(e => e.Read), x.Equations.Sum(e => e.Quarantined), x.Message);
        return grid;
    }

    static async Task<Grid> TablesAsync(Workspace workspace, CancellationToken ct)
    {
        Grid grid = new("table", "kind", "rows", "columns");
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        var schemas = workspace.Project.Pipelines.SelectMany(x => new[] { Table.ModelSchema(x.Name), Table.RawSchema(x.Name), Table.QuarantineSchema(x.Name) }).ToHashSet();
        var tables = await connection.QueryAsync(
            """
            SELECT t.table_schema, t.table_name, t.table_type, count(c.column_name)
            FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """,
            r => (Table: new Table(r.GetString(0), r.GetString(1)), IsView: r.GetString(2) == "VIEW", Columns: Convert.ToInt64(r.GetValue(3), System.Globalization.CultureInfo.InvariantCulture)), ct);
        foreach (var (table, isView, columns) in tables.Where(x => schemas.Contains(x.Table.Schema)))
            grid.Add(table.ToString(), isView ? "view" : "table", await connection.ScalarAsync<long>($"SELECT count(*) FROM {workspace.Warehouse.Dialect.Quote(table)}", ct), columns);
        return grid;
    }

    /// <summary>A materialization's name in a model's header.</summary>
    public static string Kind(Materialization materialization) => materialization switch
    {
        Materialization.View => "view",
        Materialization.FullTable => "table",
        Materialization.Append => "append",
        Materialization.Merge => "merge",
        Materialization.Scd2 => "scd2",
        Materialization.ReplaceInterval => "interval",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
