using System.Numerics;

namespace Cartage.DuckDb;

/// <summary>The SQL types of C# types, for functions.</summary>
static class FunctionTypes
{
    /// <summary>Digits a decimal has in a function, and how many of them after the point.</summary>
    const byte DecimalWidth = 38, DecimalScale = 10;

    public static TypeHandle Of(Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        return bare == typeof(decimal) || bare == typeof(DuckDbDecimal) ? Native.duckdb_create_decimal_type(DecimalWidth, DecimalScale) : Native.duckdb_create_logical_type(Scalar(bare));
    }

    static DuckDbType Scalar(Type type) =>
        type == typeof(bool) ? DuckDbType.Boolean
        : type == typeof(sbyte) ? DuckDbType.TinyInt
        : type == typeof(byte) ? DuckDbType.UTinyInt
        : type == typeof(short) ? DuckDbType.SmallInt
        : type == typeof(ushort) ? DuckDbType.USmallInt
        : type == typeof(int) ? DuckDbType.Integer
        : type == typeof(uint) ? DuckDbType.UInteger
        : type == typeof(long) ? DuckDbType.BigInt
        : type == typeof(ulong) ? DuckDbType.UBigInt
        : type == typeof(Int128) ? DuckDbType.HugeInt
        : type == typeof(UInt128) ? DuckDbType.UHugeInt
        : type == typeof(BigInteger) ? DuckDbType.BigNum
        : type == typeof(float) ? DuckDbType.Float
        : type == typeof(double) ? DuckDbType.Double
        : type == typeof(string) ? DuckDbType.Varchar
        : type == typeof(byte[]) ? DuckDbType.Blob
        : type == typeof(Guid) ? DuckDbType.Uuid
        : type == typeof(DateOnly) || type == typeof(DuckDbDate) ? DuckDbType.Date
        : type == typeof(TimeOnly) ? DuckDbType.Time
        : type == typeof(DuckDbTimeTz) ? DuckDbType.TimeTz
        : type == typeof(DateTime) || type == typeof(DuckDbTimestamp) ? DuckDbType.Timestamp
        : type == typeof(DateTimeOffset) ? DuckDbType.TimestampTz
        : type == typeof(TimeSpan) || type == typeof(DuckDbInterval) ? DuckDbType.Interval
        : throw new NotSupportedException($"A function cannot take or give a {type}.");
}
