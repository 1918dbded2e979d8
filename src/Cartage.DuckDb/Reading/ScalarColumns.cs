namespace Cartage.DuckDb;

sealed class BooleanColumn(LogicalType type) : Column(type)
{
    public override Type ClrType => typeof(bool);

    public override object Read(long row) => At<byte>(row) != 0;

    public override T Read<T>(long row) => typeof(T) == typeof(bool) ? (T)(object)(At<byte>(row) != 0) : base.Read<T>(row);
}

sealed class UuidColumn(LogicalType type) : Column(type)
{
    public override Type ClrType => typeof(Guid);

    public override object Read(long row) => Uuids.Read(At<HugeInt>(row));
}

sealed class EnumColumn(LogicalType type) : Column(type)
{
    public override Type ClrType => typeof(string);

    public override object Read(long row) =>
        Type.Labels[Type.Storage switch { DuckDbType.UTinyInt => At<byte>(row), DuckDbType.USmallInt => At<ushort>(row), _ => (int)At<uint>(row) }];
}

sealed class IntervalColumn(LogicalType type) : Column(type)
{
    public override Type ClrType => typeof(DuckDbInterval);

    public override object Read(long row) => At<DuckDbInterval>(row);
}

/// <summary>A type without a .NET counterpart: nulls can be told, values cannot be read.</summary>
sealed class OpaqueColumn(LogicalType type) : Column(type)
{
    public override Type ClrType => typeof(object);

    public override object Read(long row) => throw new NotSupportedException($"A {Type.Name} cannot be read as it is; cast it in the query, for example to JSON or VARCHAR.");
}
