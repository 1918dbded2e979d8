using Cartage.DuckDb;

namespace Cartage.Connectors.Warehouses.Copying;

/// <summary>Writes the values of one column as PostgreSQL's binary format has them: four bytes of length, then the value, all big-endian.</summary>
abstract class FieldWriter
{
    /// <summary>The column's vector in the chunk that is being written.</summary>
    public DuckDbVector Vector { get; set; }

    /// <summary>One row's value; a length of −1 where it is missing.</summary>
    public void Write(int row, CopyBuffer to)
    {
        if (Vector.HasNulls && (Vector.Validity[row >> 6] & 1UL << row) == 0)
            to.Int32(-1);
        else
            WriteValue(row, to);
    }

    protected abstract void WriteValue(int row, CopyBuffer to);

    /// <summary>The writer of a type; those that are not here reach the door's SELECT as one that is.</summary>
    public static FieldWriter For(DuckDbType type) =>
        type switch
        {
            DuckDbType.Boolean => new BooleanWriter(),
            DuckDbType.TinyInt => new Int16Writer<sbyte>(),
            DuckDbType.UTinyInt => new Int16Writer<byte>(),
            DuckDbType.SmallInt => new Int16Writer<short>(),
            DuckDbType.USmallInt => new Int32Writer<ushort>(),
            DuckDbType.Integer => new Int32Writer<int>(),
            DuckDbType.UInteger => new Int64Writer<uint>(),
            DuckDbType.BigInt => new Int64Writer<long>(),
            DuckDbType.Float => new FloatWriter(),
            DuckDbType.Double => new DoubleWriter(),
            DuckDbType.UBigInt or DuckDbType.HugeInt or DuckDbType.UHugeInt or DuckDbType.Decimal => new NumericWriter(),
            DuckDbType.Date => new DateWriter(),
            DuckDbType.Time => new Int64Writer<long>(),
            DuckDbType.Timestamp or DuckDbType.TimestampTz => new TimestampWriter(),
            DuckDbType.Interval => new IntervalWriter(),
            DuckDbType.Uuid => new UuidWriter(),
            DuckDbType.Varchar => new TextWriter(),
            DuckDbType.Blob => new BytesWriter(),
            _ => throw new PipelineException($"a column of DuckDB's type {type} cannot be copied to PostgreSQL", hint: "Cast it to text in the contract."),
        };
}
