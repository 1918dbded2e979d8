using Cartage.Host.Access;
using Cartage.Host.Output;
using Cartage.Host.Serving;
using Cartage.Host.Web;
using Cartage.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Cartage.Host.Api;

/// <summary>Runs: looked at, asked for, cancelled.</summary>
static class RunsApi
{
    public static IReadOnlyList<Operation> Operations { get; } =
    [
        new("GET", "/api/runs", Scope.Read, "Runs, newest first; 'before' is a run's id to go on after.", ListRuns),
        new("POST", "/api/runs", Scope.Run, "Ask for runs; they start when it is their turn.", StartRuns) { Status = StatusCodes.Status202Accepted },
        new("GET", "/api/runs/{run}", Scope.Read, "One run with its tasks so far, counts, and who asked for it; what its checks found is in its report.", GetRun),
        new("GET", "/api/runs/{run}/log", Scope.Read, "What happened in a run, after a position.", GetLog),
        new("POST", "/api/runs/{run}/cancel", Scope.Run, "End a run that waits or works; nothing is published.", CancelRun) { Status = StatusCodes.Status202Accepted },
        new("POST", "/api/runs/{run}/again", Scope.Run, "Run the same interval again from what has landed; checks can be accepted, or their rows set aside, this once.", RunAgain) { Status = StatusCodes.Status202Accepted },
    ];

    static async Task<IEnumerable<RunData>> ListRuns(Desk desk, string? pipeline, string? state, string? before, int? limit, CancellationToken ct)
    {
        var filter = new RunFilter(Math.Clamp(limit ?? 50, 1, 1000), pipeline, States(state), before, Brief: true);
        return (await desk.Store.ListRunsAsync(filter, ct)).Select(RunData.Of);
    }

    static async Task<StartedRuns> StartRuns(HttpContext context, Desk desk, [FromBody] RunBody body, CancellationToken ct)
    {
        var request = new RunRequest(body.Selector)
        {
            From = body.From, To = body.To, FullRefresh = body.FullRefresh,
            Only = (body.Only ?? []).ToHashSet(), Accept = (body.Accept ?? []).ToHashSet(), SetAside = (body.SetAside ?? []).ToHashSet(),
        };
        return new(await desk.DeedsOf(context).RunAsync(request, ct));
    }

    static async Task<RunData> GetRun(Desk desk, string run, CancellationToken ct)
    {
        var found = await FindAsync(desk, run, ct);
        return RunData.Of(await RunningTasks.WithAsync(desk, found, ct)) with { AskedForBy = (await desk.Store.AskedAsync(found.RunId, ct))?.By };
    }

    static async Task<IEnumerable<LogLine>> GetLog(Desk desk, string run, long? after, CancellationToken ct)
    {
        await FindAsync(desk, run, ct);
        return (await desk.Store.LogAsync(run, after ?? 0, ct)).Select(x => new LogLine(x.Seq, x.Event.At, x.Event.Kind, x.Event.Task, x.Event.State, x.Event.Message));
    }

    static async Task<RunAnswer> CancelRun(HttpContext context, Desk desk, string run, CancellationToken ct)
    {
        await desk.DeedsOf(context).CancelAsync(run, ct);
        return new(run);
    }

    static async Task<StartedRuns> RunAgain(HttpContext context, Desk desk, string run, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] AgainBody? body, CancellationToken ct) =>
        new([await desk.DeedsOf(context).AgainAsync(run, new RunRequest { Accept = (body?.Accept ?? []).ToHashSet(), SetAside = (body?.SetAside ?? []).ToHashSet() }, ct)]);

    /// <summary>A run by its id.</summary>
    public static async Task<RunResult> FindAsync(Desk desk, string run, CancellationToken ct) =>
        await desk.Store.GetRunAsync(run, ct) ?? throw new UsageException($"There is no run '{run}'.", "See: GET /api/runs") { NamesNothing = true };

    /// <summary>The states that a comma-separated text names; those that are none are left out.</summary>
    public static IReadOnlyList<RunState>? States(string? text) => text is null ? null : [.. text.Split(',').Select(x => Enum.TryParse<RunState>(x, ignoreCase: true, out var state) && Enum.IsDefined(state) ? state : (RunState?)null).OfType<RunState>()];
}
