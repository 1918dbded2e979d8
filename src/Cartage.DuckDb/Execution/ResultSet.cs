namespace Cartage.DuckDb;

/// <summary>The columns of a result and, one after the other, its chunks of up to 2,048 rows.</summary>
sealed unsafe class ResultSet : IDisposable
{
    readonly ResultHandle? _result;
    ChunkHandle? _chunk;
    bool _atEnd;
    bool _disposed;

    public ResultSet(ResultHandle? result, IReadOnlyList<LogicalField> fields, bool streaming = false)
    {
        (_result, IsStreaming) = (result, streaming);
        Names = [.. fields.Select(f => f.Name)];
        Columns = [.. fields.Select(f => DuckDb.Columns.For(f.Type))];
        RowsChanged = result?.ReturnType == ResultType.ChangedRows ? (long)Native.duckdb_rows_changed(result) : -1;
        _atEnd = result is null;
    }

    public string[] Names { get; }

    public Column[] Columns { get; }

    /// <summary>Rows inserted, updated or deleted; −1 where the statement is of another kind.</summary>
    public long RowsChanged { get; }

    /// <summary>Rows of the current chunk; 0 before the first and after the last.</summary>
    public int Rows { get; private set; }

    /// <summary>Whether rows are still being computed, so that the connection is not free for another statement.</summary>
    public bool IsStreaming { get; private set; }

    public static ResultSet Of(ResultHandle result, bool streaming) =>
        new(result, [.. Enumerable.Range(0, (int)Native.duckdb_column_count(result)).Select(i => new LogicalField(
            Native.Text(Native.duckdb_column_name(result, (ulong)i))!,
            LogicalTypes.Take(Native.duckdb_column_logical_type(result, (ulong)i))))], streaming);

    /// <summary>Goes to the next chunk; false at the end.</summary>
    public bool Fetch()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(DuckDbDataReader));
        Rows = 0;
        _chunk?.Dispose();
        _chunk = null;
        if (_atEnd)
            return false;
        var chunk = _result!.Fetch();
        Rows = chunk.IsInvalid ? 0 : (int)Native.duckdb_data_chunk_get_size(chunk);
        if (Rows == 0)
            return End(chunk);
        _chunk = chunk;
        for (var i = 0; i < Columns.Length; i++)
            Columns[i].Attach(Native.duckdb_data_chunk_get_vector(chunk, (ulong)i));
        return true;
    }

    public void Dispose()
    {
        (Rows, _atEnd, IsStreaming, _disposed) = (0, true, false, true);
        _chunk?.Dispose();
        _result?.Dispose();
    }

    bool End(ChunkHandle chunk)
    {
        (_atEnd, IsStreaming) = (true, false);
        var failed = chunk.IsInvalid && Native.Text(Native.duckdb_result_error(_result!)) is { Length: > 0 };
        chunk.Dispose();
        return failed ? throw Statement.Error(_result!) : false;
    }
}
