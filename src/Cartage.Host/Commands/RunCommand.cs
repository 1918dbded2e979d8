using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Plans;
using Cartage.Runs;

namespace Cartage.Host.Commands;

static class RunCommand
{
    public static Verb Create(Shell shell)
    {
        RunArguments arguments = new();
        Option<bool> strict = new("--strict") { Description = "Exit with 5 when rows were set aside" };
        var dryRun = Common.DryRun();
        return new Verb("run", "Extract, load, build and check; what has not changed is left alone",
            ["cartage run", "cartage run bike-store.*", "cartage run +fact_sales", "cartage run --from 2016-01-01 --to 2017-01-01", "cartage run --full-refresh", "cartage run --accept fact_sales.reconcile", "cartage run --var data=/mnt/shop --strict"],
            [.. arguments.Symbols, strict, dryRun])
            .Does(shell, async (on, ct) =>
            {
                if (await arguments.LoadAsync(on, ct) is not { } project)
                    return ExitCode.Wrong;
                var request = arguments.Request(on, project);
                await using var session = await on.OpenAsync(project, ct);
                var plans = await session.Workspace.PlanAsync(request, ct);
                if (on.Value(dryRun))
                    return PlanCommand.Print(on, plans, tellChanges: false);
                var results = await RunAsync(on, session.Workspace, plans, request, ct);
                return End(on, results, on.Value(strict));
            });
    }

    /// <summary>Runs plans one after the other, shows each as it goes and what it came to.</summary>
    public static async Task<IReadOnlyList<RunResult>> RunAsync(Invocation on, Workspace workspace, IReadOnlyList<Plan> plans, RunRequest request, CancellationToken ct, bool summarize = true)
    {
        var telling = await Telling.BeginAsync(on, workspace, ct);
        List<RunResult> results = [];
        foreach (var plan in plans)
        {
            RunView view = new(on, plan);
            var result = (await view.WhileAsync(() => workspace.RunAsync([plan], request, view, ct)))[0];
            results.Add(result);
            if (summarize && !on.Quiet && on.Format == Format.Table)
                RunSummary.Print(on, plan, result);
            else if (summarize && result.Message is not null && result.State is RunState.Failed or RunState.Rejected)
                on.Complain($"{result.Pipeline}: {result.Message}");
            if (result.State == RunState.Cancelled)
                break;
        }
        await telling.EndAsync(on);
        return results;
    }

    /// <summary>What all runs of a command came to: as JSON where that is asked for, and as its exit code.</summary>
    public static int End(Invocation on, IReadOnlyList<RunResult> results, bool strict)
    {
        if (on.Format == Format.Json)
            on.Terminal.Out.WriteLine($"[\n  {string.Join(",\n  ", results.Select(x => DataJson.Write(RunData.Of(x))))}\n]");
        return ExitCode.Of(results, strict);
    }
}
