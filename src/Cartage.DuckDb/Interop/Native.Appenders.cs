using System.Runtime.InteropServices;

namespace Cartage.DuckDb;

static unsafe partial class Native
{
    [LibraryImport(Library)]
    public static partial int duckdb_appender_create_ext(ConnectionHandle connection, ReadOnlySpan<byte> catalog, ReadOnlySpan<byte> schema, ReadOnlySpan<byte> table, out AppenderHandle appender);

    [LibraryImport(Library)]
    public static partial ulong duckdb_appender_column_count(AppenderHandle appender);

    [LibraryImport(Library)]
    public static partial TypeHandle duckdb_appender_column_type(AppenderHandle appender, ulong column);

    [LibraryImport(Library)]
    public static partial int duckdb_append_data_chunk(AppenderHandle appender, ChunkHandle chunk);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_flush(AppenderHandle appender);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_clear(nint appender);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_destroy(ref nint appender);

    [LibraryImport(Library)]
    public static partial byte* duckdb_appender_error(AppenderHandle appender);
}
