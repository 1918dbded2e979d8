using System.Runtime.CompilerServices;

namespace Cartage.DuckDb;

/// <summary>A column's type with all that belongs to it, read once from the library.</summary>
/// <param name="Id">The kind.</param>
/// <param name="Name">As DuckDB writes it, such as <c>DECIMAL(10,2)</c> or <c>STRUCT(a INTEGER, b VARCHAR)</c>.</param>
sealed record LogicalType(DuckDbType Id, string Name)
{
    /// <summary>Digits of a decimal.</summary>
    public byte Width { get; init; }

    /// <summary>Digits of a decimal after the point.</summary>
    public byte Scale { get; init; }

    /// <summary>The integer a decimal or an enum is kept in.</summary>
    public DuckDbType Storage { get; init; }

    /// <summary>Elements of a fixed-size array.</summary>
    public long Size { get; init; }

    /// <summary>The texts of an enum.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What is inside: a list's element, a struct's fields, a map's key and value, a union's members.</summary>
    public IReadOnlyList<LogicalField> Children { get; init; } = [];

    /// <summary>Bytes a value has in a vector; 0 where the vector itself holds none.</summary>
    public int Bytes =>
        (Id is DuckDbType.Decimal or DuckDbType.Enum ? Storage : Id) switch
        {
            DuckDbType.Boolean or DuckDbType.TinyInt or DuckDbType.UTinyInt => 1,
            DuckDbType.SmallInt or DuckDbType.USmallInt => 2,
            DuckDbType.Integer or DuckDbType.UInteger or DuckDbType.Float or DuckDbType.Date => 4,
            DuckDbType.BigInt or DuckDbType.UBigInt or DuckDbType.Double => 8,
            DuckDbType.Time or DuckDbType.TimeNs or DuckDbType.TimeTz => 8,
            DuckDbType.Timestamp or DuckDbType.TimestampS or DuckDbType.TimestampMs or DuckDbType.TimestampNs or DuckDbType.TimestampTz => 8,
            DuckDbType.Array or DuckDbType.Struct or DuckDbType.Union or DuckDbType.Variant or DuckDbType.SqlNull => 0,
            _ => 16,
        };

    /// <summary>Refuses to see the values as something of another size.</summary>
    public void DemandSizeOf<T>()
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != Bytes)
            throw new InvalidCastException($"A {Name} has {Bytes} bytes a value in a chunk and cannot be seen as {typeof(T).Name}, which has {Unsafe.SizeOf<T>()}.");
    }
}

/// <summary>A named part of a nested type.</summary>
sealed record LogicalField(string Name, LogicalType Type);
