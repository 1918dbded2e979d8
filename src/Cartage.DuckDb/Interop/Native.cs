using System.Runtime.InteropServices;
using System.Text;

namespace Cartage.DuckDb;

/// <summary>The C API of libduckdb (duckdb.h), as far as it is used, one file per chapter; an <c>int</c> it returns is a state with 0 for success.</summary>
static unsafe partial class Native
{
    const string Library = "duckdb";

    [LibraryImport(Library)]
    public static partial byte* duckdb_library_version();

    [LibraryImport(Library)]
    public static partial void duckdb_free(void* memory);

    /// <summary>A text that stays the library's.</summary>
    public static string? Text(byte* text) => text == null ? null : Marshal.PtrToStringUTF8((nint)text);

    /// <summary>A text that is ours to free.</summary>
    public static string? TakeText(byte* text)
    {
        var value = Text(text);
        duckdb_free(text);
        return value;
    }

    /// <summary>UTF-8 with the NUL that ends it; a NUL inside would silently cut the rest off and is refused.</summary>
    public static byte[] ZeroTerminated(string text, string what)
    {
        var nul = text.IndexOf('\0', StringComparison.Ordinal);
        if (nul >= 0)
            throw new DuckDbException($"{what} holds a NUL character at {nul}; only values may, passed as parameters.", DuckDbErrorType.InvalidInput);
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}
