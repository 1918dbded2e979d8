namespace Cartage.DuckDb;

/// <summary>Lists and fixed-size arrays.</summary>
sealed class ListColumn(LogicalType type, Column element) : Column(type)
{
    public override Type ClrType => typeof(List<object?>);

    public override void Attach(nint vector)
    {
        base.Attach(vector);
        element.Attach(Type.Id == DuckDbType.List ? Native.duckdb_list_vector_get_child(vector) : Native.duckdb_array_vector_get_child(vector));
    }

    public override object Read(long row) => new List<object?>(Elements<object?>(row));

    public V[] Elements<V>(long row)
    {
        var (offset, length) = Type.Id == DuckDbType.List ? At<ListEntry>(row) : new(row * Type.Size, Type.Size);
        var elements = new V[length];
        for (var i = 0L; i < length; i++)
            elements[i] = Fields.Element<V>(element, offset + i);
        return elements;
    }
}

/// <summary>Maps, which are lists of key and value.</summary>
sealed class MapColumn(LogicalType type, Column key, Column value) : Column(type)
{
    public override Type ClrType => typeof(Dictionary<object, object?>);

    public override void Attach(nint vector)
    {
        base.Attach(vector);
        var entries = Native.duckdb_list_vector_get_child(vector);
        key.Attach(Native.duckdb_struct_vector_get_child(entries, 0));
        value.Attach(Native.duckdb_struct_vector_get_child(entries, 1));
    }

    public override object Read(long row) => Entries<object, object?>(row);

    public Dictionary<K, V> Entries<K, V>(long row)
        where K : notnull
    {
        var (offset, length) = At<ListEntry>(row);
        var entries = new Dictionary<K, V>((int)length);
        for (var i = offset; i < offset + length; i++)
            entries[Fields.Element<K>(key, i)] = Fields.Element<V>(value, i);
        return entries;
    }
}

/// <summary>Structs, by field name; the fields of an unnamed one are called 1, 2, ….</summary>
sealed class StructColumn(LogicalType type, Column[] fields) : Column(type)
{
    readonly string[] _names = [.. type.Children.Select((c, i) => c.Name is "" ? $"{i + 1}" : c.Name)];

    public override Type ClrType => typeof(Dictionary<string, object?>);

    public override void Attach(nint vector)
    {
        base.Attach(vector);
        for (var i = 0; i < fields.Length; i++)
            fields[i].Attach(Native.duckdb_struct_vector_get_child(vector, (ulong)i));
    }

    public override object Read(long row)
    {
        var values = new Dictionary<string, object?>(fields.Length);
        for (var i = 0; i < fields.Length; i++)
            values[_names[i]] = fields[i].ReadOrNull(row);
        return values;
    }
}

/// <summary>Unions: the value of the member a row is, or with the member's name as a <see cref="DuckDbUnion"/>.</summary>
sealed class UnionColumn(LogicalType type, Column[] members) : Column(type)
{
    readonly NumberColumn<byte> _tag = new(new(DuckDbType.UTinyInt, "UTINYINT"));

    public override Type ClrType => typeof(object);

    public override void Attach(nint vector)
    {
        base.Attach(vector);
        _tag.Attach(Native.duckdb_struct_vector_get_child(vector, 0));
        for (var i = 0; i < members.Length; i++)
            members[i].Attach(Native.duckdb_struct_vector_get_child(vector, (ulong)i + 1));
    }

    public override object Read(long row) => Member(row).ReadOrNull(row) ?? DBNull.Value;

    public override Type ExactType => typeof(DuckDbUnion);

    public override object ReadExact(long row) => new DuckDbUnion(Type.Children[Tag(row)].Name, Member(row).ReadOrNull(row));

    public override T Read<T>(long row) =>
        typeof(T) == typeof(DuckDbUnion) ? (T)ReadExact(row)
        : typeof(T) == typeof(object) ? (T)Read(row)
        : Fields.Element<T>(Member(row), row);

    int Tag(long row) => _tag.Read<byte>(row);

    Column Member(long row) => members[Tag(row)];
}
