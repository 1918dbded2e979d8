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
readonly record struct HugeInt(ulong Lower, long Upper)
{
    public Int128 Value => new((ulong)Upper, Lower);

    public static HugeInt From(Int128 value) => new((ulong)value, (long)(value >> 64));
}

/// <summary>duckdb_decimal: an unscaled value of up to 38 digits.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct DecimalValue(byte Width, byte Scale, HugeInt Value);

/// <summary>A span of calendar time: months, days and microseconds, which do not convert into each other.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDbInterval(int Months, int Days, long Micros);

/// <summary>How far a running query is: percent done (−1 where unknown) and rows.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct QueryProgress(double Percentage, ulong Rows, ulong TotalRows);
