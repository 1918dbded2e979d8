using System.Diagnostics.CodeAnalysis;

namespace Cartage.Projects;

/// <summary>
/// Five cron fields (minute, hour, day of month, month, day of week) or a preset such as <c>@daily</c>, as in Vixie cron: a day matches either of the two
/// day fields where both are restricted. Where clocks change, a schedule of set hours ticks once (at the end of the gap, the first of two equal times), one of
/// every hour (<c>*</c> or <c>*/n</c>) goes on by elapsed time.
/// </summary>
public sealed class Cron
{
    const int LongestPauseDays = 366 * 8 + 8; // 29 February from 2096 to 2104

    /// <summary>The presets and the five fields each stands for.</summary>
    public static readonly IReadOnlyDictionary<string, string> Presets = new Dictionary<string, string>
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
    };

    readonly CronField _minutes, _hours, _days, _months, _weekdays;

    Cron(string text, IReadOnlyList<CronField> fields) => (Text, _minutes, _hours, _days, _months, _weekdays) = (text, fields[0], fields[1], fields[2], fields[3], fields[4]);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Reads an expression; else says what is wrong with it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Cron? cron, [NotNullWhen(false)] out string? mistake)
    {
        cron = null;
        if (text.StartsWith('@') && !Presets.ContainsKey(text))
        {
            mistake = $"there is no preset '{text}'; there are {string.Join(", ", Presets.Keys)}";
            return false;
        }
        var parts = Presets.GetValueOrDefault(text, text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 5)
        {
            mistake = $"there are {parts.Length} fields; a schedule has five: minute, hour, day of month, month, day of week, such as \"0 2 * * *\", or it is a preset such as @daily";
            return false;
        }
        List<CronField> fields = [];
        foreach (var (part, kind) in parts.Zip(CronField.Kinds))
            if (CronField.TryParse(part, kind, out var field, out mistake))
                fields.Add(field);
            else
                return false;
        var read = new Cron(text, fields);
        mistake = Enumerable.Range(0, LongestPauseDays).Any(n => read.Matches(new DateOnly(2096, 1, 1).AddDays(n))) ? null : $"the day never comes: no month {parts[3]} has a day {parts[2]}";
        cron = mistake is null ? read : null;
        return mistake is null;
    }

    /// <summary>The first tick after an instant, in UTC.</summary>
    public DateTimeOffset Next(DateTimeOffset after, TimeZoneInfo zone) => Nearest(after, zone, 1, tick => tick > after);

    /// <summary>The last tick at or before an instant, in UTC.</summary>
    public DateTimeOffset Last(DateTimeOffset at, TimeZoneInfo zone) => Nearest(at, zone, -1, tick => tick <= at);

    /// <summary>Every tick after one instant up to and with another, in order, in UTC.</summary>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset until, TimeZoneInfo zone)
    {
        var (first, last) = (Day(after, zone).DayNumber, Day(until, zone).DayNumber);
        return Enumerable.Range(first - 1, Math.Max(0, last - first + 3)).SelectMany(n => Ticks(DateOnly.FromDayNumber(n), zone)).Where(t => t > after && t <= until).Distinct().Order();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    // The neighbouring days are asked too: where clocks are set back at midnight a day's last ticks come after the next day's first.
    DateTimeOffset Nearest(DateTimeOffset from, TimeZoneInfo zone, int step, Func<DateTimeOffset, bool> wanted)
    {
        DateTimeOffset? nearest = null;
        var day = Day(from, zone).AddDays(-step);
        for (var n = 0; n <= LongestPauseDays + 2; n++, day = day.AddDays(step))
        {
            var isLast = nearest is not null;
            foreach (var tick in Ticks(day, zone))
                if (wanted(tick) && (nearest is not { } other || (step > 0 ? tick < other : tick > other)))
                    nearest = tick;
            if (isLast)
                return nearest!.Value;
        }
        throw new InvalidOperationException($"'{Text}' has no tick near {from:O}");
    }

    static DateOnly Day(DateTimeOffset at, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    bool Matches(DateOnly day) =>
        _months.Has(day.Month)
        && (_days.IsOpen || _weekdays.IsOpen ? _days.Has(day.Day) && _weekdays.Has((int)day.DayOfWeek) : _days.Has(day.Day) || _weekdays.Has((int)day.DayOfWeek));

    IEnumerable<DateTimeOffset> Ticks(DateOnly day, TimeZoneInfo zone)
    {
        if (!Matches(day))
            yield break;
        foreach (var hour in _hours.Values)
            foreach (var minute in _minutes.Values)
            {
                var local = day.ToDateTime(new TimeOnly(hour, minute));
                if (zone.IsAmbiguousTime(local))
                    foreach (var instant in zone.GetAmbiguousTimeOffsets(local).Select(o => new DateTimeOffset(local, o).ToUniversalTime()).Order().Take(_hours.IsOpen ? 2 : 1))
                        yield return instant;
                else if (!zone.IsInvalidTime(local))
                    yield return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
                else if (!_hours.IsOpen)
                    yield return AfterGap(local, zone);
            }
    }

    static DateTimeOffset AfterGap(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(-1);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime().AddMinutes(1);
    }
}
