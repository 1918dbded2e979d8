using System.Numerics;
using System.Text;

namespace Cartage.DuckDb;

/// <summary>One column of a chunk: values by row as .NET objects, or as a span of the library's own layout.</summary>
sealed unsafe class Vector
{
    readonly nint _vector;
    readonly void* _data;
    readonly ulong* _validity;
    readonly Vector[] _children;

    public Vector(nint vector, LogicalType? type = null)
    {
        _vector = vector;
        Type = type ?? LogicalType.Read(Native.duckdb_vector_get_column_type(vector));
        _data = Native.duckdb_vector_get_data(vector);
        _validity = Native.duckdb_vector_get_validity(vector);
        _children = Type.Id switch
        {
            DuckDbType.List or DuckDbType.Map => [new(Native.duckdb_list_vector_get_child(vector))],
            DuckDbType.Array => [new(Native.duckdb_array_vector_get_child(vector))],
            DuckDbType.Struct => [.. Children(Type.Fields.Count)],
            DuckDbType.Union => [.. Children((int)UnionMembers() + 1)],
            _ => [],
        };
    }

    public LogicalType Type { get; }

    public bool IsNull(ulong row) => _validity != null && (_validity[row >> 6] & (1UL << (int)(row & 63))) == 0;

    public ReadOnlySpan<T> Span<T>(int rows)
        where T : unmanaged => new(_data, rows);

    public ReadOnlySpan<byte> Bytes(ulong row)
    {
        var text = (byte*)_data + row * 16;
        var length = *(uint*)text;
        return new(length <= 12 ? text + 4 : *(byte**)(text + 8), (int)length);
    }

    public object? Value(ulong row) => IsNull(row) ? null : Read(row);

    object? Read(ulong row) =>
        Type.Id switch
        {
            DuckDbType.Boolean => At<byte>(row) != 0,
            DuckDbType.TinyInt => At<sbyte>(row),
            DuckDbType.SmallInt => At<short>(row),
            DuckDbType.Integer => At<int>(row),
            DuckDbType.BigInt => At<long>(row),
            DuckDbType.UTinyInt => At<byte>(row),
            DuckDbType.USmallInt => At<ushort>(row),
            DuckDbType.UInteger => At<uint>(row),
            DuckDbType.UBigInt => At<ulong>(row),
            DuckDbType.Float => At<float>(row),
            DuckDbType.Double => At<double>(row),
            DuckDbType.HugeInt => At<HugeInt>(row).Value,
            DuckDbType.UHugeInt => (UInt128)At<HugeInt>(row).Value,
            DuckDbType.Varchar => Encoding.UTF8.GetString(Bytes(row)),
            DuckDbType.Blob => Bytes(row).ToArray(),
            DuckDbType.Bit => Bits(Bytes(row)),
            DuckDbType.BigNum => BigNumber(Bytes(row)),
            DuckDbType.Decimal => Decimal(row),
            DuckDbType.Date => Values.Date(At<int>(row)),
            DuckDbType.Time => new TimeOnly(At<long>(row) * 10),
            DuckDbType.TimeNs => new TimeOnly(At<long>(row) / 100),
            DuckDbType.TimeTz => TimeTz(At<ulong>(row)),
            DuckDbType.Timestamp => Values.Timestamp(At<long>(row)),
            DuckDbType.TimestampTz => new DateTimeOffset(Values.Timestamp(At<long>(row)), TimeSpan.Zero),
            DuckDbType.TimestampS => Values.Timestamp(At<long>(row) * 1_000_000),
            DuckDbType.TimestampMs => Values.Timestamp(At<long>(row) * 1_000),
            DuckDbType.TimestampNs => Values.Timestamp(0).AddTicks(At<long>(row) / 100),
            DuckDbType.Interval => At<DuckDbInterval>(row),
            DuckDbType.Uuid => Values.ToGuid(At<HugeInt>(row)),
            DuckDbType.Enum => Type.EnumValue(Type.Storage switch { DuckDbType.UTinyInt => At<byte>(row), DuckDbType.USmallInt => At<ushort>(row), _ => At<uint>(row) }),
            DuckDbType.List => List(At<ulong>(row * 2), At<ulong>(row * 2 + 1)),
            DuckDbType.Array => List(row * Type.Size, Type.Size),
            DuckDbType.Map => Map(At<ulong>(row * 2), At<ulong>(row * 2 + 1)),
            DuckDbType.Struct => Type.Fields.Select((name, i) => (name, value: _children[i].Value(row))).ToDictionary(x => x.name, x => x.value),
            DuckDbType.Union => _children[_children[0].At<byte>(row) + 1].Value(row),
            DuckDbType.SqlNull => null,
            _ => throw new NotSupportedException($"Columns of type {Type.Name} cannot be read."),
        };

