using Cartage.Host.Output;
using Cartage.Runs;

namespace Cartage.Host.Commands;

static class CheckCommand
{
    public static Verb Create(Shell shell)
    {
        RunArguments arguments = new();
        return new Verb("check", "Check the tables as they are now, and change nothing", ["cartage check", "cartage check fact_sales", "cartage check --format json"], arguments.Few)
            .Does(shell, async (on, ct) =>
            {
                if (await arguments.LoadAsync(on, ct) is not { } project)
                    return ExitCode.Wrong;
                var request = arguments.Request(on, project) with { Only = new HashSet<string> { "check" } };
                await using var session = await on.OpenAsync(project, ct);
                List<RunResult> results = [];
                foreach (var plan in await session.Workspace.PlanAsync(request, ct))
                {
                    RunView view = new(on, plan);
                    results.AddRange(await view.WhileAsync(() => session.Workspace.RunAsync([plan], request, view, ct)));
                }
                return Print(on, results);
            });
    }

    static int Print(Invocation on, List<RunResult> results)
    {
        var checks = results.SelectMany(x => x.Checks).ToList();
        if (on.Format == Format.Json)
        {
            on.Terminal.Out.WriteLine(DataJson.Write(checks.Select(CheckData.Of)));
            return ExitCode.Of(results, strict: false);
        }
        Grid grid = new("check", "severity", "state", "failing", "rows", "sample");
        foreach (var x in checks)
            grid.Add(x.Check.Name, x.Check.Severity.ToString().ToLowerInvariant(), x.Passed ? "passed" : x.Accepted ? "accepted" : "broken", x.Failing, x.Rows, x.Samples.Count > 0 ? x.Samples[0] : null);
        on.Print(grid);
        foreach (var result in results.Where(x => x.Message is not null))
            on.Complain($"{result.Pipeline}: {CommandLine.Sentence(result.Message!, result.State == RunState.Failed ? result.Hint : null)}");
        var broken = checks.Count(x => !x.Passed);
        if (checks.Count > 0 || results.TrueForAll(x => x.State == RunState.Succeeded))
            on.Say(checks.Count == 0 ? "There is no check yet: see checks in a model's header." : broken == 0 ? $"All {Opened.Count(checks.Count, "check")} passed." : $"{broken} of {Opened.Count(checks.Count, "check")} did not pass.");
        return ExitCode.Of(results, strict: false);
    }
}
