using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Commands;

static class DiffCommand
{
    public static Verb Create(Shell shell)
    {
        RunArguments arguments = new();
        Argument<string> first = new("table") { Description = "A model, a feed, or schema.table" };
        Argument<string?> second = new("other") { Description = "The table it is compared with; its rows are the later ones", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> before = new("--before") { Description = "Compare with the table as it was before a run: rebuilt with today's code from what had been loaded then", HelpName = "run" };
        Option<string[]> key = new("--key") { Description = "The columns that name a row, with commas between (default: those of the model or feed)", HelpName = "columns", DefaultValueFactory = _ => [] };
        Option<bool> exitCode = new("--exit-code") { Description = "Exit with 4 when there is a difference" };
        return new Verb("diff", "What tells two tables apart, or a table now and before a run: rows added, removed and changed, by column",
            ["cartage diff fact_sales staging.fact_sales", "cartage diff fact_sales --before 20260101T020000Z-x7k2", "cartage diff orders old.orders --key order_id --exit-code"], first, second, before, key, exitCode)
            .Does(shell, async (on, ct) =>
            {
                if (await on.LoadAsync(null, [], ct) is not { } project)
                    return ExitCode.Wrong;
                if (on.Value(second) is null == on.Value(before) is null)
                    throw new UsageException("A second table or --before is wanted, and not both.", "Write: cartage diff fact_sales --before RUN");
                await using var session = await on.OpenAsync(project, ct);
                var one = Find(project, on.Value(first)!);
                var given = (on.Value(key) ?? []).SelectMany(x => x.Split(',', StringSplitOptions.TrimEntries)).ToList();
                var difference = on.Value(before) is { } run
                    ? await BeforeAsync(on, session.Workspace, arguments.Request(on, project), one, run, ct)
                    : await BetweenAsync(session.Workspace, one, Find(project, on.Value(second)!), given, ct);
                Differences.Print(on, [difference]);
                return difference.Any && on.Value(exitCode) ? ExitCode.Changes : ExitCode.Succeeded;
            });
    }

    sealed record Named(Table Table, IReadOnlyList<string> Key, IReadOnlySet<string> Pii, string Selector);

    static async Task<TableDifference> BetweenAsync(Workspace workspace, Named one, Named other, List<string> key, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        foreach (var named in new[] { one, other })
            if ((await connection.QueryAsync(workspace.Warehouse.Dialect.ColumnsQuery, r => r.GetString(0), ct, ("schema", named.Table.Schema), ("name", named.Table.Name))).Count == 0)
                throw new UsageException($"There is no table {named.Table}.", "See what there is: cartage ls tables");
        return await new TableComparison(connection, workspace.Warehouse.Dialect).CompareAsync($"{other.Table}", one.Table, other.Table, key.Count > 0 ? key : one.Key.Count > 0 ? one.Key : other.Key, new HashSet<string> { "_run", "_loaded_at", "_record" }, one.Pii.Concat(other.Pii).ToHashSet(), ct);
    }

    // The replay takes what is published for the earlier side; here it is the later one.
    static async Task<TableDifference> BeforeAsync(Invocation on, Workspace workspace, RunRequest request, Named named, string run, CancellationToken ct)
    {
        if (named.Selector.Length == 0)
            throw new UsageException($"{named.Table} is no table of a model or a feed: what it was before a run is not known.", "See what there is: cartage ls tables");
        var last = await workspace.FindRunAsync(run, ct);
        var replay = ReplayCommand.Request(request) with { Selector = named.Selector, Before = last.RunId };
        var result = await ReplayCommand.RunAsync(on, workspace, (await workspace.PlanAsync(replay, ct))[0], replay, ct);
        var found = result.Differences.FirstOrDefault(x => x.Table == $"{named.Table}") ?? throw new PipelineException(result.Message ?? $"{named.Table} is a view: it holds no rows of its own", hint: result.Hint);
        return found with { Before = found.After, After = found.Before, Added = found.Removed, Removed = found.Added, Columns = [.. found.Columns.Select(x => x with { Before = x.After, After = x.Before })] };
    }

    static Named Find(Project project, string typed)
    {
        List<Named> found = [];
        foreach (var pipeline in project.Pipelines)
        {
            var pii = pipeline.Feeds.SelectMany(x => x.Columns.Where(c => c.Pii).Select(c => c.Name)).Concat(pipeline.Models.SelectMany(x => x.Pii)).ToHashSet();
            found.AddRange(pipeline.Models.Select(x => new Named(x.Table, x.RowKey, pii, $"{pipeline.Name}.*")));
            found.AddRange(pipeline.Feeds.Select(x => new Named(x.Base, x.Key, pii, $"{pipeline.Name}.*")));
        }
        var matching = found.FindAll(x => x.Table.Name == typed || $"{x.Table}" == typed);
        return matching switch
        {
            [var one] => one,
            [] when typed.Split('.') is [var schema, var name] => new(new(schema, name), [], new HashSet<string>(), ""),
            [] => throw new UsageException($"There is no table '{typed}'.", Spelling.Suggest(typed, found.Select(x => x.Table.Name)) ?? "See what there is: cartage ls tables"),
            _ => throw new UsageException($"There are several tables '{typed}'.", $"Write one of: {string.Join(", ", matching.Select(x => x.Table))}."),
        };
    }
}
