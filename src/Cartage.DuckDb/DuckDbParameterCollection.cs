using System.Collections;
using System.Data.Common;
using System.Globalization;

namespace Cartage.DuckDb;

/// <summary>The parameters of a command, by name with or without <c>$</c>, whatever the case.</summary>
public sealed class DuckDbParameterCollection : DbParameterCollection
{
    readonly List<DuckDbParameter> _items = [];

    /// <inheritdoc/>
    public override int Count => _items.Count;

    /// <inheritdoc/>
    public override object SyncRoot => _items;

    /// <summary>Adds a value for <c>$name</c>.</summary>
    public DuckDbParameter Add(string name, object? value)
    {
        var parameter = new DuckDbParameter(name, value);
        _items.Add(parameter);
        return parameter;
    }

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
    public override int IndexOf(string parameterName)
    {
        var bare = parameterName.TrimStart('$');
        return _items.FindIndex(p => p.BareName.Equals(bare, StringComparison.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public override void Insert(int index, object value) => _items.Insert(index, (DuckDbParameter)value);

    /// <inheritdoc/>
    public override void Remove(object value) => _items.Remove((DuckDbParameter)value);

    /// <inheritdoc/>
    public override void RemoveAt(int index) => _items.RemoveAt(index);

    /// <inheritdoc/>
    public override void RemoveAt(string parameterName) => _items.RemoveAt(Existing(parameterName));

    /// <inheritdoc/>
    protected override DbParameter GetParameter(int index) => _items[index];

    /// <inheritdoc/>
    protected override DbParameter GetParameter(string parameterName) => _items[Existing(parameterName)];

    /// <inheritdoc/>
    protected override void SetParameter(int index, DbParameter value) => _items[index] = (DuckDbParameter)value;

    /// <inheritdoc/>
    protected override void SetParameter(string parameterName, DbParameter value) => _items[Existing(parameterName)] = (DuckDbParameter)value;

    /// <summary>The value for a parameter of a statement; <c>?</c> and <c>$1</c> are numbers to the library.</summary>
    internal object? ValueOf(string name) =>
        IndexOf(name) is >= 0 and var i ? _items[i].Value
        : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place <= _items.Count && _items[place - 1].BareName is "" ? _items[place - 1].Value
        : throw new DuckDbException($"The parameter ${name} has no value; {Names()}.", DuckDbErrorType.ParameterNotResolved);

    int Existing(string name) => IndexOf(name) is >= 0 and var i ? i : throw new IndexOutOfRangeException($"There is no parameter ${name.TrimStart('$')}; {Names()}.");

    string Names() => _items.Count == 0 ? "the command has none" : $"the command has {string.Join(", ", _items.Select(p => $"${p.BareName}"))}";
}
