using Cartage.Triggers;

namespace Cartage.Host.Serving;

/// <summary>Sets up what happens by itself over a server's queue and project.</summary>
static class Automate
{
    public static Task<Automation.Automation> StartAsync(Desk desk, CancellationToken ct) =>
        Automation.Automation.StartAsync(
            new(
                new Orders(() => desk.Project, desk.Queue.AskAsync, desk.Queue.Cancel),
                () => desk.Workspace,
                desk.Projects.RefreshAsync,
                desk.Queue.TakeOverAsync,
                (project, via) => Connectors.Connectors.OpenNotifier(project, via, desk.Clock),
                (project, place) => Connectors.Connectors.OpenBucket(project, place, desk.Clock),
                async (e, what) => await desk.Problems.WriteLineAsync($"{what}: {e.Message}"),
                () => desk.Project.Notifications.Link ?? desk.Address.ToString(),
                desk.Clock),
            ct);
}
