using System.CommandLine;
using System.Data.Common;
using Cartage.Host.Output;
using Cartage.Ingest;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Commands;

static class QuarantineCommand
{
    public static Verb Create(Shell shell) => new("quarantine", "What was set aside, why, and back in through the same load",
        ["cartage quarantine ls", "cartage quarantine show orders --limit 5", "cartage quarantine fix orders --set order_status=4 --where \"order_id = '17'\"", "cartage quarantine release orders"],
        Ls(shell), Show(shell), QuarantineRepair.Fix(shell), QuarantineRepair.Release(shell), QuarantineRepair.Discard(shell));

    static Verb Ls(Shell shell) => new Verb("ls", "List the feeds and reasons of the rows that were set aside", ["cartage quarantine ls", "cartage quarantine ls --format json"])
        .Looks(shell, async (on, workspace, ct) =>
        {
            await using var connection = await workspace.Warehouse.OpenAsync(ct);
            var grid = await SummaryAsync(workspace, connection, ct);
            on.Print(grid);
            if (grid.Rows.Count == 0)
                on.Say("Nothing was set aside.");
            return ExitCode.Succeeded;
        });

    static Verb Show(Shell shell)
    {
        Argument<string> name = new("feed") { Description = "The feed, as name or pipeline.name" };
        const int Usual = 20;
        var limit = Common.Limit($"(default: {Usual})");
        return new Verb("show", "Show the rows a feed set aside", ["cartage quarantine show orders", "cartage quarantine show bike-store.orders --limit 100 --format json"], name, limit)
            .Looks(shell, async (on, workspace, ct) =>
            {
                var feed = FindFeed(workspace.Project, on.Value(name)!);
                await using var connection = await workspace.Warehouse.OpenAsync(ct);
                if (!await QuarantineTable.ExistsAsync(connection, workspace.Warehouse.Dialect, feed, ct))
                {
                    on.Say("Nothing was set aside.");
                    return ExitCode.Succeeded;
                }
                await using var command = connection.CreateCommand();
                // Why, what and where from come first; what only Cartage needs comes last.
                var columns = (await Catalog.ColumnsAsync(connection, workspace.Warehouse.Dialect, feed.Quarantine, ct)).Select(c => c.Name).OrderBy(c => c switch { "_reason" => 0, "_object" or "_record" => 2, "_raw" or "_rules" => 3, ['_', ..] => 4, _ => 1 });
                command.CommandText = $"SELECT {workspace.Warehouse.Dialect.Quote(columns)} FROM {workspace.Warehouse.Dialect.Quote(feed.Quarantine)} WHERE _status <> 'released' ORDER BY _object, _record";
                await using var reader = await command.ExecuteReaderAsync(ct);
                var most = on.Value(limit) ?? Usual;
                if (await RowPrinter.PrintAsync(on, reader, most, ct))
                    on.Say($"Only the first {Opened.Count(most, "row")}; --limit sets how many.");
                return ExitCode.Succeeded;
            });
    }

    /// <summary>How many rows of which feed lie in quarantine, for what reason.</summary>
    public static async Task<Grid> SummaryAsync(Workspace workspace, DbConnection connection, CancellationToken ct)
    {
        Grid grid = new("feed", "rules", "rows", "status", "such as");
        foreach (var feed in workspace.Project.Pipelines.SelectMany(x => x.Feeds))
        {
            foreach (var (rules, status, rows, example) in await QuarantineTable.CountAsync(connection, workspace.Warehouse.Dialect, feed, ct))
                grid.Add($"{feed.Pipeline}.{feed.Name}", string.Join(", ", rules.Split(',').Distinct()), rows, status, example);
        }
        return grid;
    }

    /// <summary>The feed a name means; where several pipelines have one, it must say which.</summary>
    public static Feed FindFeed(Project project, string typed)
    {
        var feeds = project.Pipelines.SelectMany(x => x.Feeds).ToList();
        var found = feeds.FindAll(x => typed == x.Name || typed == $"{x.Pipeline}.{x.Name}");
        return found switch
        {
            [var one] => one,
            [] => throw new UsageException($"There is no feed '{typed}'.", Spelling.Suggest(typed, feeds.Select(x => x.Name)) ?? "See: cartage ls feeds"),
            _ => throw new UsageException($"Several pipelines have a feed '{typed}'.", $"Write one of: {string.Join(", ", found.Select(x => $"{x.Pipeline}.{x.Name}"))}."),
        };
    }
}
