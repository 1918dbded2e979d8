using System.Globalization;
using System.Runtime.InteropServices;

namespace Cartage.DuckDb;

/// <summary>A span of calendar time: months, days and microseconds, which do not convert into each other.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDbInterval(int Months, int Days, long Micros)
{
    /// <summary>A span of clock time, down to the microsecond.</summary>
    public static implicit operator DuckDbInterval(TimeSpan span) => new(0, 0, span.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>The span with days of 24 hours; an <see cref="OverflowException"/> where there are months, which have no length.</summary>
    public static explicit operator TimeSpan(DuckDbInterval interval) =>
        interval.Months == 0
            ? TimeSpan.FromDays(interval.Days) + TimeSpan.FromMicroseconds(interval.Micros)
            : throw new OverflowException($"The interval {interval} has months and so no fixed length; read it as {nameof(DuckDbInterval)}.");

    /// <summary>Such as <c>14 months 3 days 00:00:05</c>.</summary>
    public override string ToString()
    {
        List<string> parts = [];
        if (Months != 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Months} months"));
        if (Days != 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Days} days"));
        if (Micros != 0 || parts.Count == 0)
            parts.Add(Micros < 0 ? $"-{Epoch.ClockText(-Micros)}" : Epoch.ClockText(Micros));
        return string.Join(' ', parts);
    }
}
