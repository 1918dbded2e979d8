using Cartage.Plans;
using Cartage.Runs;

namespace Cartage.Host.Output;

/// <summary>How far a run is: what is done and what is being done, by phase.</summary>
sealed class RunBoard
{
    static readonly string[] Order = ["setup", "extract", "load", "build", "check", "publish", "report", "export"];

    readonly Lock _lock = new();
    readonly Dictionary<string, Phase> _phases = [];

    public RunBoard(Plan plan)
    {
        foreach (var task in plan.Tasks)
            Of(Kind(task)).Total++;
    }

    public static string Kind(PlannedTask task) => task switch
    {
        PlannedTask.SetUp => "setup",
        PlannedTask.Extract => "extract",
        PlannedTask.Load => "load",
        PlannedTask.Build => "build",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public void Take(RunEvent e)
    {
        if (e.Task.Length == 0)
            return;
        lock (_lock)
        {
            var phase = Of(e.Kind);
            if (e.State is RunState.Running or RunState.Queued)
            {
                phase.Doing.Add(e.Task);
                return;
            }
            phase.Doing.Remove(e.Task);
            if (phase.Done.Add(e.Task) && e.State is RunState.Failed or RunState.Rejected)
                phase.Failed = true;
        }
    }

    /// <summary>The phases in order, as they stand.</summary>
    public IReadOnlyList<(string Name, int Done, int Total, bool Failed, IReadOnlyList<string> Doing)> Snapshot()
    {
        lock (_lock)
        {
            return [.. _phases.OrderBy(x => Array.IndexOf(Order, x.Key) is >= 0 and var i ? i : Order.Length)
                .Select(x => (x.Key, x.Value.Done.Count, Math.Max(x.Value.Total, x.Value.Done.Count + x.Value.Doing.Count), x.Value.Failed, (IReadOnlyList<string>)[.. x.Value.Doing]))];
        }
    }

    Phase Of(string kind) => _phases.TryGetValue(kind, out var phase) ? phase : _phases[kind] = new();

    sealed class Phase
    {
        public int Total { get; set; }

        public bool Failed { get; set; }

        public HashSet<string> Done { get; } = [];

        public SortedSet<string> Doing { get; } = new(StringComparer.Ordinal);
    }
}
