using System.CommandLine;
using Cartage.Host.Gen;
using Cartage.Host.Output;
using Cartage.Host.Socket;
using Cartage.Runs;

namespace Cartage.Host.Commands;

static class DemoCommand
{
    const string Example = "bike-store";

    public static Verb Create(Shell shell)
    {
        Option<string> dir = new("--dir") { Description = "The project's folder", HelpName = "dir", DefaultValueFactory = _ => "cartage-demo" };
        Option<int> scale = new("--scale") { Description = "1 is a shop of 1,615 orders; 1000 is 1.6 million", HelpName = "n", DefaultValueFactory = _ => 1 };
        Option<bool> noServe = new("--no-serve") { Description = "End after the summary, as it does without a terminal" };
        return new Verb("demo", "See it work: a bike shop's data, made, loaded, checked and summed up, then served to the browser", ["cartage demo", "cartage demo --no-serve", "cartage demo --dir shop --scale 100"], dir, scale, noServe)
            .Does(shell, async (on, ct) =>
            {
                var folder = on.PathOf(on.Value(dir)!);
                if (!File.Exists(Path.Combine(folder, "project.yml")))
                    Examples.Copy(Example, folder);
                else
                    on.Say($"Using the project in {on.Value(dir)}.");
                return await RunAsync(on, on.In(folder), on.Value(dir)!, on.Value(scale), serves: !on.Value(noServe) && on.Terminal is { OutIsTerminal: true, ErrorIsTerminal: true }, ct);
            });
    }

    static async Task<int> RunAsync(Invocation typed, Invocation on, string dir, int scale, bool serves, CancellationToken ct)
    {
        if (await on.LoadAsync(null, [], ct) is not { } project)
            return ExitCode.Wrong;
        on.Say($"Making a bike shop's data, scale {scale}, some of it broken on purpose …");
        await on.WhileAsync("Making data", () => BikeStore.WriteAsync(new(GenCommand.DataFolder(project), scale, Dirt: true), ct));
        on.Say("Running the pipeline …");
        await using var session = await on.OpenAsync(project, ct, serves);
        var request = new RunRequest();
        var plans = await session.Workspace.PlanAsync(request, ct);
        var results = await RunCommand.RunAsync(on, session.Workspace, plans, request, ct, summarize: false);
        var code = RunCommand.End(on, results, strict: false);
        if (code == ExitCode.Succeeded && on.Format == Format.Table)
            await DemoSummary.PrintAsync(typed, session.Workspace, results, dir, ct);
        else if (on.Format == Format.Table)
            foreach (var (plan, result) in plans.Zip(results))
                RunSummary.Print(typed, plan, result);
        return serves && code == ExitCode.Succeeded ? await ServeAsync(on, session, ct) : code;
    }

    // Another program may listen where a server usually does.
    static async Task<int> ServeAsync(Invocation on, Session session, CancellationToken ct)
    {
        try
        {
            return await ServeCommand.RunAsync(on, session, new(), new(new("http://127.0.0.1:8080")), entry => UpCommand.OpenAsync(on, entry), ct);
        }
        catch (PipelineException)
        {
            return await ServeCommand.RunAsync(on, session, new(), new(new("http://127.0.0.1:0")), entry => UpCommand.OpenAsync(on, entry), ct);
        }
    }
}
