using Cartage.Host.Commands;
using Cartage.Models;
using Cartage.Plans;
using Cartage.Runs;
using Spectre.Console;

namespace Cartage.Host.Output;

/// <summary>What a run came to, for a person.</summary>
static class RunSummary
{
    public static void Print(Invocation on, Plan plan, RunResult run)
    {
        var console = on.Terminal.Console(on.Terminal.Out);
        if (run.State == RunState.Succeeded && plan.Tasks is [PlannedTask.SetUp, ..])
        {
            console.MarkupLine($"[green]✓[/] {Markup.Escape(run.Pipeline)}: {Markup.Escape(string.Join(", ", plan.Tasks.OfType<PlannedTask.SetUp>().Select(t => t.Script.Connection).Distinct()))} is prepared [grey]({Cell.Duration(run.Took)})[/]");
            return;
        }
        if (run.State == RunState.Succeeded && IsUnchanged(run))
        {
            console.MarkupLine($"[green]✓[/] {Markup.Escape(run.Pipeline)}: Nothing changed [grey]({Cell.Duration(run.Took)})[/]");
            Warnings(console, run);
            return;
        }
        console.MarkupLine($"{Mark(run.State)} [bold]{Markup.Escape(run.Pipeline)}[/] {RunView.Text(run.State)} in {Cell.Duration(run.Took)} [grey]run {run.RunId}[/]");
        foreach (var task in run.Tasks.Where(x => x is { State: RunState.Failed or RunState.Rejected, Message: { } why } && run.Message?.Contains(why, StringComparison.Ordinal) != true))
            on.Complain($"  {task.Kind} {task.Name}: {task.Message}");
        if (run.Message is not null)
            on.Complain("  " + run.Message);
        if (run.State is RunState.Failed or RunState.Cancelled && run.Tasks.Any(x => x.Kind is "load" or "build"))
            Wrapped(console, "  As far as it came; none of it is published:");
        PrintGrid(on, Feeds(run));
        PrintGrid(on, Models(plan, run));
        SetAside(console, run);
        Warnings(console, run);
        Checks(console, run);
        foreach (var export in run.Tasks.Where(x => x is { Kind: "export", Place: not null }))
            Wrapped(console, $"Exported: {on.Near(export.Place!)}");
        if (run.Report is not null)
            Wrapped(console, $"Quality report: {on.Near(run.Report)}");
        Wrapped(console, $"Next: {Next(run)}");
    }

    static void Warnings(IAnsiConsole console, RunResult run)
    {
        foreach (var warning in run.Warnings)
            Wrapped(console, $"Warning: {warning}");
    }

    /// <summary>Whether the run left every table as it was.</summary>
    public static bool IsUnchanged(RunResult run) => run.Tasks.Sum(x => x.Inserted + x.Updated + x.Deleted + x.Closed) + run.Equations.Sum(x => x.Inserted + x.Updated + x.Deleted + x.Quarantined) == 0;

    public static string Mark(RunState state) => state switch
    {
        RunState.Succeeded => "[green]✓[/]",
        RunState.Quarantined => "[yellow]✓[/]",
        RunState.Rejected or RunState.Failed => "[red]✗[/]",
        _ => "[grey]·[/]",
    };

    static Grid Feeds(RunResult run)
    {
        Grid grid = new("feed", "read", "inserted", "updated", "deleted", "unchanged", "superseded", "dropped", "set aside");
        foreach (var x in run.Equations.Where(x => x.Read > 0 || x.Deleted > 0))
            grid.Add(x.Feed, x.Read, x.Inserted, x.Updated, x.Deleted, x.Unchanged, x.Superseded, x.Dropped, x.Quarantined);
        return grid;
    }

    static Grid Models(Plan plan, RunResult run)
    {
        var views = plan.Pipeline.Models.Where(x => x.Materialization is Materialization.View).Select(x => x.Name).ToHashSet();
        Grid grid = new("model", "rows", "inserted", "updated", "deleted", "unchanged", "closed", "took");
        foreach (var x in run.Tasks.Where(x => x is { Kind: "build", State: not RunState.Skipped } && !views.Contains(x.Name)))
            grid.Add(x.Name, x.Rows, x.Inserted, x.Updated, x.Deleted, x.Unchanged, x.Closed, Cell.Duration(x.Took));
        return grid;
    }

    static void PrintGrid(Invocation on, Grid grid)
    {
        if (grid.Rows.Count > 0)
            on.Terminal.Print(grid.WithoutEmpty().Grouped(), Format.Table);
        if (grid.Rows.Count > 0 && !on.Terminal.OutIsTerminal)
            on.Terminal.Out.WriteLine();
    }

    static void SetAside(IAnsiConsole console, RunResult run)
    {
        var feeds = run.Equations.Where(x => x.Quarantined > 0).ToList();
        if (feeds.Count > 0)
            Wrapped(console, $"Set aside: {Opened.Count(feeds.Sum(x => x.Quarantined), "row")} ({string.Join(", ", feeds.Select(x => FormattableString.Invariant($"{x.Feed} {x.Quarantined:N0}")))}). Why: cartage quarantine ls");
    }

    static void Checks(IAnsiConsole console, RunResult run)
    {
        if (run.Checks.Count == 0)
            return;
        var broken = run.Checks.Where(x => !x.Passed).ToList();
        Wrapped(console, broken.Count == 0 ? $"Checks: all {run.Checks.Count} passed" : $"Checks: {run.Checks.Count - broken.Count} passed, {broken.Count} did not");
        foreach (var x in broken)
        {
            Wrapped(console, $"  {(x.Accepted ? "accepted" : RunState(x))} {x.Check.Name}: {x.Message ?? Opened.Count(x.Failing, "row") + FormattableString.Invariant($" of {x.Rows:N0}")}");
            if (x.Samples is [var sample, ..])
                Wrapped(console, $"    such as {sample}");
        }

        static string RunState(Cartage.Checks.CheckResult x) => x.Check.Severity.ToString().ToLowerInvariant();
    }

    static string Next(RunResult run) => run.Hint ?? run.State switch
    {
        RunState.Quarantined => "cartage quarantine ls",
        RunState.Rejected or RunState.Failed => $"cartage explain {run.RunId}",
        RunState.Cancelled => "cartage run",
        _ => "cartage ls tables",
    };

    static void Wrapped(IAnsiConsole console, string text) => console.WriteLine(text);
}
