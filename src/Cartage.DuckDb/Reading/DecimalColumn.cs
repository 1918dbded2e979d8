using System.Numerics;

namespace Cartage.DuckDb;

/// <summary>Decimals: a <see cref="decimal"/> where it fits, a <see cref="DuckDbDecimal"/> where it has more digits.</summary>
sealed class DecimalColumn(LogicalType type) : Column(type)
{
    public override Type ClrType => typeof(decimal);

    public override object Read(long row) => Exact(row) is var exact && exact.TryToDecimal(out var value) ? (object)value : exact;

    public override Type ExactType => typeof(DuckDbDecimal);

    public override object ReadExact(long row) => Exact(row);

    public override T Read<T>(long row)
    {
        var exact = Exact(row);
        if (typeof(T) == typeof(decimal))
            return (T)(object)(decimal)exact;
        if (typeof(T) == typeof(DuckDbDecimal))
            return (T)(object)exact;
        if (typeof(T) == typeof(string))
            return (T)(object)exact.ToString();
        if (typeof(T) == typeof(double))
            return (T)(object)(double)exact;
        if (typeof(T) == typeof(float))
            return (T)(object)(float)(double)exact;
        return typeof(T).IsPrimitive || typeof(T) == typeof(Int128) || typeof(T) == typeof(BigInteger) ? Numbers.To<Int128, T>(exact.Whole, Type) : base.Read<T>(row);
    }

    DuckDbDecimal Exact(long row) =>
        new(Type.Storage switch { DuckDbType.SmallInt => At<short>(row), DuckDbType.Integer => At<int>(row), DuckDbType.BigInt => At<long>(row), _ => At<Int128>(row) }, Type.Scale);
}
