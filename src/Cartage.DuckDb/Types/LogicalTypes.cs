namespace Cartage.DuckDb;

/// <summary>Reads the library's types, and makes those of C# types.</summary>
static unsafe class LogicalTypes
{
    /// <summary>Reads a type and gives it back to the library.</summary>
    public static LogicalType Take(TypeHandle type)
    {
        using (type)
            return Read(type);
    }

    static LogicalType Read(TypeHandle type) =>
        Native.duckdb_get_type_id(type) switch
        {
            DuckDbType.Decimal => Decimal(type),
            DuckDbType.Enum => Enum(type),
            DuckDbType.List => List(Take(Native.duckdb_list_type_child_type(type))),
            DuckDbType.Array => Array(Take(Native.duckdb_array_type_child_type(type)), (long)Native.duckdb_array_type_array_size(type)),
            DuckDbType.Map => Map(Take(Native.duckdb_map_type_key_type(type)), Take(Native.duckdb_map_type_value_type(type))),
            DuckDbType.Struct => Fields(DuckDbType.Struct, "STRUCT", StructFields(type)),
            DuckDbType.Union => Fields(DuckDbType.Union, "UNION", UnionMembers(type)),
            var id => new(id, Native.TakeText(Native.duckdb_logical_type_get_alias(type)) is { Length: > 0 } alias ? alias : Name(id)),
        };

    static LogicalType Decimal(TypeHandle type)
    {
        var (width, scale) = (Native.duckdb_decimal_width(type), Native.duckdb_decimal_scale(type));
        return new(DuckDbType.Decimal, $"DECIMAL({width},{scale})") { Width = width, Scale = scale, Storage = Native.duckdb_decimal_internal_type(type) };
    }

    static LogicalType Enum(TypeHandle type)
    {
        var labels = Texts((long)Native.duckdb_enum_dictionary_size(type), i => Native.TakeText(Native.duckdb_enum_dictionary_value(type, i))!);
        return new(DuckDbType.Enum, $"ENUM({string.Join(", ", labels.Select(l => $"'{l.Replace("'", "''")}'"))})") { Storage = Native.duckdb_enum_internal_type(type), Labels = labels };
    }

    static LogicalType List(LogicalType element) => new(DuckDbType.List, $"{element.Name}[]") { Children = [new("", element)] };

    static LogicalType Array(LogicalType element, long size) => new(DuckDbType.Array, $"{element.Name}[{size}]") { Size = size, Children = [new("", element)] };

    static LogicalType Map(LogicalType key, LogicalType value) => new(DuckDbType.Map, $"MAP({key.Name}, {value.Name})") { Children = [new("key", key), new("value", value)] };

    static LogicalType Fields(DuckDbType id, string word, LogicalField[] fields) =>
        new(id, $"{word}({string.Join(", ", fields.Select(f => $"{Quote(f.Name)} {f.Type.Name}".TrimStart()))})") { Children = fields };

    static LogicalField[] StructFields(TypeHandle type) =>
        [.. Count(Native.duckdb_struct_type_child_count(type)).Select(i => new LogicalField(
            Native.TakeText(Native.duckdb_struct_type_child_name(type, i))!, Take(Native.duckdb_struct_type_child_type(type, i))))];

    static LogicalField[] UnionMembers(TypeHandle type) =>
        [.. Count(Native.duckdb_union_type_member_count(type)).Select(i => new LogicalField(
            Native.TakeText(Native.duckdb_union_type_member_name(type, i))!, Take(Native.duckdb_union_type_member_type(type, i))))];

    static string[] Texts(long count, Func<ulong, string> text) => [.. Count((ulong)count).Select(text)];

    static IEnumerable<ulong> Count(ulong count)
    {
        for (ulong i = 0; i < count; i++)
            yield return i;
    }

    static string Quote(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : $"\"{name.Replace("\"", "\"\"")}\"";

    static string Name(DuckDbType id) =>
        id switch
        {
            DuckDbType.TimestampTz => "TIMESTAMP WITH TIME ZONE",
            DuckDbType.TimeTz => "TIME WITH TIME ZONE",
            DuckDbType.TimestampS => "TIMESTAMP_S",
            DuckDbType.TimestampMs => "TIMESTAMP_MS",
            DuckDbType.TimestampNs => "TIMESTAMP_NS",
            DuckDbType.TimeNs => "TIME_NS",
            DuckDbType.SqlNull => "NULL",
            _ => id.ToString().ToUpperInvariant(),
        };
}
