using System.Runtime.InteropServices;

namespace Cartage.DuckDb;

/// <summary>A pointer of the library's that is given back exactly once, even when nobody disposes it.</summary>
abstract class NativeHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;
}

sealed class DatabaseHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        Native.duckdb_close(ref handle);
        return true;
    }
}

sealed class ConnectionHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        Native.duckdb_disconnect(ref handle);
        return true;
    }
}

sealed class ConfigHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        Native.duckdb_destroy_config(ref handle);
        return true;
    }
}

sealed class ExtractedHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        Native.duckdb_destroy_extracted(ref handle);
        return true;
    }
}

sealed class StatementHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        Native.duckdb_destroy_prepare(ref handle);
        return true;
    }
}

sealed class ValueHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        Native.duckdb_destroy_value(ref handle);
        return true;
    }
}

sealed class TypeHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        Native.duckdb_destroy_logical_type(ref handle);
        return true;
    }
}

sealed class ChunkHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        Native.duckdb_destroy_data_chunk(ref handle);
        return true;
    }
}

sealed class AppenderHandle : NativeHandle
{
    // Destroying would write the rows it holds, also those of a caller who gave up.
    protected override bool ReleaseHandle()
    {
        _ = Native.duckdb_appender_clear(handle);
        return Native.duckdb_appender_destroy(ref handle) == 0;
    }
}

sealed class ScalarFunctionHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        Native.duckdb_destroy_scalar_function(ref handle);
        return true;
    }
}
