using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cartage.DuckDb;

/// <summary>Numbers as other numbers; the tests on types are decided at compile time.</summary>
static class Numbers
{
    /// <summary>An <see cref="OverflowException"/> where it does not fit, an <see cref="InvalidCastException"/> where a fraction would be cut off.</summary>
    public static T To<N, T>(N value, LogicalType from)
        where N : struct, INumber<N>
    {
        if (typeof(T) == typeof(N))
            return As<N, T>(value);
        if (typeof(T) == typeof(long))
            return As<long, T>(Whole<N, long>(value));
        if (typeof(T) == typeof(int))
            return As<int, T>(Whole<N, int>(value));
        if (typeof(T) == typeof(short))
            return As<short, T>(Whole<N, short>(value));
        if (typeof(T) == typeof(sbyte))
            return As<sbyte, T>(Whole<N, sbyte>(value));
        if (typeof(T) == typeof(byte))
            return As<byte, T>(Whole<N, byte>(value));
        if (typeof(T) == typeof(ushort))
            return As<ushort, T>(Whole<N, ushort>(value));
        if (typeof(T) == typeof(uint))
            return As<uint, T>(Whole<N, uint>(value));
        if (typeof(T) == typeof(ulong))
            return As<ulong, T>(Whole<N, ulong>(value));
        if (typeof(T) == typeof(Int128))
            return As<Int128, T>(Whole<N, Int128>(value));
        if (typeof(T) == typeof(UInt128))
            return As<UInt128, T>(Whole<N, UInt128>(value));
        if (typeof(T) == typeof(BigInteger))
            return As<BigInteger, T>(Whole<N, BigInteger>(value));
        if (typeof(T) == typeof(double))
            return As<double, T>(double.CreateChecked(value));
        if (typeof(T) == typeof(float))
            return As<float, T>(float.CreateChecked(value));
        if (typeof(T) == typeof(decimal))
            return As<decimal, T>(decimal.CreateChecked(value));
        return Conversion.To<T>(value, from);
    }

    /// <summary>Any boxed number as <typeparamref name="N"/>.</summary>
    public static N From<N>(object value, LogicalType to)
        where N : struct, INumber<N> =>
        value switch
        {
            N v => v,
            int v => Whole<int, N>(v),
            long v => Whole<long, N>(v),
            short v => Whole<short, N>(v),
            sbyte v => Whole<sbyte, N>(v),
            byte v => Whole<byte, N>(v),
            ushort v => Whole<ushort, N>(v),
            uint v => Whole<uint, N>(v),
            ulong v => Whole<ulong, N>(v),
            Int128 v => Whole<Int128, N>(v),
            UInt128 v => Whole<UInt128, N>(v),
            BigInteger v => Whole<BigInteger, N>(v),
            decimal v => Whole<decimal, N>(v),
            float v => Whole<float, N>(v),
            double v => Whole<double, N>(v),
            Enum v => From<N>(Convert.ChangeType(v, v.GetTypeCode(), null), to),
            _ => throw Conversion.Refused(value, to),
        };

    static W Whole<N, W>(N value)
        where N : INumberBase<N>
        where W : INumberBase<W> =>
        HasFractions<W>() || N.IsInteger(value) ? W.CreateChecked(value) : throw new InvalidCastException($"{value} is not a whole number.");

    static bool HasFractions<W>() => typeof(W) == typeof(double) || typeof(W) == typeof(float) || typeof(W) == typeof(decimal);

    static T As<N, T>(N value) => Unsafe.As<N, T>(ref value);
}
