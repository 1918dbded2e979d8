namespace Cartage.DuckDb;

/// <summary>Dates: the infinities read as the ends of <see cref="DateOnly"/>, and exactly as <see cref="DuckDbDate"/>.</summary>
sealed class DateColumn(LogicalType type) : Column(type)
{
    public override Type ClrType => typeof(DateOnly);

    public override Type ExactType => typeof(DuckDbDate);

    public override object Read(long row) => Epoch.Date(At<DuckDbDate>(row));

    public override object ReadExact(long row) => At<DuckDbDate>(row);

    public override T Read<T>(long row) =>
        typeof(T) == typeof(DuckDbDate) ? (T)(object)At<DuckDbDate>(row)
        : typeof(T) == typeof(int) ? (T)(object)At<int>(row)
        : typeof(T) == typeof(string) ? (T)(object)At<DuckDbDate>(row).ToString()
        : base.Read<T>(row);
}

/// <summary>Times of day, in microseconds or nanoseconds; 24:00 only as <see cref="TimeSpan"/> or text.</summary>
sealed class TimeColumn(LogicalType type) : Column(type)
{
    public override Type ClrType => typeof(TimeOnly);

    public override object Read(long row) => Ticks(row) < TimeSpan.TicksPerDay ? new TimeOnly(Ticks(row)) : Epoch.Clock(Epoch.MicrosPerDay);

    public override T Read<T>(long row) =>
        typeof(T) == typeof(TimeSpan) ? (T)(object)new TimeSpan(Ticks(row))
        : typeof(T) == typeof(long) ? (T)(object)At<long>(row)
        : typeof(T) == typeof(string) ? (T)(object)Epoch.ClockText(Ticks(row) / TimeSpan.TicksPerMicrosecond)
        : base.Read<T>(row);

    long Ticks(long row) => Type.Id == DuckDbType.TimeNs ? At<long>(row) / TimeSpan.NanosecondsPerTick : At<long>(row) * TimeSpan.TicksPerMicrosecond;
}

sealed class TimeTzColumn(LogicalType type) : Column(type)
{
    public override Type ClrType => typeof(DuckDbTimeTz);

    public override object Read(long row) => DuckDbTimeTz.FromBits(At<ulong>(row));
}

/// <summary>Timestamps of every precision: the infinities read as the ends of <see cref="DateTime"/>, and exactly as <see cref="DuckDbTimestamp"/>; as a <see cref="long"/>, the number in the column's own unit.</summary>
sealed class TimestampColumn(LogicalType type) : Column(type)
{
    public override Type ClrType => typeof(DateTime);

    public override Type ExactType => typeof(DuckDbTimestamp);

    public override object ReadExact(long row) => Exact(row);

    public override object Read(long row)
    {
        var exact = Exact(row);
        var time = Epoch.Time(exact);
        return Type.Id == DuckDbType.TimestampNs && exact.IsFinite ? time.AddTicks((At<long>(row) - exact.Micros * 1_000) / TimeSpan.NanosecondsPerTick) : time;
    }

    public override T Read<T>(long row) =>
        typeof(T) == typeof(DuckDbTimestamp) ? (T)(object)Exact(row)
        : typeof(T) == typeof(long) ? (T)(object)At<long>(row)
        : typeof(T) == typeof(string) ? (T)(object)Exact(row).ToString()
        : base.Read<T>(row);

    DuckDbTimestamp Exact(long row) =>
        new(At<long>(row) is var count && count is long.MaxValue or -long.MaxValue ? count
            : Type.Id switch
            {
                DuckDbType.TimestampS => checked(count * 1_000_000),
                DuckDbType.TimestampMs => checked(count * 1_000),
                DuckDbType.TimestampNs => Floor(count, 1_000),
                _ => count,
            });

    static long Floor(long value, long unit) => value / unit - (value % unit < 0 ? 1 : 0);
}

/// <summary>Moments, as <see cref="DateTimeOffset"/> in UTC.</summary>
sealed class TimestampTzColumn(LogicalType type) : Column(type)
{
    public override Type ClrType => typeof(DateTimeOffset);

    public override Type ExactType => typeof(DuckDbTimestamp);

    public override object ReadExact(long row) => At<DuckDbTimestamp>(row);

    public override object Read(long row) => new DateTimeOffset(Epoch.Time(At<DuckDbTimestamp>(row)).Ticks, TimeSpan.Zero);

    public override T Read<T>(long row) =>
        typeof(T) == typeof(DuckDbTimestamp) ? (T)(object)At<DuckDbTimestamp>(row)
        : typeof(T) == typeof(long) ? (T)(object)At<long>(row)
        : typeof(T) == typeof(string) ? (T)(object)(At<DuckDbTimestamp>(row) is { IsFinite: true } time ? $"{time}+00" : At<DuckDbTimestamp>(row).ToString())
        : base.Read<T>(row);
}
