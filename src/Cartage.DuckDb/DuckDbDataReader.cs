using System.Collections;
using System.Data.Common;
using System.Globalization;

namespace Cartage.DuckDb;

/// <summary>A result read row by row, or by <see cref="NextChunk"/> column by column; rows arrive as they are computed, so memory stays constant.</summary>
public sealed class DuckDbDataReader : DbDataReader
{
    readonly DuckDbConnection _connection;
    readonly string[] _names = [];
    readonly LogicalType[] _types = [];
    NativeResult _result;
    nint _chunkHandle;
    DuckDbChunk? _chunk;
    int _row = -1;
    bool _open;

    internal DuckDbDataReader(DuckDbConnection connection) => _connection = connection;

    internal unsafe DuckDbDataReader(DuckDbConnection connection, NativeResult result)
        : this(connection)
    {
        (_result, _open) = (result, true);
        var count = Native.duckdb_column_count(ref _result);
        (_names, _types) = (new string[count], new LogicalType[count]);
        for (ulong i = 0; i < count; i++)
        {
            _names[i] = Native.Text(Native.duckdb_column_name(ref _result, i))!;
            _types[i] = LogicalType.Read(Native.duckdb_column_logical_type(ref _result, i));
        }
        // 1 is DUCKDB_RESULT_TYPE_CHANGED_ROWS.
        RecordsAffected = Native.duckdb_result_return_type(_result) == 1 ? (int)Native.duckdb_rows_changed(ref _result) : -1;
    }

    /// <inheritdoc/>
    public override int FieldCount => _names.Length;

    /// <inheritdoc/>
    public override bool HasRows => _chunk is not null || Fetch();

    /// <inheritdoc/>
    public override bool IsClosed => !_open;

    /// <inheritdoc/>
    public override int RecordsAffected { get; } = -1;

    /// <inheritdoc/>
    public override int Depth => 0;

    /// <inheritdoc/>
    public override object this[int ordinal] => GetValue(ordinal);

    /// <inheritdoc/>
    public override object this[string name] => GetValue(GetOrdinal(name));

    /// <summary>The next rows as columns, or null at the end; not to be mixed with <see cref="Read"/>.</summary>
    public DuckDbChunk? NextChunk() => Fetch() ? _chunk : null;

    /// <inheritdoc/>
    public override bool Read()
    {
        if ((_chunk is null || _row + 1 >= _chunk.Rows) && !Fetch())
            return false;
        _row++;
        return true;
    }

