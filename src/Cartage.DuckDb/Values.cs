using System.Numerics;
using System.Text;

namespace Cartage.DuckDb;

/// <summary>.NET values as the library's values.</summary>
static unsafe class Values
{
    const long UnixEpochTicks = 621355968000000000;
    const int UnixEpochDay = 719162;

    public static nint Create(object? value) =>
        value switch
        {
            null or DBNull => Native.duckdb_create_null_value(),
            bool v => Native.duckdb_create_bool(v),
            sbyte or byte or short or ushort or int => Native.duckdb_create_int32(Convert.ToInt32(value, null)),
            uint v => Native.duckdb_create_int64(v),
            long v => Native.duckdb_create_int64(v),
            ulong v => Native.duckdb_create_uint64(v),
            Int128 v => Native.duckdb_create_hugeint(HugeInt.From(v)),
            BigInteger v => Native.duckdb_create_hugeint(HugeInt.From((Int128)v)),
            float v => Native.duckdb_create_float(v),
            double v => Native.duckdb_create_double(v),
            decimal v => FromDecimal(v),
            string v => FromText(v),
            char v => FromText(v.ToString()),
            byte[] v => FromBytes(v),
            Guid v => Native.duckdb_create_uuid(FromGuid(v)),
            DateOnly v => Native.duckdb_create_date(v.DayNumber - UnixEpochDay),
            TimeOnly v => Native.duckdb_create_time(v.Ticks / 10),
            DateTimeOffset v => Native.duckdb_create_timestamp_tz((v.UtcTicks - UnixEpochTicks) / 10),
            DateTime v => Native.duckdb_create_timestamp((v.Ticks - UnixEpochTicks) / 10),
            TimeSpan v => Native.duckdb_create_interval(new(0, 0, v.Ticks / 10)),
            DuckDbInterval v => Native.duckdb_create_interval(v),
            Enum v => FromText(v.ToString()),
            _ => throw new NotSupportedException($"A parameter cannot be a {value.GetType()}."),
        };

    public static DateTime Timestamp(long micros) => new(UnixEpochTicks + micros * 10);

    public static DateOnly Date(int days) => DateOnly.FromDayNumber(UnixEpochDay + days);

    public static Guid ToGuid(HugeInt value)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, value.Upper ^ long.MinValue);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], value.Lower);
        return new(bytes, bigEndian: true);
    }

    // duckdb_create_uuid takes the plain 128 bits; only vectors keep them with the top bit flipped.
    static HugeInt FromGuid(Guid value)
    {
        var bytes = value.ToByteArray(bigEndian: true);
        return new(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8)),
            System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes)
        );
    }

    static nint FromDecimal(decimal value)
    {
        var bits = decimal.GetBits(value);
        var unscaled = new Int128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        return Native.duckdb_create_decimal(new(38, value.Scale, HugeInt.From(value < 0 ? -unscaled : unscaled)));
    }

    static nint FromText(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        fixed (byte* p = bytes)
            return Native.duckdb_create_varchar_length(p, (ulong)bytes.Length);
    }

    static nint FromBytes(byte[] value)
    {
        fixed (byte* p = value)
            return Native.duckdb_create_blob(p, (ulong)value.Length);
    }
}
