using System.Reflection;

namespace Cartage.DuckDb;

/// <summary>How a <typeparamref name="T"/> is read: nullable types, arrays, lists and dictionaries through their elements, all else as the column says.</summary>
static class Field<T>
{
    /// <summary>Reads a row, which is not null unless <typeparamref name="T"/> may be.</summary>
    public static readonly Func<Column, long, T> Read = Choose();

    static Func<Column, long, T> Choose() =>
        typeof(T) switch
        {
            { IsValueType: true } t when Nullable.GetUnderlyingType(t) is { } inner => Through(nameof(Fields.Nullable), inner),
            { IsSZArray: true } t when t != typeof(byte[]) => Through(nameof(Fields.Array), t.GetElementType()!),
            { IsGenericType: true } t when t.GetGenericTypeDefinition() == typeof(List<>) => Through(nameof(Fields.List), t.GenericTypeArguments),
            { IsGenericType: true } t when t.GetGenericTypeDefinition() == typeof(Dictionary<,>) => Through(nameof(Fields.Dictionary), t.GenericTypeArguments),
            _ => static (column, row) => column.Read<T>(row),
        };

    static Func<Column, long, T> Through(string method, params Type[] inner) =>
        typeof(Fields).GetMethod(method, BindingFlags.Static | BindingFlags.Public)!.MakeGenericMethod(inner).CreateDelegate<Func<Column, long, T>>();
}

/// <summary>The ways <see cref="Field{T}"/> chooses from.</summary>
static class Fields
{
    public static V? Nullable<V>(Column column, long row)
        where V : struct => column.IsNull(row) ? null : Field<V>.Read(column, row);

    public static V[] Array<V>(Column column, long row) => column is ListColumn list ? list.Elements<V>(row) : column.Read<V[]>(row);

    public static List<V> List<V>(Column column, long row) => column is ListColumn list ? [.. list.Elements<V>(row)] : column.Read<List<V>>(row);

    public static Dictionary<K, V> Dictionary<K, V>(Column column, long row)
        where K : notnull => column is MapColumn map ? map.Entries<K, V>(row) : column.Read<Dictionary<K, V>>(row);

    /// <summary>An element that may be missing.</summary>
    public static V Element<V>(Column column, long row) =>
        !column.IsNull(row) ? Field<V>.Read(column, row)
        : default(V) is null ? default!
        : throw new InvalidCastException($"A NULL within the value cannot be read as {typeof(V).Name}; ask for {typeof(V).Name}?.");
}
