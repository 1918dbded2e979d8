using System.Globalization;
using System.Security.Cryptography;

namespace Cartage.Runs;

/// <summary>Run ids sort by time and can be copied: <c>20260101T020000Z-x7k2</c>.</summary>
public static class RunId
{
    /// <summary>A new id for a run that starts now.</summary>
    public static string New(DateTimeOffset now) =>
        now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)
        + "-" + RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 4);
}
