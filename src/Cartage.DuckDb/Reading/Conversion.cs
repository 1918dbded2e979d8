using System.Collections;

namespace Cartage.DuckDb;

/// <summary>Values as related types, where nothing is lost by it.</summary>
static class Conversion
{
    public static T To<T>(object value, LogicalType from) =>
        value is T same ? same
        : typeof(T) == typeof(string) ? (T)(object)Text.Of(value)
        : typeof(T).IsEnum ? (T)ToEnum(value, typeof(T))
        : Related(value, typeof(T)) is T related ? related
        : throw new InvalidCastException($"A {from.Name} cannot be read as {typeof(T).Name}.");

    public static InvalidCastException Refused(object value, LogicalType to) => new($"The {value.GetType().Name} {Text.Short(value)} cannot be written as {to.Name}.");

    static object ToEnum(object value, Type target) => value is string text ? Enum.Parse(target, text) : Enum.ToObject(target, value);

    static object? Related(object value, Type target) =>
        value switch
        {
            DateOnly v when target == typeof(DateTime) => v.ToDateTime(default),
            DateTime v when target == typeof(DateOnly) && v.TimeOfDay == TimeSpan.Zero => DateOnly.FromDateTime(v),
            DateTime v when target == typeof(DateTimeOffset) => new DateTimeOffset(DateTime.SpecifyKind(v, DateTimeKind.Utc)),
            DateTimeOffset v when target == typeof(DateTime) => v.UtcDateTime,
            TimeOnly v when target == typeof(TimeSpan) => v.ToTimeSpan(),
            DuckDbInterval v when target == typeof(TimeSpan) => (TimeSpan)v,
            DuckDbTimeTz v when target == typeof(TimeOnly) => v.Clock,
            DuckDbTimeTz v when target == typeof(DateTimeOffset) => new DateTimeOffset(DateTime.UnixEpoch.AddMicroseconds(v.Micros).Ticks, v.Offset),
            string v when target == typeof(char) && v.Length == 1 => v[0],
            string v when target == typeof(Guid) => Guid.Parse(v),
            string v when target == typeof(byte[]) => System.Text.Encoding.UTF8.GetBytes(v),
            string v when target == typeof(BitArray) => Bits(v),
            _ => null,
        };

    static BitArray Bits(string text)
    {
        var bits = new BitArray(text.Length);
        for (var i = 0; i < text.Length; i++)
            bits[i] = text[i] == '1';
        return bits;
    }
}
