using System.Runtime.CompilerServices;

namespace Cartage.DuckDb;

sealed class EnumWriter : ColumnWriter
{
    readonly Dictionary<string, int> _labels;

    public EnumWriter(LogicalType type)
        : base(type) => _labels = type.Labels.Select((label, i) => (label, i)).ToDictionary(x => x.label, x => x.i, StringComparer.Ordinal);

    public override void Write(long row, object value)
    {
        var text = value as string ?? (value as Enum)?.ToString() ?? throw Refused(value);
        if (!_labels.TryGetValue(text, out var index))
            throw Refused(value);
        if (Type.Bytes == 1)
            Put(row, (byte)index);
        else if (Type.Bytes == 2)
            Put(row, (ushort)index);
        else
            Put(row, index);
    }
}

sealed class UuidWriter(LogicalType type) : ColumnWriter(type)
{
    public override void Write(long row, object value) => Put(row, value is Guid guid ? Uuids.Write(guid) : throw Refused(value));
}

sealed class DateWriter(LogicalType type) : ColumnWriter(type)
{
    public override void Write(long row, object value) =>
        Put(row, value switch { DateOnly v => v, DuckDbDate v => v, DateTime v when v.TimeOfDay == TimeSpan.Zero => DateOnly.FromDateTime(v), _ => throw Refused(value) });

    public override void Write<T>(long row, T value)
    {
        if (typeof(T) == typeof(DateOnly))
            Put<DuckDbDate>(row, Unsafe.As<T, DateOnly>(ref value));
        else
            Write(row, (object)value!);
    }
}

/// <summary>Times of day, with or without a zone.</summary>
sealed class TimeWriter(LogicalType type) : ColumnWriter(type)
{
    public override void Write(long row, object value) =>
        Put(row, (Type.Id, value) switch
        {
            (DuckDbType.TimeTz, DuckDbTimeTz v) => (long)v.Bits,
            (DuckDbType.Time, TimeOnly v) => v.Ticks / TimeSpan.TicksPerMicrosecond,
            (DuckDbType.TimeNs, TimeOnly v) => v.Ticks * TimeSpan.NanosecondsPerTick,
            (DuckDbType.Time, TimeSpan { Ticks: >= 0 and <= TimeSpan.TicksPerDay } v) => v.Ticks / TimeSpan.TicksPerMicrosecond,
            (DuckDbType.TimeNs, TimeSpan { Ticks: >= 0 and <= TimeSpan.TicksPerDay } v) => v.Ticks * TimeSpan.NanosecondsPerTick,
            _ => throw Refused(value),
        });
}

/// <summary>Timestamps of every precision, what is finer rounded down; a <see cref="DateTimeOffset"/> by its UTC clock.</summary>
sealed class TimestampWriter(LogicalType type) : ColumnWriter(type)
{
    public override void Write(long row, object value)
    {
        var time = value as DateTime? ?? (value as DateTimeOffset?)?.UtcDateTime;
        if (time is not null && Type.Id == DuckDbType.TimestampNs)
            Put(row, checked((time.Value.Ticks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick));
        else
            Put(row, InUnit(time ?? value as DuckDbTimestamp? ?? (value is DateOnly date ? date.ToDateTime(default) : throw Refused(value))));
    }

    public override void Write<T>(long row, T value)
    {
        if (typeof(T) == typeof(DateTime) && Type.Id == DuckDbType.Timestamp)
            Put<DuckDbTimestamp>(row, Unsafe.As<T, DateTime>(ref value));
        else
            Write(row, (object)value!);
    }

    long InUnit(DuckDbTimestamp time) =>
        !time.IsFinite ? time.Micros
        : Type.Id switch
        {
            DuckDbType.TimestampS => Floor(time.Micros, 1_000_000),
            DuckDbType.TimestampMs => Floor(time.Micros, 1_000),
            DuckDbType.TimestampNs => checked(time.Micros * 1_000),
            _ => time.Micros,
        };

    static long Floor(long value, long unit) => value / unit - (value % unit < 0 ? 1 : 0);
}

sealed class IntervalWriter(LogicalType type) : ColumnWriter(type)
{
    public override void Write(long row, object value) => Put(row, value switch { DuckDbInterval v => v, TimeSpan v => v, _ => throw Refused(value) });
}
