using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Cartage.DuckDb;

/// <summary>One or several statements with parameters named <c>$name</c>; all but the last are run to their end.</summary>
public sealed class DuckDbCommand : DbCommand
{
    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText { get; set; } = "";

    /// <summary>Seconds until the query is interrupted; 0 means never.</summary>
    public override int CommandTimeout { get; set; }

    /// <inheritdoc/>
    public override CommandType CommandType { get; set; } = CommandType.Text;

    /// <inheritdoc/>
    public override bool DesignTimeVisible { get; set; }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource { get; set; }

    /// <inheritdoc/>
    public new DuckDbConnection? Connection { get; set; }

    /// <inheritdoc/>
    public new DuckDbParameterCollection Parameters { get; } = new();

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => Connection;
        set => Connection = (DuckDbConnection?)value;
    }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => Parameters;

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction { get; set; }

    /// <inheritdoc/>
    public override void Cancel() => Connection?.Interrupt();

    /// <inheritdoc/>
    public override void Prepare() { }

    /// <inheritdoc/>
    public override int ExecuteNonQuery()
    {
        using var reader = Run(streaming: false);
        return reader.RecordsAffected;
    }

    /// <inheritdoc/>
    public override object? ExecuteScalar()
    {
        using var reader = Run(streaming: true);
        return reader.Read() && reader.FieldCount > 0 ? reader.GetValue(0) : null;
    }

    /// <inheritdoc/>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) => OffThread(ExecuteNonQuery, cancellationToken);

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) => OffThread(ExecuteScalar, cancellationToken);

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Run(streaming: true);

    /// <inheritdoc/>
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        OffThread<DbDataReader>(() => Run(streaming: true), cancellationToken);

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => new DuckDbParameter();

    async Task<T> OffThread<T>(Func<T> run, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await using var stop = ct.Register(() => Connection?.Interrupt());
        try
        {
            return await Task.Run(run, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DuckDbException e) when (ct.IsCancellationRequested && e.ErrorType == DuckDbErrorType.Interrupt)
        {
            throw new OperationCanceledException(e.Message, e, ct);
        }
    }

    DuckDbDataReader Run(bool streaming)
    {
        var connection = Connection ?? throw new InvalidOperationException("The command has no connection.");
        using var timer = CommandTimeout > 0 ? new Timer(_ => connection.Interrupt(), null, CommandTimeout * 1000L, Timeout.Infinite) : null;
        try
        {
            return Run(connection, streaming);
        }
        catch (DuckDbException) when (connection.Transaction is { } transaction)
        {
            transaction.Failed = true;
            throw;
        }
    }

    unsafe DuckDbDataReader Run(DuckDbConnection connection, bool streaming)
    {
        var sql = Encoding.UTF8.GetBytes(CommandText + '\0');
        if (sql.AsSpan(0, sql.Length - 1).Contains((byte)0))
            throw new DuckDbException("The statement holds a NUL character.", DuckDbErrorType.Parser);
        ulong count;
        ExtractedHandle extracted;
        fixed (byte* p = sql)
            count = Native.duckdb_extract_statements(connection.Handle, p, out extracted);
        using var _ = extracted;
        if (count == 0 && Native.Text(Native.duckdb_extract_statements_error(extracted)) is { } error)
            throw new DuckDbException(error, DuckDbErrorType.Parser);
        var reader = new DuckDbDataReader(connection);
        for (ulong i = 0; i < count; i++)
        {
            reader.Dispose();
            reader = RunOne(connection, extracted, i, streaming && i == count - 1);
        }
        return reader;
    }

    unsafe DuckDbDataReader RunOne(DuckDbConnection connection, ExtractedHandle extracted, ulong index, bool streaming)
    {
        var prepared = Native.duckdb_prepare_extracted_statement(connection.Handle, extracted, index, out var statement);
        using (statement)
        {
            if (prepared != 0)
                throw new DuckDbException(Native.Text(Native.duckdb_prepare_error(statement)) ?? "The statement cannot be prepared.", DuckDbErrorType.Binder);
            Bind(statement);
            NativeResult result;
            var state = streaming
                ? Native.duckdb_execute_prepared_streaming(statement, out result)
                : Native.duckdb_execute_prepared(statement, out result);
            if (state == 0)
                return new(connection, result);
            var failure = new DuckDbException(
                Native.Text(Native.duckdb_result_error(ref result)) ?? "The statement failed.",
                (DuckDbErrorType)Native.duckdb_result_error_type(ref result)
            );
            Native.duckdb_destroy_result(ref result);
            throw failure;
        }
    }

    unsafe void Bind(StatementHandle statement)
    {
        var count = Native.duckdb_nparams(statement);
        for (ulong i = 1; i <= count; i++)
        {
            var text = Native.duckdb_parameter_name(statement, i);
            var name = Native.Text(text)!;
            Native.duckdb_free(text);
            var parameter = Parameters.Find(name) ?? throw new DuckDbException($"The parameter ${name} has no value.", DuckDbErrorType.ParameterNotResolved);
            var value = Values.Create(parameter.Value);
            var bound = Native.duckdb_bind_value(statement, i, value);
            Native.duckdb_destroy_value(ref value);
            if (bound != 0)
                throw new DuckDbException($"The parameter ${name} cannot be bound.", DuckDbErrorType.InvalidInput);
        }
    }
}
