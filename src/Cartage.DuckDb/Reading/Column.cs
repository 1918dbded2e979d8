namespace Cartage.DuckDb;

/// <summary>Reads one column, chunk after chunk: it is made once a result and attached to each chunk's vector. Which class reads a type says <see cref="Columns"/>.</summary>
abstract unsafe class Column(LogicalType type)
{
    byte* _data;
    ulong* _validity;

    public LogicalType Type => type;

    /// <summary>What <see cref="Read(long)"/> gives.</summary>
    public abstract Type ClrType { get; }

    /// <summary>The missing rows as zero bits, 64 a word; null where none is missing.</summary>
    public ulong* Validity => _validity;

    public byte* Data => _data;

    public virtual void Attach(nint vector)
    {
        _data = (byte*)Native.duckdb_vector_get_data(vector);
        _validity = Native.duckdb_vector_get_validity(vector);
    }

    public bool IsNull(long row) => _validity != null && (_validity[row >> 6] & (1UL << (int)(row & 63))) == 0;

    /// <summary>What <see cref="ReadExact"/> gives.</summary>
    public virtual Type ExactType => ClrType;

    /// <summary>The natural .NET value of a row that is not null.</summary>
    public abstract object Read(long row);

    /// <summary>The value as the provider's own type where .NET's does not hold every value.</summary>
    public virtual object ReadExact(long row) => Read(row);

    /// <summary>The value as another type, where nothing is lost by it.</summary>
    public virtual T Read<T>(long row) => Conversion.To<T>(Read(row), type);

    public object? ReadOrNull(long row) => IsNull(row) ? null : Read(row);

    protected ref readonly T At<T>(long row)
        where T : unmanaged => ref ((T*)_data)[row];
}
