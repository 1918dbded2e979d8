using System.Globalization;

namespace Cartage.DuckDb;

/// <summary>A DATE of DuckDB's full range: days since 1970-01-01, or one of the infinities.</summary>
public readonly record struct DuckDbDate(int Days)
{
    /// <summary>Later than every date.</summary>
    public static readonly DuckDbDate Infinity = new(int.MaxValue);

    /// <summary>Earlier than every date.</summary>
    public static readonly DuckDbDate NegativeInfinity = new(-int.MaxValue);

    /// <summary>Whether it is a day at all.</summary>
    public bool IsFinite => this != Infinity && this != NegativeInfinity;

    /// <summary>The day of a <see cref="DateOnly"/>.</summary>
    public static implicit operator DuckDbDate(DateOnly date) => new(Epoch.Days(date));

    /// <summary>The <see cref="DateOnly"/>, its ends for the infinities; an <see cref="OverflowException"/> outside the years 1 to 9999.</summary>
    public static explicit operator DateOnly(DuckDbDate date) => Epoch.Date(date);

    /// <summary>As DuckDB writes it: <c>2024-02-29</c>, <c>infinity</c>, <c>0044-03-15 (BC)</c>.</summary>
    public override string ToString()
    {
        if (!IsFinite)
            return this == Infinity ? "infinity" : "-infinity";
        var (year, month, day) = Parts();
        var text = string.Create(CultureInfo.InvariantCulture, $"{(year > 0 ? year : 1 - year):0000}-{month:00}-{day:00}");
        return year > 0 ? text : $"{text} (BC)";
    }

    // Days to civil date for any year, counting in eras of 400 years that begin in March (Howard Hinnant, "chrono-compatible low-level date algorithms").
    (long Year, long Month, long Day) Parts()
    {
        var shifted = Days + 719_468L;
        var era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097;
        var dayOfEra = shifted - era * 146_097;
        var yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var shiftedMonth = (5 * dayOfYear + 2) / 153;
        var month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1);
    }
}
