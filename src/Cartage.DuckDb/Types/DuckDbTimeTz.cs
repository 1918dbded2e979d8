using System.Globalization;

namespace Cartage.DuckDb;

/// <summary>A TIME WITH TIME ZONE: microseconds of the day (24:00 included) and the seconds its zone is ahead of UTC.</summary>
public readonly record struct DuckDbTimeTz(long Micros, int OffsetSeconds)
{
    // 40 bits of microseconds, then 24 bits of offset, kept as the seconds below the greatest offset so that the bits sort.
    const int GreatestOffset = 16 * 3600 - 1;

    internal ulong Bits => ((ulong)Micros << 24) | (uint)(GreatestOffset - OffsetSeconds);

    /// <summary>The clock; an <see cref="OverflowException"/> for 24:00.</summary>
    public TimeOnly Clock => Epoch.Clock(Micros);

    /// <summary>How far the zone is ahead of UTC.</summary>
    public TimeSpan Offset => TimeSpan.FromSeconds(OffsetSeconds);

    internal static DuckDbTimeTz FromBits(ulong bits) => new((long)(bits >> 24), GreatestOffset - (int)(bits & 0xFFFFFF));

    /// <summary>As DuckDB writes it: <c>12:30:00+02</c>, <c>12:30:00-03:30</c>.</summary>
    public override string ToString()
    {
        var offset = Offset.Duration();
        var text = string.Create(CultureInfo.InvariantCulture, $"{Epoch.ClockText(Micros)}{(OffsetSeconds < 0 ? '-' : '+')}{offset.Hours:00}");
        if (offset is { Minutes: not 0 } or { Seconds: not 0 })
            text = string.Create(CultureInfo.InvariantCulture, $"{text}:{offset.Minutes:00}");
        return offset.Seconds == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}:{offset.Seconds:00}");
    }
}
