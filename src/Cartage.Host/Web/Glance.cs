using Cartage.Host.Serving;
using Cartage.Runs;

namespace Cartage.Host.Web;

/// <summary>A project at a glance: runs open now, runs of the last day and how many of them went wrong, rows in quarantine.</summary>
sealed record Glance(long Running, long Queued, long Day, long Bad, long Aside)
{
    public static async Task<Glance> ReadAsync(Desk desk, DateTimeOffset now, CancellationToken ct)
    {
        var counts = await desk.Store.CountAsync(now.AddDays(-1), ct);
        long Of(RunState state) => counts.GetValueOrDefault(state);
        return new(Of(RunState.Running), Of(RunState.Queued), counts.Values.Sum(), Of(RunState.Failed) + Of(RunState.Rejected), await OpenRows.CountAsync(desk.Workspace, ct));
    }
}
