namespace Cartage.DuckDb;

/// <summary>The statements of a command's text, parsed; there may be none.</summary>
sealed unsafe class Script : IDisposable
{
    readonly ConnectionHandle _connection;
    readonly ExtractedHandle _extracted;

    public Script(ConnectionHandle connection, string sql)
    {
        _connection = connection;
        Count = (int)Native.duckdb_extract_statements(connection, Native.ZeroTerminated(sql, "The statement"), out _extracted);
        if (Count > 0 || Native.Text(Native.duckdb_extract_statements_error(_extracted)) is not { Length: > 0 } error)
            return;
        Dispose();
        throw new DuckDbException(error, DuckDbErrorType.Parser);
    }

    public int Count { get; }

    public Statement Prepare(int index)
    {
        if (Native.duckdb_prepare_extracted_statement(_connection, _extracted, (ulong)index, out var statement) == 0)
            return new(statement);
        using (statement)
            throw new DuckDbException(Native.Text(Native.duckdb_prepare_error(statement)) ?? "The statement cannot be prepared.");
    }

    public void Dispose() => _extracted.Dispose();
}
