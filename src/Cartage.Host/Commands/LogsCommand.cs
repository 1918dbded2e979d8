using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Runs;

namespace Cartage.Host.Commands;

static class LogsCommand
{
    public static Verb Create(Shell shell)
    {
        Argument<string?> run = new("run") { Description = "A run's id, or the beginning of one (default: the newest run)", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> follow = new("--follow", "-f") { Description = "Go on as it happens, until the run ends" };
        return new Verb("logs", "Show what happened in a run", ["cartage logs", "cartage logs 20260101T020000Z-x7k2", "cartage logs --follow", "cartage logs --format json"], run, follow)
            .Looks(shell, (on, workspace, ct) => RunAsync(on, workspace, on.Value(run), on.Value(follow), ct));
    }

    static async Task<int> RunAsync(Invocation on, Workspace workspace, string? id, bool follow, CancellationToken ct)
    {
        var run = await workspace.FindRunAsync(id, ct);
        for (long after = 0; ;)
        {
            // The state is read first: what is logged before the end is printed before we leave.
            var state = (await workspace.Store.GetRunAsync(run.RunId, ct))?.State;
            foreach (var (seq, e) in await workspace.Store.LogAsync(run.RunId, after, ct))
            {
                Print(on, e);
                after = seq;
            }
            if (!follow || state is not (RunState.Running or RunState.Queued))
                return ExitCode.Succeeded;
            await on.Terminal.Out.FlushAsync(ct);
            await Task.Delay(TimeSpan.FromMilliseconds(200), on.Shell.Clock, ct);
        }
    }

    static void Print(Invocation on, RunEvent e) => on.Terminal.Out.WriteLine(on.Format == Format.Json
        ? DataJson.Write(EventData.Of(e))
        : $"{e.At.UtcDateTime:HH:mm:ss.fff}  {e.Kind,-8} {e.Task,-24} {RunView.Text(e.State),-11} {e.Message}".TrimEnd());

    /// <summary>The run that an id or its beginning names; the newest without one.</summary>
    public static async Task<RunResult> FindRunAsync(this Workspace workspace, string? id, CancellationToken ct)
    {
        if (id is null)
            return (await workspace.Store.ListRunsAsync(1, ct)) is [var newest] ? newest : throw new UsageException("Nothing has run yet.", "Start with: cartage run");
        return await workspace.Store.GetRunAsync(id, ct) ?? throw new UsageException($"There is no run '{id}', or several begin so.", "See: cartage ls runs");
    }
}
