namespace Cartage.DuckDb;

/// <summary>Draws a result's chunks on its connection, which is busy until a streaming one has ended.</summary>
sealed class RowSource : IDisposable
{
    readonly DuckDbConnection _connection;
    readonly int _timeout;

    public RowSource(DuckDbCommand command, ResultSet result)
    {
        (_connection, _timeout, Result) = (command.Connection!, command.CommandTimeout, result);
        _connection.Adopt(this);
    }

    public ResultSet Result { get; }

    public DuckDbConnection Connection => _connection;

    /// <summary>Goes to the next chunk; false at the end.</summary>
    public bool Fetch(CancellationToken ct)
    {
        if (!Result.IsStreaming)
            return Result.Fetch();
        using var call = _connection.Enter(_timeout, ct);
        try
        {
            if (Result.Fetch())
                return true;
            _connection.Autocommit.Commit();
            return false;
        }
        catch (DuckDbException e)
        {
            _connection.Suspect = true;
            _connection.Autocommit.Rollback();
            if (call.Reason != StopReason.None)
                throw call.Stopped(e);
            throw;
        }
    }

    public void Dispose()
    {
        using (var call = Result.IsStreaming ? _connection.TryEnter() : null)
        {
            Result.Dispose();
            if (call is not null)
                LetGo();
        }
        _connection.Release(this);
    }

    // The library ends a statement that was given up, and its snapshot, only when the connection is used again.
    void LetGo()
    {
        _connection.Autocommit.Rollback();
        using var script = new Script(_connection.Handle, "SELECT 1");
        script.Prepare(0).Dispose();
    }
}
