namespace Cartage.DuckDb;

/// <summary>Writes many rows into a table, much faster than INSERT: value by value (<see cref="Write{T}"/>, <see cref="EndRow"/>), or chunk by chunk through spans (<see cref="Values{T}"/>, <see cref="EndChunk"/>). <see cref="Close"/> hands the rows over; an appender disposed without it drops those it still holds.</summary>
public sealed unsafe class DuckDbAppender : IDisposable
{
    /// <summary>The most rows a chunk holds.</summary>
    public const int ChunkRows = 2048;

    readonly DuckDbConnection _connection;
    readonly AppenderHandle _appender;
    readonly ChunkHandle _chunk;
    readonly ColumnWriter[] _columns;
    readonly bool[] _written;
    int _row;

    internal DuckDbAppender(DuckDbConnection connection, string? catalog, string? schema, string table)
    {
        _connection = connection;
        var state = Native.duckdb_appender_create_ext(connection.Handle, Name(catalog), Name(schema), Name(table), out _appender);
        Demand(state);
        var types = Enumerable.Range(0, (int)Native.duckdb_appender_column_count(_appender)).Select(i => Native.duckdb_appender_column_type(_appender, (ulong)i)).ToArray();
        fixed (nint* handles = types.Select(t => t.DangerousGetHandle()).ToArray())
            _chunk = Native.duckdb_create_data_chunk(handles, (ulong)types.Length);
        _columns = [.. types.Select(t => ColumnWriters.For(LogicalTypes.Take(t)))];
        _written = new bool[_columns.Length];
        Attach();
        connection.Adopt(this);
    }

    /// <summary>How many columns the table has.</summary>
    public int FieldCount => _columns.Length;

    /// <summary>Sets a column of the current row. The value must be of the column's type or fit it without loss; null and <see cref="DBNull"/> are NULL.</summary>
    public void Write<T>(int column, T value)
    {
        DemandUnwritten(column);
        if (value is null or DBNull)
            _columns[column].WriteNull(_row);
        else
            _columns[column].Write(_row, value);
        _written[column] = true;
    }

    /// <summary>Sets a text column of the current row.</summary>
    public void Write(int column, ReadOnlySpan<char> text)
    {
        DemandUnwritten(column);
        TextColumn(column).WriteChars(_row, text);
        _written[column] = true;
    }

    /// <summary>Ends the current row, each column of which has been set.</summary>
    public void EndRow()
    {
        if (Array.IndexOf(_written, false) is >= 0 and var missing)
            throw new InvalidOperationException($"Column {missing} of the row has no value; write null for NULL.");
        Array.Clear(_written);
        if (++_row == ChunkRows)
            Send();
    }

    /// <summary>Writes a whole row.</summary>
    public void AppendRow(params ReadOnlySpan<object?> values)
    {
        if (values.Length != _columns.Length)
            throw new ArgumentException($"The table has {_columns.Length} columns, the row {values.Length}.", nameof(values));
        for (var i = 0; i < values.Length; i++)
            Write(i, values[i]);
        EndRow();
    }

    /// <summary>A column's values in the chunk, to be filled in the library's layout (see <see cref="DuckDbVector.Values{T}"/>); valid until <see cref="EndChunk"/>.</summary>
    public Span<T> Values<T>(int column)
        where T : unmanaged
    {
        _columns[column].Type.DemandSizeOf<T>();
        return new(_columns[column].Data, ChunkRows);
    }

    /// <summary>Marks a value of the chunk as missing.</summary>
    public void SetNull(int column, int row) => _columns[column].WriteNull(Checked(row));

    /// <summary>Sets any value of the chunk; null is NULL.</summary>
    public void SetValue(int column, int row, object? value) => _columns[column].WriteOrNull(Checked(row), value);

    /// <summary>Sets a text of the chunk.</summary>
    public void SetText(int column, int row, ReadOnlySpan<char> text) => TextColumn(column).WriteChars(Checked(row), text);

    /// <summary>Sets a text of the chunk from its UTF-8, or a blob.</summary>
    public void SetBytes(int column, int row, ReadOnlySpan<byte> bytes)
    {
        if (_columns[column] is TextWriter text)
            text.WriteUtf8(Checked(row), bytes);
        else
            (_columns[column] as BytesWriter ?? throw NoText(column)).WriteBytes(Checked(row), bytes);
    }

    /// <summary>Appends the first <paramref name="rows"/> rows of the chunk and empties it.</summary>
    public void EndChunk(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, ChunkRows);
        if (_row > 0 || Array.IndexOf(_written, true) >= 0)
            throw new InvalidOperationException("The chunk is being filled row by row.");
        _row = rows;
        Send();
    }

    /// <summary>Hands all rows over to the current transaction; an error here is the first word of a broken constraint.</summary>
    public void Close()
    {
        if (Array.IndexOf(_written, true) >= 0)
            throw new InvalidOperationException("The last row has not been ended.");
        Send();
        Call(() => Native.duckdb_appender_flush(_appender));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Release(this);
        _chunk.Dispose();
        _appender.Dispose();
    }

    void Send()
    {
        if (_row == 0)
            return;
        Native.duckdb_data_chunk_set_size(_chunk, (ulong)_row);
        Call(() => Native.duckdb_append_data_chunk(_appender, _chunk));
        Native.duckdb_data_chunk_reset(_chunk);
        _row = 0;
        Attach();
    }

    void Attach()
    {
        for (var i = 0; i < _columns.Length; i++)
            _columns[i].Attach(Native.duckdb_data_chunk_get_vector(_chunk, (ulong)i));
    }

    void Call(Func<int> native)
    {
        _connection.DemandNoOpenReader();
        using var call = _connection.Enter(0, default);
        _connection.Autocommit.Rollback();
        Demand(native());
    }

    void Demand(int state)
    {
        if (state == 0)
            return;
        _connection.Suspect = true;
        throw new DuckDbException(Native.Text(Native.duckdb_appender_error(_appender)) ?? "The rows cannot be appended.");
    }

    void DemandUnwritten(int column)
    {
        if (_written[column])
            throw new InvalidOperationException($"Column {column} of the row has a value already.");
    }

    TextWriter TextColumn(int column) => _columns[column] as TextWriter ?? throw NoText(column);

    InvalidCastException NoText(int column) => new($"Column {column} is {_columns[column].Type.Name}, which is not text.");

    static int Checked(int row) => (uint)row < ChunkRows ? row : throw new ArgumentOutOfRangeException(nameof(row), row, $"A chunk has {ChunkRows} rows.");

    static byte[]? Name(string? name) => name is null ? null : Native.ZeroTerminated(name, "The name");
}
