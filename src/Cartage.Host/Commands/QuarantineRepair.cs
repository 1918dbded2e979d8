using System.CommandLine;
using System.Data.Common;
using Cartage.Ingest;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Commands;

/// <summary>The way back in: rows are mended in quarantine, then go through the same load as all others.</summary>
static class QuarantineRepair
{
    public static Verb Fix(Shell shell)
    {
        Argument<string> name = new("feed") { Description = "The feed, as name or pipeline.name" };
        Option<string[]> set = new("--set") { Description = "A column's new text; an empty one means no value", HelpName = "column=value", Required = true };
        var (where, dryRun) = (Where(), Common.DryRun());
        return new Verb("fix", "Mend rows in quarantine; the next run tries them again", ["cartage quarantine fix orders --set customer_id=12 --where \"_record = 17\"", "cartage quarantine fix orders --set order_status=4 --dry-run"], name, set, where, dryRun)
            .Does(shell, async (on, ct) =>
            {
                if (await on.LoadAsync(null, [], ct) is not { } project)
                    return ExitCode.Wrong;
                var feed = QuarantineCommand.FindFeed(project, on.Value(name)!);
                var values = Opened.Pairs("--set", on.Value(set)!).ToDictionary(x => x.Key, x => x.Value.Length == 0 ? null : x.Value);
                if (values.Keys.FirstOrDefault(x => feed.Columns.All(c => c.Name != x)) is { } unknown)
                    throw new UsageException($"Feed '{feed.Name}' has no column '{unknown}'.", Spelling.Suggest(unknown, feed.Columns.Select(x => x.Name)));
                await using var session = await on.OpenAsync(project, ct);
                var rows = await ChangeAsync(session.Workspace, feed, on.Value(where), "'open', 'fixed'", on.Value(dryRun), (connection, dialect, condition, stop) => QuarantineTable.FixAsync(connection, dialect, feed, condition, values, stop), ct);
                on.Say(rows == 0 ? $"There is nothing to mend: no such row of {feed.Name} waits. See: cartage quarantine show {feed.Name}" : $"{(on.Value(dryRun) ? "Would mend" : "Mended")} {Opened.Count(rows, "row")} of {feed.Name}. They come back with the next run, or now: cartage quarantine release {feed.Name}");
                return ExitCode.Succeeded;
            });
    }

    public static Verb Release(Shell shell)
    {
        Argument<string> name = new("feed") { Description = "The feed, as name or pipeline.name" };
        Option<bool> all = new("--all") { Description = "Also rows that were not mended, as they are: for when the contract changed" };
        var (where, dryRun) = (Where(), Common.DryRun());
        return new Verb("release", "Run the pipeline with the mended rows of a feed", ["cartage quarantine release orders", "cartage quarantine release orders --all --where \"_record < 100\"", "cartage quarantine release orders --dry-run"], name, all, where, dryRun)
            .Does(shell, async (on, ct) =>
            {
                if (await on.LoadAsync(null, [], ct) is not { } project)
                    return ExitCode.Wrong;
                var feed = QuarantineCommand.FindFeed(project, on.Value(name)!);
                await using var session = await on.OpenAsync(project, ct);
                var rows = await ChangeAsync(session.Workspace, feed, on.Value(where), on.Value(all) ? "'open', 'fixed'" : "'fixed'", on.Value(dryRun), (connection, dialect, condition, stop) => QuarantineTable.MarkAsync(connection, dialect, feed, condition, "fixed", stop), ct);
                if (rows == 0 || on.Value(dryRun))
                {
                    on.Say(rows == 0 ? $"There is nothing to release: no row of {feed.Name} was mended. Mend with: cartage quarantine fix {feed.Name} --set column=value, or take them as they are with --all." : $"Would try {Opened.Count(rows, "row")} of {feed.Name} again.");
                    return ExitCode.Succeeded;
                }
                var request = new RunRequest($"{feed.Pipeline}.*");
                var results = await RunCommand.RunAsync(on, session.Workspace, await session.Workspace.PlanAsync(request, ct), request, ct);
                return RunCommand.End(on, results, strict: false);
            });
    }

    public static Verb Discard(Shell shell)
    {
        Argument<string> name = new("feed") { Description = "The feed, as name or pipeline.name" };
        Option<bool> undo = new("--undo") { Description = "Let discarded rows wait again" };
        var (where, dryRun) = (Where(), Common.DryRun());
        return new Verb("discard", "Say that rows in quarantine are to stay out for good", ["cartage quarantine discard orders --where \"_rules = 'columns'\"", "cartage quarantine discard orders --undo"], name, undo, where, dryRun)
            .Does(shell, async (on, ct) =>
            {
                if (await on.LoadAsync(null, [], ct) is not { } project)
                    return ExitCode.Wrong;
                var feed = QuarantineCommand.FindFeed(project, on.Value(name)!);
                var (from, to) = on.Value(undo) ? ("'discarded'", "open") : ("'open', 'fixed'", "discarded");
                await using var session = await on.OpenAsync(project, ct);
                var rows = await ChangeAsync(session.Workspace, feed, on.Value(where), from, on.Value(dryRun), (connection, dialect, condition, stop) => QuarantineTable.MarkAsync(connection, dialect, feed, condition, to, stop), ct);
                on.Say($"{Opened.Count(rows, "row")} of {feed.Name} {(on.Value(dryRun) ? "would be" : rows == 1 ? "is" : "are")} {to} now.");
                return ExitCode.Succeeded;
            });
    }

    static Option<string?> Where() => new("--where") { Description = "Which rows: a SQL condition over the quarantine's columns (default: all)", HelpName = "condition" };

    // How many rows of these states are changed, or would be.
    static async Task<long> ChangeAsync(Workspace workspace, Feed feed, string? where, string states, bool dryRun, Func<DbConnection, Dialect, string, CancellationToken, Task<long>> change, CancellationToken ct)
    {
        var condition = $"_status IN ({states}) AND ({where ?? "true"})";
        var dialect = workspace.Warehouse.Dialect;
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        if (!await QuarantineTable.ExistsAsync(connection, dialect, feed, ct))
            return 0;
        long rows;
        try
        {
            var count = $"SELECT count(*) FROM {dialect.Quote(feed.Quarantine)} WHERE {condition}";
            await using (var door = await workspace.Warehouse.OpenDoorAsync(ct))
                await ReadOnlySql.RequireAsync(door, count, ct);
            rows = await connection.ScalarAsync<long>(count, ct);
        }
        catch (Exception e) when (e is DbException or UsageException)
        {
            throw new UsageException($"--where {where}: {e.Message}", $"See its columns: cartage quarantine show {feed.Name}");
        }
        return dryRun || rows == 0 ? rows : await workspace.AloneAsync(stop => change(connection, dialect, condition, stop), ct);
    }
}
