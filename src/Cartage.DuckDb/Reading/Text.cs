using System.Collections;
using System.Globalization;
using System.Text;

namespace Cartage.DuckDb;

/// <summary>Values as text, written as DuckDB's casts write them.</summary>
static class Text
{
    public static string Of(object? value) =>
        value switch
        {
            null or DBNull => "NULL",
            string v => v,
            bool v => v ? "true" : "false",
            byte[] v => Bytes(v),
            DateOnly v => ((DuckDbDate)v).ToString(),
            DateTime v => ((DuckDbTimestamp)v).ToString(),
            DateTimeOffset v => $"{(DuckDbTimestamp)v.UtcDateTime}+00",
            TimeOnly v => Epoch.ClockText(v.Ticks / TimeSpan.TicksPerMicrosecond),
            IFormattable v => v.ToString(null, CultureInfo.InvariantCulture),
            IDictionary v => $"{{{string.Join(", ", v.Keys.Cast<object>().Select(k => $"{Of(k)}: {Of(v[k])}"))}}}",
            IEnumerable v => $"[{string.Join(", ", v.Cast<object?>().Select(Of))}]",
            _ => value.ToString() ?? "",
        };

    /// <summary>Enough of it to recognise it by.</summary>
    public static string Short(object value) => Of(value) is { Length: > 60 } text ? $"'{text[..60]}…'" : $"'{Of(value)}'";

    static string Bytes(byte[] bytes)
    {
        var text = new StringBuilder();
        foreach (var b in bytes)
            if (b is >= 0x20 and < 0x7F and not (byte)'\\' and not (byte)'\'' and not (byte)'"')
                text.Append((char)b);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
        return text.ToString();
    }
}
