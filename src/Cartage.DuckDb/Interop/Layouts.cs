using System.Runtime.InteropServices;

namespace Cartage.DuckDb;

/// <summary>duckdb_result: 48 bytes that only the library reads.</summary>
[StructLayout(LayoutKind.Sequential)]
struct NativeResult
{
    ulong _columnCount, _rowCount, _rowsChanged;
    nint _columns, _error, _data;
}

/// <summary>A 128-bit integer as the library lays it out.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct HugeInt(ulong Lower, ulong Upper)
{
    public Int128 Signed => new(Upper, Lower);

    public UInt128 Unsigned => new(Upper, Lower);

    public static HugeInt From(Int128 value) => new((ulong)value, (ulong)(value >> 64));

    public static HugeInt From(UInt128 value) => new((ulong)value, (ulong)(value >> 64));
}

/// <summary>duckdb_decimal.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct NativeDecimal(byte Width, byte Scale, HugeInt Value);

/// <summary>duckdb_bit: a byte that counts the padding bits, then the bits.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly unsafe struct NativeBit(byte* data, ulong size)
{
    readonly byte* _data = data;
    readonly ulong _size = size;
}

/// <summary>duckdb_bignum: the magnitude, lowest byte first.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly unsafe struct NativeBigNum(byte* data, ulong size, bool isNegative)
{
    readonly byte* _data = data;
    readonly ulong _size = size;
    readonly byte _isNegative = (byte)(isNegative ? 1 : 0);
}

/// <summary>duckdb_list_entry: which rows of the child vector belong to a list.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct ListEntry(long Offset, long Length);

/// <summary>How far a running query is: percent done (−1 where unknown), rows read and rows to read.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct QueryProgress(double Percentage, ulong Rows, ulong TotalRows);

/// <summary>duckdb_result_type.</summary>
enum ResultType
{
    Invalid,
    ChangedRows,
    Nothing,
    QueryResult,
}

/// <summary>duckdb_statement_type, as far as it matters here.</summary>
enum StatementType
{
    Select = 1,
    Transaction = 10,
    VariableSet = 13,
    Pragma = 17,
    Vacuum = 18,
    Call = 19,
    Set = 20,
    Load = 21,
    Extension = 23,
    Attach = 25,
    Detach = 26,
}
