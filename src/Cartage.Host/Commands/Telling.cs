using Cartage.Alerts;
using Cartage.Runs;

namespace Cartage.Host.Commands;

/// <summary>Tells people of runs that the command line does by itself; with a server, the server does.</summary>
sealed class Telling
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly Herald? _herald;
    readonly TimeProvider _clock;

    Telling(Herald? herald, TimeProvider clock) => (_herald, _clock) = (herald, clock);

    /// <summary>Before the runs, so that none of them is left out.</summary>
    public static async Task<Telling> BeginAsync(Invocation on, Workspace workspace, CancellationToken ct)
    {
        var project = workspace.Project;
        if (on.Shell.Session?.Desk is not null || project.Pipelines.All(p => Herald.RuleOf(project, p) is null))
            return new(null, on.Shell.Clock);
        var herald = new Herald(() => project, workspace.Store, (p, via) => Connectors.Connectors.OpenNotifier(p, via, on.Shell.Clock), () => project.Notifications.Link, on.Shell.Clock);
        await herald.CollectAsync(ct);
        return new(herald, on.Shell.Clock);
    }

    /// <summary>After the runs, for a little while; what cannot be sent waits in the outbox for the next command or server.</summary>
    public async Task EndAsync(Invocation on)
    {
        if (_herald is null)
            return;
        using var limit = new CancellationTokenSource(Patience, _clock);
        try
        {
            await _herald.CollectAsync(limit.Token);
            await _herald.DeliverAsync(waitForMore: false, limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            on.Complain($"Notices were not sent within {Patience.TotalSeconds:0} s; they are sent by the next run or server.");
        }
        foreach (var (via, why, _) in _herald.Troubles)
            on.Complain($"Notices through '{via}' were not sent: {why.TrimEnd('.')}. They are sent by the next run or server; try: cartage notify test {via}");
    }
}
