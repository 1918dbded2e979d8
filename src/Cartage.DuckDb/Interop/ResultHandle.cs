using System.Runtime.InteropServices;

namespace Cartage.DuckDb;

/// <summary>A duckdb_result in memory of its own, so that it can be freed like every other pointer.</summary>
sealed unsafe class ResultHandle : NativeHandle
{
    public ResultHandle(NativeResult result)
    {
        var copy = (NativeResult*)NativeMemory.Alloc((nuint)sizeof(NativeResult));
        *copy = result;
        SetHandle((nint)copy);
    }

    public ResultType ReturnType => Held(Native.duckdb_result_return_type);

    /// <summary>The next chunk of rows; an invalid handle at the end or after an error.</summary>
    public ChunkHandle Fetch() => Held(Native.duckdb_fetch_chunk);

    protected override bool ReleaseHandle()
    {
        Native.duckdb_destroy_result(handle);
        NativeMemory.Free((void*)handle);
        return true;
    }

    // These functions take the struct itself and not its address, so the marshaller cannot hold the handle for us.
    T Held<T>(Func<NativeResult, T> call)
    {
        var held = false;
        try
        {
            DangerousAddRef(ref held);
            return call(*(NativeResult*)handle);
        }
        finally
        {
            if (held)
                DangerousRelease();
        }
    }
}
