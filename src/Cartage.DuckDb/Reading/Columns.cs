namespace Cartage.DuckDb;

/// <summary>Which class reads which type.</summary>
static class Columns
{
    public static Column For(LogicalType type) =>
        type.Id switch
        {
            DuckDbType.Boolean => new BooleanColumn(type),
            DuckDbType.TinyInt => new NumberColumn<sbyte>(type),
            DuckDbType.SmallInt => new NumberColumn<short>(type),
            DuckDbType.Integer => new NumberColumn<int>(type),
            DuckDbType.BigInt => new NumberColumn<long>(type),
            DuckDbType.UTinyInt => new NumberColumn<byte>(type),
            DuckDbType.USmallInt => new NumberColumn<ushort>(type),
            DuckDbType.UInteger => new NumberColumn<uint>(type),
            DuckDbType.UBigInt => new NumberColumn<ulong>(type),
            DuckDbType.HugeInt => new NumberColumn<Int128>(type),
            DuckDbType.UHugeInt => new NumberColumn<UInt128>(type),
            DuckDbType.Float => new NumberColumn<float>(type),
            DuckDbType.Double => new NumberColumn<double>(type),
            DuckDbType.Decimal => new DecimalColumn(type),
            DuckDbType.BigNum => new BigNumColumn(type),
            DuckDbType.Varchar => new TextColumn(type),
            DuckDbType.Enum => new EnumColumn(type),
            DuckDbType.Blob or DuckDbType.Geometry => new BlobColumn(type),
            DuckDbType.Bit => new BitColumn(type),
            DuckDbType.Uuid => new UuidColumn(type),
            DuckDbType.Date => new DateColumn(type),
            DuckDbType.Time or DuckDbType.TimeNs => new TimeColumn(type),
            DuckDbType.TimeTz => new TimeTzColumn(type),
            DuckDbType.Timestamp or DuckDbType.TimestampS or DuckDbType.TimestampMs or DuckDbType.TimestampNs => new TimestampColumn(type),
            DuckDbType.TimestampTz => new TimestampTzColumn(type),
            DuckDbType.Interval => new IntervalColumn(type),
            DuckDbType.List or DuckDbType.Array => new ListColumn(type, For(type.Children[0].Type)),
            DuckDbType.Map => new MapColumn(type, For(type.Children[0].Type), For(type.Children[1].Type)),
            DuckDbType.Struct => new StructColumn(type, [.. type.Children.Select(c => For(c.Type))]),
            DuckDbType.Union => new UnionColumn(type, [.. type.Children.Select(c => For(c.Type))]),
            _ => new OpaqueColumn(type),
        };
}
