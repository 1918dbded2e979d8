using System.Text;

namespace Cartage.DuckDb;

/// <summary>Up to 2,048 rows as columns; valid until the reader moves on.</summary>
public sealed class DuckDbChunk
{
    readonly Vector[] _vectors;

    internal DuckDbChunk(nint chunk, LogicalType[] types)
    {
        Rows = (int)Native.duckdb_data_chunk_get_size(chunk);
        _vectors = new Vector[types.Length];
        for (var i = 0; i < types.Length; i++)
            _vectors[i] = new(Native.duckdb_data_chunk_get_vector(chunk, (ulong)i), types[i]);
    }

    /// <summary>How many rows it has.</summary>
    public int Rows { get; }

    /// <summary>A column's values in the library's layout (<c>int</c> for INTEGER and DATE in days, <c>long</c> for BIGINT and TIMESTAMP in microseconds, …); where <see cref="IsNull"/> they mean nothing.</summary>
    public ReadOnlySpan<T> Column<T>(int column)
        where T : unmanaged => _vectors[column].Span<T>(Rows);

    /// <summary>Whether a value is missing.</summary>
    public bool IsNull(int column, int row) => _vectors[column].IsNull((ulong)row);

    /// <summary>A text's UTF-8 or a blob's bytes, not copied.</summary>
    public ReadOnlySpan<byte> Bytes(int column, int row) => _vectors[column].Bytes((ulong)row);

    /// <summary>A text.</summary>
    public string Text(int column, int row) => Encoding.UTF8.GetString(Bytes(column, row));

    /// <summary>A value of any type, null where missing.</summary>
    public object? Value(int column, int row) => _vectors[column].Value((ulong)row);
}
