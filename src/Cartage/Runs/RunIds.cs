using System.Globalization;

namespace Cartage.Runs;

/// <summary>Run ids sort by time and can be copied: <c>20260101T020000Z-x7k2</c>.</summary>
sealed class RunIds
{
    const string Digits = "23456789abcdefghijkmnpqrstuvwxyz"; // 32 that cannot be mistaken for each other, in the order in which texts sort
    const int Length = 4; // 32⁴ is more than the microseconds of a second
    const int Second = 1_000_000;

    long _last;

    /// <summary>A new id for a run that starts now: the second, then its microsecond; after every other made within that second.</summary>
    public string Next(DateTimeOffset now)
    {
        long last, next;
        do
        {
            last = Interlocked.Read(ref _last);
            next = now.UtcTicks / TimeSpan.TicksPerMicrosecond;
            if (next <= last && last - next < Second)
                next = last + 1;
        } while (Interlocked.CompareExchange(ref _last, next, last) != last);
        var at = new DateTime(next * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);
        var rest = (int)(next % Second);
        return string.Create(CultureInfo.InvariantCulture, $"{at:yyyyMMdd'T'HHmmss'Z'}-{string.Concat(Enumerable.Range(1, Length).Select(n => Digits[(rest >> (5 * (Length - n))) & 31]))}");
    }
}