    /// <inheritdoc/>
    public override async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_chunk is not null && _row + 1 < _chunk.Rows)
            return Read();
        await using var stop = cancellationToken.Register(_connection.Interrupt);
        return await Task.Run(Read, CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override bool NextResult() => false;

    /// <inheritdoc/>
    public override string GetName(int ordinal) => _names[ordinal];

    /// <inheritdoc/>
    public override int GetOrdinal(string name) =>
        Array.FindIndex(_names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) is >= 0 and var i
            ? i
            : throw new IndexOutOfRangeException($"The result has no column '{name}'; it has {string.Join(", ", _names)}.");

    /// <inheritdoc/>
    public override string GetDataTypeName(int ordinal) => _types[ordinal].Name;

    /// <inheritdoc/>
    public override Type GetFieldType(int ordinal) =>
        _types[ordinal].Id switch
        {
            DuckDbType.Boolean => typeof(bool),
            DuckDbType.TinyInt => typeof(sbyte),
            DuckDbType.SmallInt => typeof(short),
            DuckDbType.Integer => typeof(int),
            DuckDbType.BigInt => typeof(long),
            DuckDbType.UTinyInt => typeof(byte),
            DuckDbType.USmallInt => typeof(ushort),
            DuckDbType.UInteger => typeof(uint),
            DuckDbType.UBigInt => typeof(ulong),
            DuckDbType.Float => typeof(float),
            DuckDbType.Double => typeof(double),
            DuckDbType.HugeInt => typeof(Int128),
            DuckDbType.UHugeInt => typeof(UInt128),
            DuckDbType.Decimal => typeof(decimal),
            DuckDbType.Varchar or DuckDbType.Enum or DuckDbType.Bit => typeof(string),
            DuckDbType.Blob => typeof(byte[]),
            DuckDbType.Date => typeof(DateOnly),
            DuckDbType.Time or DuckDbType.TimeNs => typeof(TimeOnly),
            DuckDbType.Timestamp or DuckDbType.TimestampS or DuckDbType.TimestampMs or DuckDbType.TimestampNs => typeof(DateTime),
            DuckDbType.TimestampTz or DuckDbType.TimeTz => typeof(DateTimeOffset),
            DuckDbType.Interval => typeof(DuckDbInterval),
            DuckDbType.Uuid => typeof(Guid),
            DuckDbType.List or DuckDbType.Array => typeof(List<object?>),
            DuckDbType.Struct => typeof(Dictionary<string, object?>),
            DuckDbType.Map => typeof(Dictionary<object, object?>),
            _ => typeof(object),
        };

    /// <inheritdoc/>
    public override bool IsDBNull(int ordinal) => Current.IsNull(ordinal, _row);

    /// <inheritdoc/>
    public override object GetValue(int ordinal) => Current.Value(ordinal, _row) ?? DBNull.Value;

    /// <inheritdoc/>
    public override T GetFieldValue<T>(int ordinal) =>
        GetValue(ordinal) switch
        {
            T value => value,
            DBNull when default(T) is null => default!,
            DateTimeOffset value when typeof(T) == typeof(DateTime) => (T)(object)value.UtcDateTime,
            DateOnly value when typeof(T) == typeof(DateTime) => (T)(object)value.ToDateTime(default),
            Int128 value when typeof(T) == typeof(long) => (T)(object)(long)value,
            Int128 value when typeof(T) == typeof(decimal) => (T)(object)(decimal)value,
            var value => (T)Convert.ChangeType(value, Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), CultureInfo.InvariantCulture),
        };

    /// <inheritdoc/>
    public override int GetValues(object[] values)
    {
        var count = Math.Min(values.Length, FieldCount);
        for (var i = 0; i < count; i++)
            values[i] = GetValue(i);
        return count;
    }

    /// <inheritdoc/>
    public override bool GetBoolean(int ordinal) => GetFieldValue<bool>(ordinal);

    /// <inheritdoc/>
    public override byte GetByte(int ordinal) => GetFieldValue<byte>(ordinal);

    /// <inheritdoc/>
    public override char GetChar(int ordinal) => GetString(ordinal)[0];

    /// <inheritdoc/>
    public override DateTime GetDateTime(int ordinal) => GetFieldValue<DateTime>(ordinal);

    /// <inheritdoc/>
    public override decimal GetDecimal(int ordinal) => GetFieldValue<decimal>(ordinal);

    /// <inheritdoc/>
    public override double GetDouble(int ordinal) => GetFieldValue<double>(ordinal);

    /// <inheritdoc/>
    public override float GetFloat(int ordinal) => GetFieldValue<float>(ordinal);

    /// <inheritdoc/>
    public override Guid GetGuid(int ordinal) => GetFieldValue<Guid>(ordinal);

    /// <inheritdoc/>
    public override short GetInt16(int ordinal) => GetFieldValue<short>(ordinal);

    /// <inheritdoc/>
    public override int GetInt32(int ordinal) => GetFieldValue<int>(ordinal);

    /// <inheritdoc/>
    public override long GetInt64(int ordinal) => GetFieldValue<long>(ordinal);

    /// <inheritdoc/>
    public override string GetString(int ordinal) => GetFieldValue<string>(ordinal);

    /// <inheritdoc/>
    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => Copy(GetFieldValue<byte[]>(ordinal), dataOffset, buffer, bufferOffset, length);

    /// <inheritdoc/>
    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => Copy(GetString(ordinal).ToCharArray(), dataOffset, buffer, bufferOffset, length);

    /// <inheritdoc/>
    public override IEnumerator GetEnumerator() => new DbEnumerator(this);

    /// <inheritdoc/>
    public override void Close()
    {
        if (!_open)
            return;
        _open = false;
        _chunk = null;
        if (_chunkHandle != 0)
            Native.duckdb_destroy_data_chunk(ref _chunkHandle);
        Native.duckdb_destroy_result(ref _result);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Close();
        base.Dispose(disposing);
    }

    DuckDbChunk Current => _chunk is { } chunk && _row >= 0 ? chunk : throw new InvalidOperationException("There is no current row: Read has not been called, or has returned false.");

    unsafe bool Fetch()
    {
        if (!_open)
            return false;
        if (_chunkHandle != 0)
            Native.duckdb_destroy_data_chunk(ref _chunkHandle);
        (_chunk, _row) = (null, -1);
        _chunkHandle = Native.duckdb_fetch_chunk(_result);
        if (_chunkHandle == 0)
        {
            if (Native.Text(Native.duckdb_result_error(ref _result)) is not { Length: > 0 } error)
                return false;
            if (_connection.Transaction is { } transaction)
                transaction.Failed = true;
            throw new DuckDbException(error, (DuckDbErrorType)Native.duckdb_result_error_type(ref _result));
        }
        _chunk = new(_chunkHandle, _types);
        if (_chunk.Rows > 0)
            return true;
        _chunk = null;
        return false;
    }

    static long Copy<T>(T[] data, long offset, T[]? buffer, int bufferOffset, int length)
    {
        if (buffer is null)
            return data.Length;
        var count = Math.Min(length, data.Length - (int)offset);
        Array.Copy(data, offset, buffer, bufferOffset, count);
        return count;
    }
}
