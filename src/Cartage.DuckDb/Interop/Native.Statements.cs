using System.Runtime.InteropServices;

namespace Cartage.DuckDb;

static unsafe partial class Native
{
    [LibraryImport(Library)]
    public static partial int duckdb_query(ConnectionHandle connection, ReadOnlySpan<byte> sql, out NativeResult result);

    [LibraryImport(Library)]
    public static partial ulong duckdb_extract_statements(ConnectionHandle connection, ReadOnlySpan<byte> sql, out ExtractedHandle extracted);

    [LibraryImport(Library)]
    public static partial byte* duckdb_extract_statements_error(ExtractedHandle extracted);

    [LibraryImport(Library)]
    public static partial int duckdb_prepare_extracted_statement(ConnectionHandle connection, ExtractedHandle extracted, ulong index, out StatementHandle statement);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_extracted(ref nint extracted);

    [LibraryImport(Library)]
    public static partial byte* duckdb_prepare_error(StatementHandle statement);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_prepare(ref nint statement);

    [LibraryImport(Library)]
    public static partial StatementType duckdb_prepared_statement_type(StatementHandle statement);

    [LibraryImport(Library)]
    public static partial ulong duckdb_prepared_statement_column_count(StatementHandle statement);

    [LibraryImport(Library)]
    public static partial byte* duckdb_prepared_statement_column_name(StatementHandle statement, ulong column);

    [LibraryImport(Library)]
    public static partial TypeHandle duckdb_prepared_statement_column_logical_type(StatementHandle statement, ulong column);

    [LibraryImport(Library)]
    public static partial ulong duckdb_nparams(StatementHandle statement);

    [LibraryImport(Library)]
    public static partial byte* duckdb_parameter_name(StatementHandle statement, ulong index);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_value(StatementHandle statement, ulong index, ValueHandle value);

    [LibraryImport(Library)]
    public static partial int duckdb_execute_prepared(StatementHandle statement, out NativeResult result);

    [LibraryImport(Library)]
    public static partial int duckdb_execute_prepared_streaming(StatementHandle statement, out NativeResult result);
}
