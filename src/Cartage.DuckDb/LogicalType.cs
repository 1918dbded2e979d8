namespace Cartage.DuckDb;

/// <summary>duckdb_type, by its numbers.</summary>
public enum DuckDbType
{
    Invalid = 0, Boolean = 1, TinyInt = 2, SmallInt = 3, Integer = 4, BigInt = 5, UTinyInt = 6, USmallInt = 7, UInteger = 8, UBigInt = 9,
    Float = 10, Double = 11, Timestamp = 12, Date = 13, Time = 14, Interval = 15, HugeInt = 16, Varchar = 17, Blob = 18, Decimal = 19,
    TimestampS = 20, TimestampMs = 21, TimestampNs = 22, Enum = 23, List = 24, Struct = 25, Map = 26, Uuid = 27, Union = 28, Bit = 29,
    TimeTz = 30, TimestampTz = 31, UHugeInt = 32, Array = 33, Any = 34, BigNum = 35, SqlNull = 36, StringLiteral = 37, IntegerLiteral = 38, TimeNs = 39,
}

/// <summary>A column's type, read once from the library.</summary>
sealed unsafe class LogicalType
{
    LogicalType(nint type)
    {
        Id = (DuckDbType)Native.duckdb_get_type_id(type);
        switch (Id)
        {
            case DuckDbType.Decimal:
                (Width, Scale) = (Native.duckdb_decimal_width(type), Native.duckdb_decimal_scale(type));
                Storage = (DuckDbType)Native.duckdb_decimal_internal_type(type);
                break;
            case DuckDbType.Enum:
                Storage = (DuckDbType)Native.duckdb_enum_internal_type(type);
                _values = [.. Enumerable.Range(0, (int)Native.duckdb_enum_dictionary_size(type)).Select(i => Take(Native.duckdb_enum_dictionary_value(type, (ulong)i)))];
                break;
            case DuckDbType.Array:
                Size = Native.duckdb_array_type_array_size(type);
                break;
            case DuckDbType.Struct:
                Fields = [.. Enumerable.Range(0, (int)Native.duckdb_struct_type_child_count(type)).Select(i => Take(Native.duckdb_struct_type_child_name(type, (ulong)i)))];
                break;
        }
        Native.duckdb_destroy_logical_type(ref type);
    }

    readonly string[] _values = [];

    public DuckDbType Id { get; }

    public byte Width { get; }

    public byte Scale { get; }

    public DuckDbType Storage { get; }

    public ulong Size { get; }

    public IReadOnlyList<string> Fields { get; } = [];

    public string Name => Id == DuckDbType.Decimal ? $"DECIMAL({Width},{Scale})" : Id == DuckDbType.TimestampTz ? "TIMESTAMP WITH TIME ZONE" : Id.ToString().ToUpperInvariant();

    /// <summary>Reads a type and frees it.</summary>
    public static LogicalType Read(nint type) => new(type);

    public string EnumValue(ulong index) => _values[index];

    static string Take(byte* text)
    {
        var value = Native.Text(text)!;
        Native.duckdb_free(text);
        return value;
    }
}
