using Cartage.Runs;

namespace Cartage.Host;

/// <summary>What the process says to the script that called it.</summary>
static class ExitCode
{
    public const int Succeeded = 0, Failed = 1, Wrong = 2, Rejected = 3, Changes = 4, Quarantined = 5, Interrupted = 130;

    // From the gentlest to the worst.
    static readonly int[] ByGravity = [Succeeded, Changes, Quarantined, Rejected, Failed, Wrong, Interrupted];

    /// <summary>The worst of several runs.</summary>
    public static int Of(IEnumerable<RunResult> runs, bool strict) =>
        runs.Select(x => Of(x, strict)).Append(Succeeded).MaxBy(x => Array.IndexOf(ByGravity, x));

    static int Of(RunResult run, bool strict) => run.State switch
    {
        RunState.Failed => run.IsMistake ? Wrong : Failed,
        RunState.Rejected => Rejected,
        RunState.Cancelled => Interrupted,
        RunState.Quarantined when strict => Quarantined,
        _ => Succeeded,
    };
}
