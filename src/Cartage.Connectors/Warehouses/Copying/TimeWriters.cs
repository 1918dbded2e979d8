using Cartage.DuckDb;

namespace Cartage.Connectors.Warehouses.Copying;

/// <summary>PostgreSQL counts from 2000, DuckDB from 1970; both have two infinities.</summary>
sealed class DateWriter : FieldWriter
{
    const int Days = 10_957;

    protected override void WriteValue(int row, CopyBuffer to)
    {
        to.Int32(4);
        to.Int32(Vector.Values<int>()[row] switch { int.MaxValue => int.MaxValue, -int.MaxValue => int.MinValue, var days => days - Days });
    }
}

sealed class TimestampWriter : FieldWriter
{
    const long Micros = 946_684_800_000_000;

    protected override void WriteValue(int row, CopyBuffer to)
    {
        to.Int32(8);
        to.Int64(Vector.Values<long>()[row] switch { long.MaxValue => long.MaxValue, -long.MaxValue => long.MinValue, var micros => micros - Micros });
    }
}

sealed class IntervalWriter : FieldWriter
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        var interval = Vector.Values<DuckDbInterval>()[row];
        to.Int32(16);
        to.Int64(interval.Micros);
        to.Int32(interval.Days);
        to.Int32(interval.Months);
    }
}
