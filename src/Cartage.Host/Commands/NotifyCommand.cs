using System.CommandLine;
using Cartage.Alerts;
using Cartage.Host.Output;
using Cartage.Projects;

namespace Cartage.Host.Commands;

static class NotifyCommand
{
    public static Verb Create(Shell shell) => new("notify", "Tell people: try the ways notices go", ["cartage notify test", "cartage notify test mail"], Test(shell));

    static Verb Test(Shell shell)
    {
        Argument<string[]> names = new("connection") { Description = "Connections to try; without one, all that rules name", Arity = ArgumentArity.ZeroOrMore };
        var env = Common.Env();
        return new Verb("test", "Send a test notice now and say how it went", ["cartage notify test", "cartage notify test mail chat", "cartage notify test --env prod"], names, env)
            .Does(shell, async (on, ct) =>
            {
                if (await on.LoadAsync(on.Value(env), [], ct) is not { } project)
                    return ExitCode.Wrong;
                var ways = on.Value(names) is { Length: > 0 } named ? named : Ways(project);
                if (ways.Count == 0)
                    throw new UsageException("No rule names a connection, so nobody would be told.", "Add to project.yml: notifications: { via: [mail] }, and the connection mail.");
                if (ways.FirstOrDefault(x => !project.Connections.ContainsKey(x)) is { } unknown)
                    throw new UsageException($"project.yml: there is no connection '{unknown}'.", Spelling.Suggest(unknown, project.Connections.Keys) ?? "See: cartage connections ls");
                Grid grid = new("connection", "state", "detail");
                var failed = false;
                foreach (var way in ways)
                {
                    var (well, detail) = await TryAsync(on, project, way, ct);
                    failed |= !well;
                    grid.Add(way, well ? "sent" : "failed", detail);
                }
                on.Print(grid);
                return failed ? ExitCode.Failed : ExitCode.Succeeded;
            });
    }

    static IReadOnlyList<string> Ways(Project project) => [.. project.Pipelines.Select(p => Herald.RuleOf(project, p)).Append(project.Notifications.Rule).SelectMany(r => r?.Via ?? []).Distinct()];

    static async Task<(bool Well, string Detail)> TryAsync(Invocation on, Project project, string way, CancellationToken ct)
    {
        try
        {
            using var notifier = Connectors.Connectors.OpenNotifier(project, way, on.Shell.Clock);
            var notice = new Notice(NoticeKind.Succeeded, project.Name, null, on.Shell.Clock.GetUtcNow(), "This is a test: notices of this project arrive here") { Next = "nothing is to be done", Link = project.Notifications.Link };
            await Herald.SendAsync(notifier, Message.Of(project.Name, notice), on.Shell.Clock, ct);
            return (true, "look whether it arrived");
        }
        catch (PipelineException e)
        {
            return (false, $"{e.Message}{(e.Hint is null ? "" : $" {e.Hint}")}");
        }
    }
}
