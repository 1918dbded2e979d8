using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cartage.DuckDb;

sealed class NumberWriter<N>(LogicalType type) : ColumnWriter(type)
    where N : unmanaged, INumber<N>
{
    public override void Write(long row, object value) => Put(row, Numbers.From<N>(value, Type));

    public override void Write<T>(long row, T value)
    {
        if (typeof(T) == typeof(N))
            Put(row, Unsafe.As<T, N>(ref value));
        else
            Write(row, (object)value!);
    }
}

sealed class BooleanWriter(LogicalType type) : ColumnWriter(type)
{
    public override void Write(long row, object value) => Put(row, value is bool b ? (byte)(b ? 1 : 0) : throw Refused(value));
}

/// <summary>Decimals from any number that fits; digits beyond the column's scale are rounded half away from zero.</summary>
sealed class DecimalWriter(LogicalType type) : ColumnWriter(type)
{
    readonly Int128 _limit = DuckDbDecimal.PowerOfTen(type.Width);

    public override void Write(long row, object value)
    {
        var exact = value switch
        {
            decimal v => v,
            DuckDbDecimal v => v,
            float or double => Numbers.From<decimal>(value, Type),
            _ => new DuckDbDecimal(Numbers.From<Int128>(value, Type), 0),
        };
        if (exact.Rescale(Type.Scale) is not { } unscaled || unscaled >= _limit || unscaled <= -_limit)
            throw new OverflowException($"{exact} has too many digits for {Type.Name}.");
        switch (Type.Storage)
        {
            case DuckDbType.SmallInt:
                Put(row, (short)unscaled);
                break;
            case DuckDbType.Integer:
                Put(row, (int)unscaled);
                break;
            case DuckDbType.BigInt:
                Put(row, (long)unscaled);
                break;
            default:
                Put(row, unscaled);
                break;
        }
    }
}
