namespace Cartage.DuckDb;

/// <summary>A TIMESTAMP of DuckDB's full range: microseconds since 1970-01-01, or one of the infinities.</summary>
public readonly record struct DuckDbTimestamp(long Micros)
{
    /// <summary>Later than every time.</summary>
    public static readonly DuckDbTimestamp Infinity = new(long.MaxValue);

    /// <summary>Earlier than every time.</summary>
    public static readonly DuckDbTimestamp NegativeInfinity = new(-long.MaxValue);

    /// <summary>Whether it is a moment at all.</summary>
    public bool IsFinite => this != Infinity && this != NegativeInfinity;

    /// <summary>What a <see cref="DateTime"/>'s clock shows, down to the microsecond.</summary>
    public static implicit operator DuckDbTimestamp(DateTime time) => new(Epoch.Micros(time));

    /// <summary>The <see cref="DateTime"/>, its ends for the infinities; an <see cref="OverflowException"/> outside the years 1 to 9999.</summary>
    public static explicit operator DateTime(DuckDbTimestamp time) => Epoch.Time(time);

    /// <summary>As DuckDB writes it: <c>2024-02-29 12:00:00.5</c>, <c>infinity</c>, <c>0044-03-15 (BC) 12:00:00</c>.</summary>
    public override string ToString()
    {
        if (!IsFinite)
            return this == Infinity ? "infinity" : "-infinity";
        var clock = (Micros % Epoch.MicrosPerDay + Epoch.MicrosPerDay) % Epoch.MicrosPerDay;
        return $"{new DuckDbDate((int)((Micros - clock) / Epoch.MicrosPerDay))} {Epoch.ClockText(clock)}";
    }
}
