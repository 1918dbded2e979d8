using Cartage.Host.Serving;
using Cartage.Runs;

namespace Cartage.Host.Web;

/// <summary>The tasks of a run that goes on, as its log tells.</summary>
static class RunningTasks
{
    /// <summary>The run with the tasks it has so far.</summary>
    public static async Task<RunResult> WithAsync(Desk desk, RunResult run, CancellationToken ct) =>
        run.State == RunState.Running
            ? run with { Tasks = Of((await desk.Store.LogAsync(run.RunId, 0, ct)).Select(x => x.Event), desk.Clock.GetUtcNow()) }
            : await desk.Store.GetRunAsync(run.RunId, ct) ?? run;

    public static IReadOnlyList<TaskResult> Of(IEnumerable<RunEvent> log, DateTimeOffset now) =>
        [.. log.Where(x => x.Task.Length > 0).GroupBy(x => (x.Kind, x.Task)).Select(events =>
        {
            var (first, last) = (events.First(), events.Last());
            var end = last.State == RunState.Running ? now : last.At;
            return new TaskResult(first.Kind, first.Task, last.State, first.At, end - first.At, first.Message) { Message = last.State == RunState.Failed ? last.Message : null };
        })];
}
