using Cartage.Host.Output;

namespace Cartage.Host.Commands;

static class ValidateCommand
{
    public static Verb Create(Shell shell)
    {
        var (env, variables) = (Common.Env(), Common.Var());
        return new Verb("validate", "Find every mistake in the project at once; needs no data, no secrets, no network", ["cartage validate", "cartage validate --env prod", "cartage validate --format json"], env, variables)
            .Does(shell, (on, ct) => RunAsync(on, on.Value(env), on.Value(variables)!, ct));
    }

    static async Task<int> RunAsync(Invocation on, string? env, string[] variables, CancellationToken ct)
    {
        var (project, findings) = await on.ReadAsync(env, variables, ct);
        Grid grid = new("file", "line", "message", "hint");
        foreach (var x in findings)
            grid.Add(x.File, x.Line, x.Message, x.Hint);
        if (on.Format == Format.Json)
            on.Print(grid);
        else
            foreach (var finding in findings)
                await on.Terminal.Out.WriteLineAsync(finding.ToString());
        if (findings.Count > 0)
        {
            on.Say(Opened.Count(findings.Count, "mistake"));
            return ExitCode.Wrong;
        }
        on.Say($"{project.Name} is valid: {Opened.Count(project.Pipelines.Count, "pipeline")}, {Opened.Count(project.Pipelines.Sum(x => x.Feeds.Count), "feed")}, {Opened.Count(project.Pipelines.Sum(x => x.Models.Count), "model")}.");
        return ExitCode.Succeeded;
    }
}
