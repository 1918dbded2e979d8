using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Cartage.DuckDb;

/// <summary>One or several statements with parameters named <c>$name</c>. Statements are run in turn, each to its end; the result is the last one's.</summary>
public sealed class DuckDbCommand : DbCommand
{
    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText { get; set => field = value ?? ""; } = "";

    /// <summary>Seconds a statement, and each wait for further rows, may take; 0 for as long as it likes.</summary>
    public override int CommandTimeout { get; set; }

    /// <summary>Whether rows come as they are computed, which is best for many of them; if not, all are computed first, which is quicker for few.</summary>
    public bool IsStreaming { get; set; } = true;

    /// <inheritdoc/>
    public override CommandType CommandType
    {
        get => CommandType.Text;
        set
        {
            if (value != CommandType.Text)
                throw new NotSupportedException("DuckDB runs text only; write CALL or SELECT.");
        }
    }

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

    /// <summary>Kept but not used: every statement runs in the transaction of its connection.</summary>
    protected override DbTransaction? DbTransaction { get; set; }

    /// <summary>Cancels what the connection is running; see <see cref="DuckDbConnection.Interrupt"/>.</summary>
    public override void Cancel() => Connection?.Interrupt();

    /// <summary>Finds the errors of a text without running it. Nothing is kept: every execution plans anew, because a plan holds only for what the columns held when it was made.</summary>
    public override void Prepare() => Execute(CommandBehavior.SchemaOnly, default).Dispose();

    /// <summary>Rows the last statement changed; −1 where it is none that changes rows.</summary>
    public override int ExecuteNonQuery() => NonQuery(default);

    /// <inheritdoc/>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) => Here.Run(() => NonQuery(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override object? ExecuteScalar() => Scalar(default);

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) => Here.Run(() => Scalar(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public new DuckDbDataReader ExecuteReader() => Reader(CommandBehavior.Default, default);

    /// <summary>The result as chunks of columns.</summary>
    public DuckDbChunkReader ExecuteChunks() => new(this, Execute(CommandBehavior.Default, default));

    /// <inheritdoc cref="ExecuteChunks"/>
    public Task<DuckDbChunkReader> ExecuteChunksAsync(CancellationToken ct) => Here.Run(() => new DuckDbChunkReader(this, Execute(CommandBehavior.Default, ct)), ct);

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Reader(behavior, default);

    /// <inheritdoc/>
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        Here.Run<DbDataReader>(() => Reader(behavior, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => new DuckDbParameter();

    DuckDbDataReader Reader(CommandBehavior behavior, CancellationToken ct) => new(this, Execute(behavior, ct), behavior);

    int NonQuery(CancellationToken ct)
    {
        using var rows = new RowSource(this, Execute(CommandBehavior.Default, ct));
        while (rows.Fetch(ct)) { }
        return (int)Math.Min(rows.Result.RowsChanged, int.MaxValue);
    }

    object? Scalar(CancellationToken ct)
    {
        using var rows = new RowSource(this, Execute(CommandBehavior.Default, ct));
        return rows.Result.Columns is [var first, ..] && rows.Fetch(ct) ? first.ReadOrNull(0) ?? DBNull.Value : null;
    }

    ResultSet Execute(CommandBehavior behavior, CancellationToken ct)
    {
        var connection = Opened();
        connection.DemandNoOpenReader();
        CommitGuard.Check(connection, CommandText);
        using var call = connection.Enter(CommandTimeout, ct);
        var result = Run(connection, behavior, call);
        if (!result.IsStreaming || call.Reason == StopReason.None)
            return result;
        result.Dispose();
        connection.Autocommit.Rollback();
        throw call.Stopped();
    }

    ResultSet Run(DuckDbConnection connection, CommandBehavior behavior, Interruption call)
    {
        try
        {
            return RunScript(connection, behavior, call);
        }
        catch (DuckDbException e)
        {
            connection.Suspect = true;
            if (call.Reason != StopReason.None)
                throw call.Stopped(e);
            throw;
        }
    }

    ResultSet RunScript(DuckDbConnection connection, CommandBehavior behavior, Interruption call)
    {
        using var script = new Script(connection.Handle, CommandText);
        if (!IsStreaming && script.Count == 1 && Parameters.Count == 0 && behavior == CommandBehavior.Default && !CommitGuard.IsTransaction(CommandText))
            return connection.Autocommit.Query(CommandText);
        var result = new ResultSet(null, []);
        for (var i = 0; i < script.Count; i++)
        {
            result.Dispose();
            if (call.Reason != StopReason.None)
                throw call.Stopped();
            result = RunStatement(connection, script, i, behavior.HasFlag(CommandBehavior.SchemaOnly));
        }
        return result;
    }

    ResultSet RunStatement(DuckDbConnection connection, Script script, int index, bool describe)
    {
        var transaction = connection.Autocommit;
        try
        {
            using var statement = Plan(transaction, script, index);
            if (!describe)
                statement.Bind(Parameters);
            var result = describe ? statement.Describe() : transaction.Run(statement, streaming: IsStreaming && index == script.Count - 1);
            if (!describe && statement.Kind == StatementType.Transaction)
                connection.Suspect = false;
            if (!result.IsStreaming)
                transaction.Commit();
            return result;
        }
        catch
        {
            transaction.Rollback();
            throw;
        }
    }

    // With parameters a statement is planned when it runs, and needs no transaction for that.
    Statement Plan(Autocommit transaction, Script script, int index)
    {
        transaction.Rollback();
        if (script.Count > 1 || Parameters.Count == 0)
        {
            transaction.Begin();
            return script.Prepare(index);
        }
        var planned = script.Prepare(index);
        if (planned.HasParameters)
            return planned;
        planned.Dispose();
        transaction.Begin();
        using var again = new Script(Opened().Handle, CommandText); // what is parsed is planned once
        return again.Prepare(index);
    }

    DuckDbConnection Opened()
    {
        var connection = Connection ?? throw new InvalidOperationException("The command has no connection.");
        _ = connection.Handle;
        return connection;
    }
}
