using System.CommandLine;
using Cartage.Connectors;
using Cartage.Host.Output;
using Cartage.Projects;

namespace Cartage.Host.Commands;

static class ConnectionsCommand
{
    public static Verb Create(Shell shell) => new("connections", "What the project connects to, and whether it can be reached",
        ["cartage connections ls", "cartage connections test", "cartage connections test store_db --format json"],
        Ls(shell), Test(shell));

    static Verb Ls(Shell shell)
    {
        var env = Common.Env();
        return new Verb("ls", "List connections, the warehouse, zones in buckets and buckets that feeds name, with who uses them", ["cartage connections ls", "cartage connections ls --env prod"], env)
            .Does(shell, async (on, ct) =>
            {
                if (await on.LoadAsync(on.Value(env), [], ct) is not { } project)
                    return ExitCode.Wrong;
                Grid grid = new("connection", "type", "address", "used by", "where");
                foreach (var x in Outside.Of(project))
                    grid.Add(x.Name, x.Type, x.Place, string.Join(", ", Outside.FeedsOf(project, x)), project.Connections.TryGetValue(x.Name, out var spec) ? $"{spec.File}:{spec.Line}" : null);
                on.Print(grid);
                return ExitCode.Succeeded;
            });
    }

    static Verb Test(Shell shell)
    {
        Argument<string?> name = new("name") { Description = "One of them (default: all)", Arity = ArgumentArity.ZeroOrOne };
        var env = Common.Env();
        var variables = Common.Var();
        return new Verb("test", "Reach every one and say what answers, or what to do; changes nothing there", ["cartage connections test", "cartage connections test lake", "cartage connections test --env prod --format json"], name, env, variables)
            .Does(shell, async (on, ct) =>
            {
                if (await on.LoadAsync(on.Value(env), on.Value(variables)!, ct) is not { } project)
                    return ExitCode.Wrong;
                var all = Outside.Of(project);
                var chosen = all.Where(x => on.Value(name) is not { } typed || x.Name == typed).ToList();
                if (chosen.Count == 0)
                    throw new UsageException($"There is no connection '{on.Value(name)}'.", Spelling.Suggest(on.Value(name)!, all.Select(x => x.Name)) ?? "Try: cartage connections ls");
                var found = await Task.WhenAll(chosen.Select(x => Outside.TestAsync(project, x, shell.Clock, ct)));
                Grid grid = new("connection", "type", "reached", "server", "address", "problem", "what to do");
                foreach (var x in found)
                    grid.Add(x.Name, x.Type, x.IsReached ? "yes" : "no", x.Version, x.Place, x.Problem, x.Hint);
                on.Print(grid.WithoutEmpty());
                return found.All(x => x.IsReached) ? ExitCode.Succeeded : ExitCode.Failed;
            });
    }
}
