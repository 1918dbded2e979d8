namespace Cartage.DuckDb;

/// <summary>Which class writes which type.</summary>
static class ColumnWriters
{
    public static ColumnWriter For(LogicalType type) =>
        type.Id switch
        {
            DuckDbType.Boolean => new BooleanWriter(type),
            DuckDbType.TinyInt => new NumberWriter<sbyte>(type),
            DuckDbType.SmallInt => new NumberWriter<short>(type),
            DuckDbType.Integer => new NumberWriter<int>(type),
            DuckDbType.BigInt => new NumberWriter<long>(type),
            DuckDbType.UTinyInt => new NumberWriter<byte>(type),
            DuckDbType.USmallInt => new NumberWriter<ushort>(type),
            DuckDbType.UInteger => new NumberWriter<uint>(type),
            DuckDbType.UBigInt => new NumberWriter<ulong>(type),
            DuckDbType.HugeInt => new NumberWriter<Int128>(type),
            DuckDbType.UHugeInt => new NumberWriter<UInt128>(type),
            DuckDbType.Float => new NumberWriter<float>(type),
            DuckDbType.Double => new NumberWriter<double>(type),
            DuckDbType.Decimal => new DecimalWriter(type),
            DuckDbType.Varchar => new TextWriter(type),
            DuckDbType.Blob or DuckDbType.Geometry or DuckDbType.Bit or DuckDbType.BigNum => new BytesWriter(type),
            DuckDbType.Enum => new EnumWriter(type),
            DuckDbType.Uuid => new UuidWriter(type),
            DuckDbType.Date => new DateWriter(type),
            DuckDbType.Time or DuckDbType.TimeNs or DuckDbType.TimeTz => new TimeWriter(type),
            DuckDbType.Timestamp or DuckDbType.TimestampS or DuckDbType.TimestampMs or DuckDbType.TimestampNs or DuckDbType.TimestampTz => new TimestampWriter(type),
            DuckDbType.Interval => new IntervalWriter(type),
            DuckDbType.List => new ListWriter(type, For(type.Children[0].Type)),
            DuckDbType.Array => new ArrayWriter(type, For(type.Children[0].Type)),
            DuckDbType.Map => new MapWriter(type, For(type.Children[0].Type), For(type.Children[1].Type)),
            DuckDbType.Struct => new StructWriter(type, [.. type.Children.Select(c => For(c.Type))]),
            DuckDbType.Union => new UnionWriter(type, [.. type.Children.Select(c => For(c.Type))]),
            _ => throw new NotSupportedException($"A {type.Name} cannot be written."),
        };
}
