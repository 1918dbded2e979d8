using System.Collections;
using System.Data.Common;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Cartage.DuckDb;

namespace Cartage.Host.Output;

/// <summary>A value as text and as JSON.</summary>
static class Cell
{
    public static bool IsNumber(object? value) => value is sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal or BigInteger or Int128 or UInt128;

    public static string Text(object? value) => value switch
    {
        null or DBNull => "",
        string x => x,
        bool x => x ? "true" : "false",
        DateTime x => Time(x),
        DateTimeOffset x => x.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        DateOnly x => x.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeSpan x => Duration(x),
        byte[] x => "\\x" + Convert.ToHexStringLower(x),
        IEnumerable => Json(value),
        IFormattable x => x.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>A value of a table as text, with all that there is of it.</summary>
    public static string Exact(object? value) => value is DateTimeOffset x ? Time(x.UtcDateTime) + "Z" : Text(value);

    /// <summary>The values of a reader's row; a time that .NET's types do not hold is text.</summary>
    public static object?[] Row(DbDataReader reader) => [.. Enumerable.Range(0, reader.FieldCount).Select(i => Value(reader, i))];

    public static string Json(object? value)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            WriteJson(writer, value);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    public static void WriteJson(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null or DBNull or double.NaN or float.NaN or double.PositiveInfinity or double.NegativeInfinity: writer.WriteNullValue(); break;
            case bool x: writer.WriteBooleanValue(x); break;
            case decimal x: writer.WriteNumberValue(x); break;
            case double x: writer.WriteNumberValue(x); break;
            case float x: writer.WriteNumberValue(x); break;
            case not null when IsNumber(value): writer.WriteRawValue(Text(value)); break;
            case string x: writer.WriteStringValue(x); break;
            case DateTime x: writer.WriteStringValue(x.ToString(x.Kind == DateTimeKind.Utc ? "yyyy-MM-ddTHH:mm:ss.FFFFFFZ" : "yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture)); break;
            case DateTimeOffset x: writer.WriteStringValue(x.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFZ", CultureInfo.InvariantCulture)); break;
            case TimeSpan x: writer.WriteNumberValue(Math.Round(x.TotalSeconds, 6)); break;
            case byte[] x: writer.WriteStringValue(Convert.ToHexStringLower(x)); break;
            case IDictionary x: WriteObject(writer, x); break;
            case IEnumerable x: WriteArray(writer, x); break;
            default: writer.WriteStringValue(Text(value)); break;
        }
    }

    /// <summary>A span as people say it: <c>0.4 s</c>, <c>12 s</c>, <c>3 min 5 s</c>.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        { TotalMinutes: < 1 } => $"{(int)span.TotalSeconds} s",
        { TotalHours: < 1 } => $"{(int)span.TotalMinutes} min {span.Seconds} s",
        _ => $"{(int)span.TotalHours} h {span.Minutes} min",
    };

    static object? Value(DbDataReader reader, int column)
    {
        try
        {
            return reader.GetValue(column) switch
            {
                TimeOnly x => Clock(x.ToTimeSpan()),
                TimeSpan x => Clock(x),
                DateOnly or DateTime or DateTimeOffset when reader.GetProviderSpecificValue(column) is DuckDbDate { IsFinite: false } or DuckDbTimestamp { IsFinite: false } => reader.GetFieldValue<string>(column),
                var x => x,
            };
        }
        catch (OverflowException) when (reader is DuckDbDataReader)
        {
            return reader.GetFieldValue<string>(column);
        }
    }

    static string Clock(TimeSpan x) =>
        string.Create(CultureInfo.InvariantCulture, $"{(x < TimeSpan.Zero ? "-" : "")}{Math.Abs((long)x.TotalHours):00}:") + x.ToString(x.Ticks % TimeSpan.TicksPerSecond == 0 ? @"mm\:ss" : @"mm\:ss\.FFFFFF", CultureInfo.InvariantCulture);

    static string Time(DateTime x) => x.ToString(x.TimeOfDay.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);

    static void WriteObject(Utf8JsonWriter writer, IDictionary entries)
    {
        writer.WriteStartObject();
        foreach (DictionaryEntry entry in entries)
        {
            writer.WritePropertyName(Text(entry.Key));
            WriteJson(writer, entry.Value);
        }
        writer.WriteEndObject();
    }

    static void WriteArray(Utf8JsonWriter writer, IEnumerable items)
    {
        writer.WriteStartArray();
        foreach (var item in items)
            WriteJson(writer, item);
        writer.WriteEndArray();
    }
}
