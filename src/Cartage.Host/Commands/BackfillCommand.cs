using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Plans;
using Cartage.Runs;

namespace Cartage.Host.Commands;

static class BackfillCommand
{
    public static Verb Create(Shell shell)
    {
        Argument<string> span = new("A..B") { Description = "From A up to, not including, B: 2016-01-01..2017-01-01" };
        RunArguments arguments = new();
        Option<string> every = new("--every") { Description = "The length of one run's interval: 1d, 7d, 12h", HelpName = "span", DefaultValueFactory = _ => "1d" };
        var dryRun = Common.DryRun();
        return new Verb("backfill", "Run past intervals one by one; those already done are left out, so it can be repeated",
            ["cartage backfill 2016-01-01..2016-02-01", "cartage backfill 2016-01-01..2017-01-01 bike-store.* --every 30d", "cartage backfill 2016-01-01..2016-02-01 --dry-run"],
            [span, .. arguments.Few, every, dryRun])
            .Does(shell, async (on, ct) =>
            {
                if (await arguments.LoadAsync(on, ct) is not { } project)
                    return ExitCode.Wrong;
                var intervals = Intervals(on.Value(span)!, Spans.Parse("--every", on.Value(every)!), RunArguments.Zone(project)).ToList();
                var request = arguments.Request(on, project);
                await using var session = await on.OpenAsync(project, ct);
                var left = await LeftAsync(session.Workspace, intervals, request, ct);
                if (on.Value(dryRun))
                    return Print(on, left);
                List<RunResult> results = [];
                foreach (var (interval, _) in left.Where(x => !x.Done))
                {
                    var one = request with { From = interval.Start, To = interval.End, Behind = true };
                    on.Say($"{interval}");
                    results.AddRange(await RunCommand.RunAsync(on, session.Workspace, await session.Workspace.PlanAsync(one, ct), one, ct));
                    if (ExitCode.Of(results, strict: false) != ExitCode.Succeeded)
                        break;
                }
                if (results.Count == 0)
                    on.Say("Nothing is left to do: every interval was run before.");
                return RunCommand.End(on, results, strict: false);
            });
    }

    /// <summary>The intervals from A to B, the last one shorter where they do not divide evenly.</summary>
    internal static IEnumerable<Interval> Intervals(string typed, TimeSpan every, TimeZoneInfo zone)
    {
        var parts = typed.Split("..");
        if (parts.Length != 2)
            throw new UsageException($"{typed}: not a span.", "Write 2016-01-01..2017-01-01; the end is not included.");
        var (start, end) = (RunArguments.Instant("backfill", parts[0], zone)!.Value, RunArguments.Instant("backfill", parts[1], zone)!.Value);
        if (start >= end)
            throw new UsageException($"The interval ends before it starts: {typed}.", "Swap the two; the end is not included.");
        return Cut();

        IEnumerable<Interval> Cut()
        {
            for (DateTimeOffset at = start, next; at < end; at = next)
            {
                next = After(at) is var after && after < end ? after : end;
                yield return new(at, next);
            }
        }

        // Whole days are those of the calendar: where clocks change one has 23 hours, another 25.
        DateTimeOffset After(DateTimeOffset at) =>
            every.Ticks % TimeSpan.TicksPerDay == 0 ? RunArguments.Utc(TimeZoneInfo.ConvertTime(at, zone).DateTime + every, zone) : at + every;
    }

    // Done is what runs of just that interval did, one or several: one of some phases or models only may have left a part.
    static async Task<List<(Interval Interval, bool Done)>> LeftAsync(Workspace workspace, List<Interval> intervals, RunRequest request, CancellationToken ct)
    {
        var (plans, wanted) = (await workspace.PlanAsync(request, ct), intervals.ToHashSet());
        Dictionary<(string Pipeline, Interval), HashSet<(string Kind, string Name)>> did = [];
        foreach (var run in await workspace.Store.ListRunsAsync(new RunFilter(int.MaxValue, States: [RunState.Succeeded, RunState.Quarantined], Brief: true), ct))
            if (wanted.Contains(run.Interval) && await workspace.Store.GetRunAsync(run.RunId, ct) is { } whole)
                did[(run.Pipeline, run.Interval)] = [.. did.GetValueOrDefault((run.Pipeline, run.Interval), []), .. whole.Tasks.Select(t => (t.Kind, t.Name))];
        return intervals.ConvertAll(x => (x, plans.All(p => did.TryGetValue((p.Pipeline.Name, x), out var tasks) && OfInterval(p).All(tasks.Contains))));
    }

    // Models that are not of an interval follow from what is loaded, whichever run builds them.
    static IEnumerable<(string Kind, string Name)> OfInterval(Plan plan) =>
        plan.Tasks.SelectMany(t => t switch
        {
            PlannedTask.Extract => [("extract", t.Name)],
            PlannedTask.Load => [("load", t.Name)],
            PlannedTask.Build { Model.IsOfInterval: true } => [("build", t.Name)],
            _ => Array.Empty<(string, string)>(),
        });

    static int Print(Invocation on, List<(Interval Interval, bool Done)> intervals)
    {
        Grid grid = new("from", "to", "state");
        foreach (var (interval, done) in intervals)
            grid.Add(interval.Start, interval.End, done ? "done before" : "would run");
        on.Print(grid);
        return ExitCode.Succeeded;
    }
}
