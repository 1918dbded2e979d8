using System.Globalization;

namespace Cartage.Runs;

/// <summary>Run ids sort by time and can be copied: <c>20260101T020000Z-x7k2</c>.</summary>
sealed class RunIds
{
    const string Digits = "23456789abcdefghijkmnpqrstuvwxyz"; // 32 that cannot be mistaken for each other, in the order in which texts sort
    const int Second = 1_000_000; // microseconds: fewer than four digits tell apart

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
        char Digit(int place) => Digits[(rest >> (5 * place)) & 31];
        return at.ToString("yyyyMMdd'T'HHmmss'Z-'", CultureInfo.InvariantCulture) + new string([Digit(3), Digit(2), Digit(1), Digit(0)]);
    }
}
