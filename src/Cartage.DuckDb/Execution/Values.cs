using System.Collections;
using System.Numerics;
using System.Text;

namespace Cartage.DuckDb;

/// <summary>.NET values as the library's values, for parameters.</summary>
static unsafe class Values
{
    public static ValueHandle Create(object? value) =>
        value switch
        {
            null or DBNull => Native.duckdb_create_null_value(),
            bool v => Native.duckdb_create_bool(v),
            sbyte v => Native.duckdb_create_int8(v),
            byte v => Native.duckdb_create_uint8(v),
            short v => Native.duckdb_create_int16(v),
            ushort v => Native.duckdb_create_uint16(v),
            int v => Native.duckdb_create_int32(v),
            uint v => Native.duckdb_create_uint32(v),
            long v => Native.duckdb_create_int64(v),
            ulong v => Native.duckdb_create_uint64(v),
            Int128 v => Native.duckdb_create_hugeint(HugeInt.From(v)),
            UInt128 v => Native.duckdb_create_uhugeint(HugeInt.From(v)),
            BigInteger v => FromBigInteger(v),
            float v => Native.duckdb_create_float(v),
            double v => Native.duckdb_create_double(v),
            decimal v => FromDecimal(v),
            DuckDbDecimal v => FromDecimal(v),
            string v => FromText(v),
            char v => FromText(v.ToString()),
            Enum v => FromText(v.ToString()),
            byte[] v => FromBytes(v),
            BitArray v => FromBits(v),
            Guid v => Native.duckdb_create_uuid(Uuids.Plain(v)),
            DateOnly v => Native.duckdb_create_date(Epoch.Days(v)),
            DuckDbDate v => Native.duckdb_create_date(v.Days),
            TimeOnly v => Native.duckdb_create_time(v.Ticks / TimeSpan.TicksPerMicrosecond),
            DuckDbTimeTz v => Native.duckdb_create_time_tz_value(v.Bits),
            DateTime v => Native.duckdb_create_timestamp(Epoch.Micros(v)),
            DuckDbTimestamp v => Native.duckdb_create_timestamp(v.Micros),
            DateTimeOffset v => Native.duckdb_create_timestamp_tz(Epoch.Micros(v.UtcDateTime)),
            TimeSpan v => Native.duckdb_create_interval(v),
            DuckDbInterval v => Native.duckdb_create_interval(v),
            IEnumerable v => FromList(v),
            _ => throw new NotSupportedException($"A parameter cannot be a {value.GetType()}."),
        };

    static ValueHandle FromDecimal(DuckDbDecimal value) => Native.duckdb_create_decimal(new(value.Width, value.Scale, HugeInt.From(value.Unscaled)));

    static ValueHandle FromBigInteger(BigInteger value)
    {
        if (value >= (BigInteger)Int128.MinValue && value <= (BigInteger)Int128.MaxValue)
            return Native.duckdb_create_hugeint(HugeInt.From((Int128)value));
        var magnitude = BigInteger.Abs(value).ToByteArray(isUnsigned: true, isBigEndian: true);
        fixed (byte* p = magnitude)
            return Native.duckdb_create_bignum(new(p, (ulong)magnitude.Length, value.Sign < 0));
    }

    static ValueHandle FromText(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        fixed (byte* p = bytes)
            return Native.duckdb_create_varchar_length(p, (ulong)bytes.Length);
    }

    static ValueHandle FromBytes(byte[] value)
    {
        fixed (byte* p = value)
            return Native.duckdb_create_blob(p, (ulong)value.Length);
    }

    static ValueHandle FromBits(BitArray value)
    {
        var bytes = Bits.Write(string.Concat(value.Cast<bool>().Select(bit => bit ? '1' : '0')));
        fixed (byte* p = bytes)
            return Native.duckdb_create_bit(new(p, (ulong)bytes.Length));
    }

    static ValueHandle FromList(IEnumerable values)
    {
        var items = values.Cast<object?>().ToArray();
        var elements = items.Select(Create).ToArray();
        try
        {
            using var unknown = Native.duckdb_create_logical_type(DuckDbType.Integer);
            var type = Telling(items) is >= 0 and var i ? Native.duckdb_get_value_type(elements[i]) : unknown.DangerousGetHandle();
            // One more than there are, because the library takes no null pointer for none.
            fixed (nint* p = elements.Select(e => e.DangerousGetHandle()).Append(0).ToArray())
                return Native.duckdb_create_list_value(type, p, (ulong)elements.Length);
        }
        finally
        {
            foreach (var element in elements)
                element.Dispose();
        }
    }

    // The element that tells the list's type: the first with a value somewhere inside, else an empty list, else none.
    static int Telling(object?[] items) => Array.FindIndex(items, HasValue) is >= 0 and var i ? i : Array.FindIndex(items, item => item is not null and not DBNull);

    static bool HasValue(object? item) => item is IEnumerable list and not string and not byte[] and not BitArray ? list.Cast<object?>().Any(HasValue) : item is not null and not DBNull;
}
