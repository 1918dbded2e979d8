using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Plans;

namespace Cartage.Host.Commands;

static class PlanCommand
{
    public static Verb Create(Shell shell)
    {
        RunArguments arguments = new();
        Option<bool> exitCode = new("--exit-code") { Description = "Exit with 4 when something is sure to change" };
        return new Verb("plan", "Show what would run and why", ["cartage plan", "cartage plan fact_sales+", "cartage plan --exit-code"], [.. arguments.Symbols, exitCode])
            .Does(shell, async (on, ct) =>
            {
                if (await arguments.LoadAsync(on, ct) is not { } project)
                    return ExitCode.Wrong;
                var request = arguments.Request(on, project);
                await using var session = await on.OpenAsync(project, ct);
                return Print(on, await session.Workspace.PlanAsync(request, ct), on.Value(exitCode));
            });
    }

    public static int Print(Invocation on, IReadOnlyList<Plan> plans, bool tellChanges)
    {
        Grid grid = new("pipeline", "task", "name", "why");
        foreach (var plan in plans)
            foreach (var task in plan.Tasks)
                grid.Add(plan.Pipeline.Name, RunBoard.Kind(task), task.Name, task.Why);
        on.Print(grid);
        foreach (var plan in plans)
            on.Say($"{plan.Pipeline.Name}: {plan.Interval}, published by {(plan.Swap ? "swap (every table anew)" : "merge (only what differs)")}");
        return tellChanges && plans.Any(IsSureToChange) ? ExitCode.Changes : ExitCode.Succeeded;
    }

    static bool IsSureToChange(Plan plan) => plan.Swap || plan.Tasks.Any(x => x is PlannedTask.Build { Certain: true });
}
