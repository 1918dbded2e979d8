using Cartage.Projects;

namespace Cartage.Triggers;

/// <summary>A tick to be run: its interval begins at <paramref name="From"/>, or where the last run ended; a missed one waits behind fresh runs.</summary>
public sealed record DueTick(DateTimeOffset At, DateTimeOffset? From, bool Behind);

/// <summary>What is known of a schedule: ticks up to <paramref name="Since"/> are none of its business, those in <paramref name="Handled"/> are done with.</summary>
public sealed record TickHistory(DateTimeOffset Since, IReadOnlySet<DateTimeOffset> Handled);

/// <summary>Which ticks of a schedule are due; pure.</summary>
public static class DueTicks
{
    const int MissedAtOnce = 20;

    /// <summary>A tick that is noticed later than this was missed.</summary>
    public static readonly TimeSpan OnTime = TimeSpan.FromMinutes(1);

    /// <summary>The ticks to run now, the fresh one first, then some of the missed ones, oldest first.</summary>
    public static IReadOnlyList<DueTick> Of(Pipeline pipeline, TickHistory history, DateTimeOffset now)
    {
        if (pipeline.Schedule is not { } cron)
            return [];
        var last = cron.Last(now, pipeline.TimeZone);
        if (last <= history.Since)
            return [];
        if (pipeline.Catchup != Catchup.All)
            return history.Handled.Contains(last) || pipeline.Catchup == Catchup.None && now - last > OnTime ? [] : [new(last, null, Behind: false)];
        var open = cron.Between(history.Since, now, pipeline.TimeZone).Where(t => !history.Handled.Contains(t)).ToList();
        return [.. open.Where(t => t == last).Select(t => Tick(t, behind: false)), .. open.Where(t => t != last).Take(MissedAtOnce).Select(t => Tick(t, behind: true))];

        DueTick Tick(DateTimeOffset at, bool behind) => new(at, cron.Last(at.AddTicks(-1), pipeline.TimeZone) is var before && before > history.Since ? before : history.Since, behind);
    }

    /// <summary>The newest tick before an instant that is done with and has none before it that is still to be run; null where there is none.</summary>
    public static DateTimeOffset? LastSettled(Pipeline pipeline, TickHistory history, DateTimeOffset before)
    {
        var missed = pipeline.Catchup == Catchup.All ? pipeline.Schedule?.Between(history.Since, before, pipeline.TimeZone).Where(t => !history.Handled.Contains(t)).Take(1).ToList() : [];
        var end = missed is [var first] ? first : before;
        return history.Handled.Where(t => t < end).Select(t => (DateTimeOffset?)t).Max();
    }
}
