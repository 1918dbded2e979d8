namespace Cartage.DuckDb;

/// <summary>Writes one column of a chunk. Which class writes a type says <see cref="ColumnWriters"/>.</summary>
abstract unsafe class ColumnWriter(LogicalType type)
{
    ulong* _validity;

    public LogicalType Type => type;

    public byte* Data { get; private set; }

    protected nint Vector { get; private set; }

    /// <summary>Turns to an empty vector.</summary>
    public virtual void Attach(nint vector)
    {
        Vector = vector;
        Refresh();
    }

    /// <summary>Looks again where the vector's memory is, which moves when a list grows.</summary>
    public virtual void Refresh()
    {
        Data = (byte*)Native.duckdb_vector_get_data(Vector);
        _validity = null;
    }

    public virtual void WriteNull(long row)
    {
        if (_validity == null)
        {
            Native.duckdb_vector_ensure_validity_writable(Vector);
            _validity = Native.duckdb_vector_get_validity(Vector);
        }
        _validity[row >> 6] &= ~(1UL << (int)(row & 63));
    }

    /// <summary>Writes a value that is not null.</summary>
    public abstract void Write(long row, object value);

    /// <summary>The same without boxing, where the type has a way.</summary>
    public virtual void Write<T>(long row, T value) => Write(row, (object)value!);

    public void WriteOrNull(long row, object? value)
    {
        if (value is null or DBNull)
            WriteNull(row);
        else
            Write(row, value);
    }

    protected void Put<T>(long row, T value)
        where T : unmanaged => ((T*)Data)[row] = value;

    protected InvalidCastException Refused(object value) => Conversion.Refused(value, type);
}
