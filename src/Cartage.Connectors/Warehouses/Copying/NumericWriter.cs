using Cartage.DuckDb;

namespace Cartage.Connectors.Warehouses.Copying;

/// <summary>Decimals and integers beyond 64 bits as PostgreSQL's numeric: digits to the base of 10,000, the first of weight 10,000^n, and the digits shown after the point.</summary>
sealed class NumericWriter : FieldWriter
{
    const short Negative = 0x4000;

    static readonly int[] Powers = [1, 10, 100, 1000, 10_000];

    protected override void WriteValue(int row, CopyBuffer to)
    {
        if (Vector.Type is DuckDbType.UHugeInt)
        {
            Write(Vector.Values<UInt128>()[row], false, 0, to);
            return;
        }
        var value = Read(row);
        Write((UInt128)(value < 0 ? -value : value), value < 0, Vector.Type == DuckDbType.Decimal ? Vector.Scale : 0, to);
    }

    Int128 Read(int row) =>
        Vector.Type switch
        {
            DuckDbType.UBigInt => Vector.Values<ulong>()[row],
            DuckDbType.HugeInt => Vector.Values<Int128>()[row],
            _ => Vector.Width switch
            {
                <= 4 => Vector.Values<short>()[row],
                <= 9 => Vector.Values<int>()[row],
                <= 18 => Vector.Values<long>()[row],
                _ => Vector.Values<Int128>()[row],
            },
        };

    static void Write(UInt128 value, bool negative, int scale, CopyBuffer to)
    {
        Span<short> digits = stackalloc short[12]; // lowest first
        var count = 0;
        if (scale % 4 is > 0 and var partial)
        {
            (value, var last) = UInt128.DivRem(value, (UInt128)Powers[partial]);
            digits[count++] = (short)((int)last * Powers[4 - partial]);
        }
        while (value > ulong.MaxValue)
        {
            (value, var digit) = UInt128.DivRem(value, 10_000);
            digits[count++] = (short)digit;
        }
        for (var rest = (ulong)value; rest > 0; rest /= 10_000)
            digits[count++] = (short)(rest % 10_000);
        while (count > 0 && digits[count - 1] == 0)
            count--;
        var skip = 0;
        while (skip < count && digits[skip] == 0)
            skip++;
        // Groups of the fraction that are zero and were never made count for the weight all the same.
        var weight = count == 0 ? 0 : count - 1 - (scale + 3) / 4;
        to.Int32(8 + 2 * (count - skip));
        to.Int16((short)(count - skip));
        to.Int16((short)weight);
        to.Int16(negative && count > 0 ? Negative : (short)0);
        to.Int16((short)scale);
        for (var i = count - 1; i >= skip; i--)
            to.Int16(digits[i]);
    }
}
