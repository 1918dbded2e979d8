using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Cartage.DuckDb;

/// <summary>A value for <c>$name</c>; its type is the value's.</summary>
public sealed class DuckDbParameter : DbParameter
{
    /// <inheritdoc/>
    [AllowNull]
    public override string ParameterName { get; set; } = "";

    /// <inheritdoc/>
    public override object? Value { get; set; }

    /// <inheritdoc/>
    public override DbType DbType { get; set; } = DbType.Object;

    /// <inheritdoc/>
    public override ParameterDirection Direction { get; set; } = ParameterDirection.Input;

    /// <inheritdoc/>
    public override bool IsNullable { get; set; } = true;

    /// <inheritdoc/>
    public override int Size { get; set; }

    /// <inheritdoc/>
    [AllowNull]
    public override string SourceColumn { get; set; } = "";

    /// <inheritdoc/>
    public override bool SourceColumnNullMapping { get; set; }

    /// <inheritdoc/>
    public override void ResetDbType() => DbType = DbType.Object;
}

/// <summary>The parameters of a command, by name without <c>$</c>.</summary>
public sealed class DuckDbParameterCollection : DbParameterCollection
{
    readonly List<DuckDbParameter> _items = [];

    /// <inheritdoc/>
    public override int Count => _items.Count;

    /// <inheritdoc/>
    public override object SyncRoot => _items;

    /// <summary>Adds a value.</summary>
    public DuckDbParameter Add(string name, object? value)
    {
        var parameter = new DuckDbParameter { ParameterName = name, Value = value };
        _items.Add(parameter);
        return parameter;
    }

    internal DuckDbParameter? Find(string name) => IndexOf(name) is >= 0 and var i ? _items[i] : null;

    /// <inheritdoc/>
    public override int Add(object value)
    {
        _items.Add((DuckDbParameter)value);
        return _items.Count - 1;
    }

    /// <inheritdoc/>
    public override void AddRange(Array values) => _items.AddRange(values.Cast<DuckDbParameter>());

    /// <inheritdoc/>
    public override void Clear() => _items.Clear();

    /// <inheritdoc/>
    public override bool Contains(object value) => _items.Contains((DuckDbParameter)value);

    /// <inheritdoc/>
    public override bool Contains(string value) => IndexOf(value) >= 0;

    /// <inheritdoc/>
    public override void CopyTo(Array array, int index) => ((ICollection)_items).CopyTo(array, index);

    /// <inheritdoc/>
    public override IEnumerator GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public override int IndexOf(object value) => _items.IndexOf((DuckDbParameter)value);

    /// <inheritdoc/>
    public override int IndexOf(string parameterName) =>
        _items.FindIndex(p => p.ParameterName.TrimStart('$').Equals(parameterName.TrimStart('$'), StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override void Insert(int index, object value) => _items.Insert(index, (DuckDbParameter)value);

    /// <inheritdoc/>
    public override void Remove(object value) => _items.Remove((DuckDbParameter)value);

    /// <inheritdoc/>
    public override void RemoveAt(int index) => _items.RemoveAt(index);

    /// <inheritdoc/>
    public override void RemoveAt(string parameterName) => _items.RemoveAt(IndexOf(parameterName));

    /// <inheritdoc/>
    protected override DbParameter GetParameter(int index) => _items[index];

    /// <inheritdoc/>
    protected override DbParameter GetParameter(string parameterName) => _items[IndexOf(parameterName)];

    /// <inheritdoc/>
    protected override void SetParameter(int index, DbParameter value) => _items[index] = (DuckDbParameter)value;

    /// <inheritdoc/>
    protected override void SetParameter(string parameterName, DbParameter value) => _items[IndexOf(parameterName)] = (DuckDbParameter)value;
}
