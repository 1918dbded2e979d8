using System.Globalization;

namespace Cartage.DuckDb;

/// <summary>.NET times and DuckDB's, which count from 1970 and know two infinities.</summary>
static class Epoch
{
    public const long MicrosPerDay = 86_400_000_000;

    const int UnixDay = 719_162;
    const int LastDay = 2_932_896;

    public static int Days(DateOnly date) => date.DayNumber - UnixDay;

    /// <summary>Rounds down to the microsecond.</summary>
    public static long Micros(DateTime time) => time.Ticks / TimeSpan.TicksPerMicrosecond - DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The infinities are the ends of what <see cref="DateOnly"/> can say.</summary>
    public static DateOnly Date(DuckDbDate date) =>
        date == DuckDbDate.Infinity ? DateOnly.MaxValue
        : date == DuckDbDate.NegativeInfinity ? DateOnly.MinValue
        : date.Days is >= -UnixDay and <= LastDay ? DateOnly.FromDayNumber(date.Days + UnixDay)
        : throw Outside($"The date {date}", nameof(DuckDbDate));

    /// <summary>The infinities are the ends of what <see cref="DateTime"/> can say.</summary>
    public static DateTime Time(DuckDbTimestamp time) =>
        time == DuckDbTimestamp.Infinity ? DateTime.MaxValue
        : time == DuckDbTimestamp.NegativeInfinity ? DateTime.MinValue
        : time.Micros is >= -UnixDay * MicrosPerDay and < (LastDay + 1) * MicrosPerDay ? new(DateTime.UnixEpoch.Ticks + time.Micros * TimeSpan.TicksPerMicrosecond)
        : throw Outside($"The timestamp {time}", nameof(DuckDbTimestamp));

    public static TimeOnly Clock(long micros) =>
        micros < MicrosPerDay ? new(micros * TimeSpan.TicksPerMicrosecond) : throw Outside("The time 24:00:00", nameof(TimeSpan));

    /// <summary>Hours (as many as there are), minutes, seconds and what there is of a fraction: <c>12:30:00.5</c>.</summary>
    public static string ClockText(long micros)
    {
        var (seconds, fraction) = Math.DivRem((ulong)micros, 1_000_000);
        var text = string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}");
        return fraction == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}.{fraction:000000}").TrimEnd('0');
    }

    static OverflowException Outside(string what, string instead) => new($"{what} is beyond what .NET's type holds; read it as {instead} or as text.");
}
