using Cartage.Host.Serving;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Host.Web;

/// <summary>A day and how the runs that cover it stand: none, all of it succeeded, or the worst of those that did not.</summary>
public sealed record CalendarDay(DateOnly Day, RunState? State, bool CanRun);

/// <summary>A month of a pipeline's past, by days of its time zone.</summary>
public sealed record CalendarMonth(DateOnly First, IReadOnlyList<CalendarDay> Days)
{
    /// <summary>Empty cells before the first day; weeks begin on Monday.</summary>
    public int Lead => ((int)First.DayOfWeek + 6) % 7;

    /// <summary>Some months from the one that is written <c>2026-01</c>, else up to now.</summary>
    internal static async Task<IReadOnlyList<CalendarMonth>> ReadAsync(Desk desk, Pipeline pipeline, string? from, int months, CancellationToken ct)
    {
        var now = desk.Clock.GetUtcNow();
        var today = Serving.Days.Of(now, pipeline.TimeZone);
        var first = DateOnly.TryParseExact(from + "-01", "yyyy-MM-dd", out var asked) && asked.Year is > 1900 and < 9000 ? asked : new DateOnly(today.Year, today.Month, 1).AddMonths(1 - months);
        var runs = await desk.Store.TouchingAsync(pipeline.Name, new(Serving.Days.Start(first, pipeline.TimeZone), Serving.Days.Start(first.AddMonths(months), pipeline.TimeZone)), ct);
        return [.. Enumerable.Range(0, months).Select(n => Of(pipeline, first.AddMonths(n), runs, now))];
    }

    /// <summary>Works out each day from the runs that touch the month, newest first; days to come cannot be run.</summary>
    public static CalendarMonth Of(Pipeline pipeline, DateOnly first, IReadOnlyList<RunResult> runs, DateTimeOffset now)
    {
        var today = Serving.Days.Of(now, pipeline.TimeZone);
        return new(first, [.. Enumerable.Range(0, DateTime.DaysInMonth(first.Year, first.Month)).Select(n => first.AddDays(n)).Select(day =>
        {
            var (start, end) = (Serving.Days.Start(day, pipeline.TimeZone), Serving.Days.Start(day.AddDays(1), pipeline.TimeZone));
            var whole = runs.Where(x => x.Interval.Start <= start && x.Interval.End >= end).ToList();
            var state = whole.Find(x => Say.IsOpen(x.State))?.State ?? whole.Find(x => x.State is RunState.Succeeded or RunState.Quarantined)?.State ?? whole.FirstOrDefault()?.State;
            return new CalendarDay(day, state, day < today && state is not (RunState.Running or RunState.Queued));
        })]);
    }
}
