using System.Collections;
using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;

namespace Cartage.DuckDb;

/// <summary>A result row by row. Rows come as they are computed, so memory stays the same however many there are.</summary>
public sealed class DuckDbDataReader : DbDataReader, IDbColumnSchemaGenerator
{
    readonly RowSource _source;
    readonly CommandBehavior _behavior;
    int _row = -1;
    bool _closed;

    internal DuckDbDataReader(DuckDbCommand command, ResultSet result, CommandBehavior behavior) => (_source, _behavior) = (new(command, result), behavior);

    /// <inheritdoc/>
    public override int FieldCount => Result.Columns.Length;

    /// <inheritdoc/>
    public override bool HasRows => _row >= 0 || Result.Rows > 0 || _source.Fetch(default);

    /// <inheritdoc/>
    public override bool IsClosed => _closed;

    /// <inheritdoc/>
    public override int RecordsAffected => (int)Math.Min(Result.RowsChanged, int.MaxValue);

    /// <inheritdoc/>
    public override int Depth => 0;

    /// <inheritdoc/>
    public override object this[int ordinal] => GetValue(ordinal);

    /// <inheritdoc/>
    public override object this[string name] => GetValue(GetOrdinal(name));

    ResultSet Result => _source.Result;

    /// <inheritdoc/>
    public override bool Read() => HasNext() || (_source.Fetch(default) && First());

    /// <inheritdoc/>
    public override Task<bool> ReadAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<bool>(cancellationToken)
        : HasNext() ? Task.FromResult(true)
        : Here.Run(() => _source.Fetch(cancellationToken) && First(), cancellationToken);

    /// <summary>There is only one result, the last statement's.</summary>
    public override bool NextResult() => false;

    /// <inheritdoc/>
    public override string GetName(int ordinal) => Result.Names[ordinal];

    /// <inheritdoc/>
    public override int GetOrdinal(string name) =>
        Array.IndexOf(Result.Names, name) is >= 0 and var exact ? exact
        : Array.FindIndex(Result.Names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) is >= 0 and var close ? close
        : throw new IndexOutOfRangeException($"The result has no column '{name}'; it has {string.Join(", ", Result.Names)}.");

    /// <summary>The type as DuckDB writes it, such as <c>DECIMAL(10,2)</c>.</summary>
    public override string GetDataTypeName(int ordinal) => Result.Columns[ordinal].Type.Name;

    /// <inheritdoc/>
    public override Type GetFieldType(int ordinal) => Result.Columns[ordinal].ClrType;

    /// <inheritdoc/>
    public override Type GetProviderSpecificFieldType(int ordinal) => Result.Columns[ordinal].ExactType;

    /// <inheritdoc/>
    public override bool IsDBNull(int ordinal) => Column(ordinal).IsNull(_row);

    /// <inheritdoc/>
    public override object GetValue(int ordinal) => Column(ordinal).ReadOrNull(_row) ?? DBNull.Value;

    /// <summary>Like <see cref="GetValue"/>, but decimals, dates and timestamps as the provider's own types, which hold every value the database can.</summary>
    public override object GetProviderSpecificValue(int ordinal) => IsDBNull(ordinal) ? DBNull.Value : Column(ordinal).ReadExact(_row);

    /// <summary>The value as another type where nothing is lost by it; everything but nested values also as its text. NULL is null for types that have it.</summary>
    public override T GetFieldValue<T>(int ordinal) =>
        !IsDBNull(ordinal) ? Field<T>.Read(Column(ordinal), _row)
        : default(T) is not null ? throw Missing(ordinal)
        : DBNull.Value is T none ? none
        : default!;

    /// <inheritdoc/>
    public override int GetValues(object[] values)
    {
        var count = Math.Min(values.Length, FieldCount);
        for (var i = 0; i < count; i++)
            values[i] = GetValue(i);
        return count;
    }

    /// <inheritdoc/>
    public override bool GetBoolean(int ordinal) => Get<bool>(ordinal);

    /// <inheritdoc/>
    public override byte GetByte(int ordinal) => Get<byte>(ordinal);

    /// <inheritdoc/>
    public override char GetChar(int ordinal) => Get<char>(ordinal);

    /// <inheritdoc/>
    public override DateTime GetDateTime(int ordinal) => Get<DateTime>(ordinal);

    /// <inheritdoc/>
    public override decimal GetDecimal(int ordinal) => Get<decimal>(ordinal);

    /// <inheritdoc/>
    public override double GetDouble(int ordinal) => Get<double>(ordinal);

    /// <inheritdoc/>
    public override float GetFloat(int ordinal) => Get<float>(ordinal);

    /// <inheritdoc/>
    public override Guid GetGuid(int ordinal) => Get<Guid>(ordinal);

    /// <inheritdoc/>
    public override short GetInt16(int ordinal) => Get<short>(ordinal);

    /// <inheritdoc/>
    public override int GetInt32(int ordinal) => Get<int>(ordinal);

    /// <inheritdoc/>
    public override long GetInt64(int ordinal) => Get<long>(ordinal);

    /// <inheritdoc/>
    public override string GetString(int ordinal) => Get<string>(ordinal);

    /// <inheritdoc/>
    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => Copy(Get<byte[]>(ordinal), dataOffset, buffer, bufferOffset, length);

    /// <inheritdoc/>
    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => Copy(Get<string>(ordinal).ToCharArray(), dataOffset, buffer, bufferOffset, length);

    /// <inheritdoc/>
    public override IEnumerator GetEnumerator() => new DbEnumerator(this);

    /// <summary>A <see cref="DuckDbColumn"/> a column.</summary>
    public ReadOnlyCollection<DbColumn> GetColumnSchema() => [.. Result.Columns.Select(DbColumn (c, i) => new DuckDbColumn(Result.Names[i], i, c))];

    /// <inheritdoc/>
    public override DataTable GetSchemaTable() => SchemaTable.Of(GetColumnSchema());

    /// <inheritdoc/>
    public override void Close()
    {
        if (_closed)
            return;
        _closed = true;
        _source.Dispose();
        if (_behavior.HasFlag(CommandBehavior.CloseConnection))
            _source.Connection.Close();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Close();
        base.Dispose(disposing);
    }

    bool HasNext()
    {
        if (_row + 1 >= Result.Rows)
            return false;
        _row++;
        return true;
    }

    bool First()
    {
        _row = 0;
        return true;
    }

    Column Column(int ordinal)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        return _row >= 0 && _row < Result.Rows ? Result.Columns[ordinal] : throw new InvalidOperationException("There is no current row: Read has not been called, or has returned false.");
    }

    T Get<T>(int ordinal) => Column(ordinal) is var column && column.IsNull(_row) ? throw Missing(ordinal) : column.Read<T>(_row);

    InvalidCastException Missing(int ordinal) => new($"The column '{GetName(ordinal)}' is NULL in this row; ask IsDBNull first, or for a type that has null.");

    static long Copy<T>(T[] data, long offset, T[]? buffer, int bufferOffset, int length)
    {
        if (buffer is null)
            return data.Length;
        var count = (int)Math.Max(0, Math.Min(length, data.Length - offset));
        Array.Copy(data, offset, buffer, bufferOffset, count);
        return count;
    }
}