    T At<T>(ulong row)
        where T : unmanaged => ((T*)_data)[row];

    IEnumerable<Vector> Children(int count) => Enumerable.Range(0, count).Select(i => new Vector(Native.duckdb_struct_vector_get_child(_vector, (ulong)i)));

    ulong UnionMembers()
    {
        var type = Native.duckdb_vector_get_column_type(_vector);
        var count = Native.duckdb_union_type_member_count(type);
        Native.duckdb_destroy_logical_type(ref type);
        return count;
    }

    List<object?> List(ulong offset, ulong length)
    {
        var items = new List<object?>((int)length);
        for (ulong i = 0; i < length; i++)
            items.Add(_children[0].Value(offset + i));
        return items;
    }

    Dictionary<object, object?> Map(ulong offset, ulong length)
    {
        var map = new Dictionary<object, object?>((int)length);
        for (ulong i = 0; i < length; i++)
        {
            var entry = _children[0];
            map[entry._children[0].Value(offset + i)!] = entry._children[1].Value(offset + i);
        }
        return map;
    }

    // A decimal of up to 28 digits is a decimal; a longer one that does not fit is its digits as text.
    object Decimal(ulong row)
    {
        Int128 unscaled = Type.Storage switch
        {
            DuckDbType.SmallInt => At<short>(row),
            DuckDbType.Integer => At<int>(row),
            DuckDbType.BigInt => At<long>(row),
            _ => At<HugeInt>(row).Value,
        };
        var size = UInt128.CreateTruncating(Int128.Abs(unscaled));
        if (size >> 96 == 0 && Type.Scale <= 28)
            return new decimal((int)(uint)size, (int)(uint)(size >> 32), (int)(uint)(size >> 64), Int128.IsNegative(unscaled), Type.Scale);
        var digits = size.ToString().PadLeft(Type.Scale + 1, '0');
        return $"{(Int128.IsNegative(unscaled) ? "-" : "")}{digits[..^Type.Scale]}{(Type.Scale > 0 ? "." : "")}{digits[^Type.Scale..]}";
    }

    // 40 bits of microseconds, then 24 bits of offset stored as 57,599 seconds minus the offset.
    static DateTimeOffset TimeTz(ulong bits) =>
        new(new DateTime(1, 1, 2).AddTicks((long)(bits >> 24) * 10), TimeSpan.FromMinutes((57_599 - (int)(bits & 0xFFFFFF)) / 60));

    // The first byte counts the padding bits that precede the value.
    static string Bits(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        for (var i = 8 + bytes[0]; i < bytes.Length * 8; i++)
            text.Append((bytes[i / 8] >> (7 - i % 8) & 1) == 1 ? '1' : '0');
        return text.ToString();
    }

    // Three header bytes with the sign, then big-endian digits; negative numbers are complemented.
    static BigInteger BigNumber(ReadOnlySpan<byte> bytes)
    {
        var negative = (bytes[0] & 0x80) == 0;
        var body = bytes[3..].ToArray();
        if (negative)
            for (var i = 0; i < body.Length; i++)
                body[i] = (byte)~body[i];
        var value = new BigInteger(body, isUnsigned: true, isBigEndian: true);
        return negative ? -value : value;
    }
}
