using System.Text;

namespace Cartage.DuckDb;

/// <summary>Writes chunks of up to 2,048 rows into a table, a span a column; closing it makes the rows part of the current transaction.</summary>
public sealed unsafe class DuckDbAppender : IDisposable
{
    /// <summary>The most rows a chunk holds.</summary>
    public const int ChunkRows = 2048;

    readonly nint[] _types;
    nint _appender;
    nint _chunk;

    internal DuckDbAppender(ConnectionHandle connection, string? schema, string table)
    {
        Check(Native.duckdb_appender_create(connection, schema, table, out _appender));
        _types = new nint[Native.duckdb_appender_column_count(_appender)];
        for (var i = 0; i < _types.Length; i++)
            _types[i] = Native.duckdb_appender_column_type(_appender, (ulong)i);
        fixed (nint* types = _types)
            _chunk = Native.duckdb_create_data_chunk(types, (ulong)_types.Length);
    }

    /// <summary>Fills a column of the chunk from row 0, in the library's layout for the column's type.</summary>
    public void Set<T>(int column, ReadOnlySpan<T> values)
        where T : unmanaged => values.CopyTo(new(Native.duckdb_vector_get_data(Vector(column)), ChunkRows));

    /// <summary>Sets a text of the chunk.</summary>
    public void Set(int column, int row, ReadOnlySpan<char> text)
    {
        Span<byte> bytes = text.Length <= 256 ? stackalloc byte[1024] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        SetBytes(column, row, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    /// <summary>Sets a text's UTF-8 or a blob's bytes.</summary>
    public void SetBytes(int column, int row, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes)
            Native.duckdb_vector_assign_string_element_len(Vector(column), (ulong)row, p, (ulong)bytes.Length);
    }

    /// <summary>Marks a value of the chunk as missing.</summary>
    public void SetNull(int column, int row)
    {
        var vector = Vector(column);
        Native.duckdb_vector_ensure_validity_writable(vector);
        Native.duckdb_vector_get_validity(vector)[row >> 6] &= ~(1UL << (row & 63));
    }

    /// <summary>Appends the first <paramref name="rows"/> rows of the chunk and empties it.</summary>
    public void Append(int rows)
    {
        Native.duckdb_data_chunk_set_size(_chunk, (ulong)rows);
        Check(Native.duckdb_append_data_chunk(_appender, _chunk));
        Native.duckdb_data_chunk_reset(_chunk);
    }

    /// <summary>Hands the rows over; an error here is the first word of a broken constraint.</summary>
    public void Close() => Check(Native.duckdb_appender_close(_appender));

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = 0; i < _types.Length; i++)
            Native.duckdb_destroy_logical_type(ref _types[i]);
        if (_chunk != 0)
            Native.duckdb_destroy_data_chunk(ref _chunk);
        if (_appender != 0)
            _ = Native.duckdb_appender_destroy(ref _appender);
    }

    nint Vector(int column) => Native.duckdb_data_chunk_get_vector(_chunk, (ulong)column);

    void Check(int state)
    {
        if (state != 0)
            throw new DuckDbException(Native.Text(Native.duckdb_appender_error(_appender)) ?? "The rows cannot be appended.");
    }
}
