using System.Collections;

namespace Cartage.DuckDb;

/// <summary>Lists, whose elements lie one after the other in the child vector.</summary>
sealed class ListWriter(LogicalType type, ColumnWriter element) : ColumnWriter(type)
{
    long _size;

    public override void Attach(nint vector)
    {
        base.Attach(vector);
        _size = 0;
        element.Attach(Native.duckdb_list_vector_get_child(vector));
    }

    public override void Write(long row, object value)
    {
        if (value is string || value is not IEnumerable elements)
            throw Refused(value);
        var items = elements.Cast<object?>().ToArray();
        var offset = _size;
        _size += items.Length;
        _ = Native.duckdb_list_vector_reserve(Vector, (ulong)_size);
        _ = Native.duckdb_list_vector_set_size(Vector, (ulong)_size);
        element.Refresh();
        for (var i = 0; i < items.Length; i++)
            element.WriteOrNull(offset + i, items[i]);
        Put(row, new ListEntry(offset, items.Length));
    }

    public override void WriteNull(long row)
    {
        base.WriteNull(row);
        Put(row, default(ListEntry));
    }
}

/// <summary>Arrays, all of one size.</summary>
sealed class ArrayWriter(LogicalType type, ColumnWriter element) : ColumnWriter(type)
{
    public override void Attach(nint vector)
    {
        base.Attach(vector);
        element.Attach(Native.duckdb_array_vector_get_child(vector));
    }

    public override void Refresh()
    {
        base.Refresh();
        element.Refresh();
    }

    public override void Write(long row, object value)
    {
        if (value is string || value is not IEnumerable elements || elements.Cast<object?>().ToArray() is not { } items || items.Length != Type.Size)
            throw Refused(value);
        for (var i = 0; i < items.Length; i++)
            element.WriteOrNull(row * Type.Size + i, items[i]);
    }

    public override void WriteNull(long row)
    {
        base.WriteNull(row);
        for (var i = 0L; i < Type.Size; i++)
            element.WriteNull(row * Type.Size + i);
    }
}

/// <summary>Structs from dictionaries by field name; a field that is not there is null.</summary>
sealed class StructWriter(LogicalType type, ColumnWriter[] fields) : ColumnWriter(type)
{
    public override void Attach(nint vector)
    {
        base.Attach(vector);
        for (var i = 0; i < fields.Length; i++)
            fields[i].Attach(Native.duckdb_struct_vector_get_child(vector, (ulong)i));
    }

    public override void Refresh()
    {
        base.Refresh();
        foreach (var field in fields)
            field.Refresh();
    }

    public override void Write(long row, object value)
    {
        if (value is not IDictionary values)
            throw Refused(value);
        for (var i = 0; i < fields.Length; i++)
            fields[i].WriteOrNull(row, values[Type.Children[i].Name]);
    }

    public override void WriteNull(long row)
    {
        base.WriteNull(row);
        foreach (var field in fields)
            field.WriteNull(row);
    }
}

/// <summary>Maps from dictionaries.</summary>
sealed class MapWriter(LogicalType type, ColumnWriter key, ColumnWriter value) : ColumnWriter(type)
{
    long _size;

    public override void Attach(nint vector)
    {
        base.Attach(vector);
        _size = 0;
        var entries = Native.duckdb_list_vector_get_child(vector);
        key.Attach(Native.duckdb_struct_vector_get_child(entries, 0));
        value.Attach(Native.duckdb_struct_vector_get_child(entries, 1));
    }

    public override void Write(long row, object values)
    {
        if (values is not IDictionary entries)
            throw Refused(values);
        Put(row, new ListEntry(_size, entries.Count));
        var at = _size;
        _size += entries.Count;
        _ = Native.duckdb_list_vector_reserve(Vector, (ulong)_size);
        _ = Native.duckdb_list_vector_set_size(Vector, (ulong)_size);
        key.Refresh();
        value.Refresh();
        foreach (DictionaryEntry entry in entries)
        {
            key.Write(at, entry.Key);
            value.WriteOrNull(at++, entry.Value);
        }
    }

    public override void WriteNull(long row)
    {
        base.WriteNull(row);
        Put(row, default(ListEntry));
    }
}

/// <summary>Unions from <see cref="DuckDbUnion"/>: the member's number, its value, and null for all other members.</summary>
sealed class UnionWriter(LogicalType type, ColumnWriter[] members) : ColumnWriter(type)
{
    readonly NumberWriter<byte> _tag = new(new(DuckDbType.UTinyInt, "UTINYINT"));

    public override void Attach(nint vector)
    {
        base.Attach(vector);
        _tag.Attach(Native.duckdb_struct_vector_get_child(vector, 0));
        for (var i = 0; i < members.Length; i++)
            members[i].Attach(Native.duckdb_struct_vector_get_child(vector, (ulong)i + 1));
    }

    public override void Refresh()
    {
        base.Refresh();
        _tag.Refresh();
        foreach (var member in members)
            member.Refresh();
    }

    public override void Write(long row, object value)
    {
        var tag = value is DuckDbUnion union ? Type.Children.Select(c => c.Name).ToList().IndexOf(union.Tag) : throw Refused(value);
        if (tag < 0)
            throw Refused(union);
        _tag.Write(row, (byte)tag);
        for (var i = 0; i < members.Length; i++)
            members[i].WriteOrNull(row, i == tag ? union.Value : null);
    }

    public override void WriteNull(long row)
    {
        base.WriteNull(row);
        _tag.WriteNull(row);
        foreach (var member in members)
            member.WriteNull(row);
    }
}
