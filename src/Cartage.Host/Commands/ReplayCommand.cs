using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Plans;
using Cartage.Runs;

namespace Cartage.Host.Commands;

static class ReplayCommand
{
    public static Verb Create(Shell shell)
    {
        RunArguments arguments = new();
        Option<bool> yes = new("--yes", "-y") { Description = "Publish without asking" };
        var dryRun = Common.DryRun();
        return new Verb("replay", "Rebuild tables from the raw zone with today's code, show what differs, and publish it on yes",
            ["cartage replay", "cartage replay bike-store.*", "cartage replay --dry-run", "cartage replay --yes"], [.. arguments.Few, yes, dryRun])
            .Does(shell, async (on, ct) =>
            {
                if (await arguments.LoadAsync(on, ct) is not { } project)
                    return ExitCode.Wrong;
                var request = Request(arguments.Request(on, project)) with { Replay = on.Value(yes) && !on.Value(dryRun) ? ReplayEnd.Publish : ReplayEnd.Show };
                await using var session = await on.OpenAsync(project, ct);
                List<RunResult> results = [];
                foreach (var plan in await session.Workspace.PlanAsync(request, ct))
                {
                    var result = await RunAsync(on, session.Workspace, plan, request, ct);
                    Differences.Print(on, result);
                    if (request.Replay == ReplayEnd.Show && result.Differences.Any(x => x.Any) && !on.Value(dryRun) && on.Format == Format.Table)
                        result = await AskAsync(on, plan) ? await RunAsync(on, session.Workspace, plan, request with { Replay = ReplayEnd.Publish }, ct) : result;
                    Action<string> say = result.State is RunState.Failed or RunState.Rejected ? on.Complain : on.Say;
                    say($"{result.Pipeline}: {CommandLine.Sentence(result.Message ?? "published in one transaction", result.Hint)}");
                    results.Add(result);
                }
                return ExitCode.Of(results, strict: false);
            });
    }

    /// <summary>A request to rebuild from what has landed, and to extract nothing.</summary>
    public static RunRequest Request(RunRequest request) => request with { FullRefresh = true, Only = new HashSet<string> { "load", "build", "check" }, Replay = ReplayEnd.Show };

    public static async Task<RunResult> RunAsync(Invocation on, Workspace workspace, Plan plan, RunRequest request, CancellationToken ct)
    {
        RunView view = new(on, plan);
        return (await view.WhileAsync(() => workspace.RunAsync([plan], request, view, ct)))[0];
    }

    static async Task<bool> AskAsync(Invocation on, Plan plan)
    {
        if (on.Terminal.In is not { } person)
        {
            on.Say("Publish it with: cartage replay --yes");
            return false;
        }
        await on.Terminal.Error.WriteAsync($"Publish these tables of {plan.Pipeline.Name}? [y/N] ");
        await on.Terminal.Error.FlushAsync();
        return (await person.ReadLineAsync())?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
