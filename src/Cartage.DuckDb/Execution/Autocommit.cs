namespace Cartage.DuckDb;

/// <summary>
/// The transaction a connection is in: one that was asked for, or one of a single statement, in which it is planned and run. The library alone would plan a statement by what columns hold
/// at that moment (no NULLs, say) and run it in a transaction that begins later; if another connection commits in between, the answer is wrong.
/// </summary>
sealed unsafe class Autocommit(ConnectionHandle connection)
{
    bool _isAsked;
    bool _isOwn;

    /// <summary>Begins a statement's own transaction, unless one that was asked for is open.</summary>
    public void Begin()
    {
        if (_isAsked)
            return;
        _isOwn = true;
        Send("BEGIN TRANSACTION").Dispose();
    }

    /// <summary>Ends a statement's own transaction, if there is one.</summary>
    public void Commit()
    {
        if (_isOwn)
            Send("COMMIT").Dispose();
        _isOwn = false;
    }

    /// <summary>Drops a statement's own transaction, if there is one; an interrupt may keep it until the next statement.</summary>
    public void Rollback()
    {
        if (!_isOwn)
            return;
        try
        {
            Send("ROLLBACK").Dispose();
            _isOwn = false;
        }
        catch (DuckDbException e)
        {
            _isOwn = e.ErrorType == DuckDbErrorType.Interrupt;
        }
    }

    /// <summary>Runs a single statement without parameters to its end; the library itself plans and runs it in one transaction then.</summary>
    public ResultSet Query(string sql)
    {
        Rollback();
        return ResultSet.Of(Send(sql), streaming: false);
    }

    /// <summary>Runs a statement in the transaction that is open, or in none if it has no data to see.</summary>
    public ResultSet Run(Statement statement, bool streaming)
    {
        if (!statement.HasData)
            Rollback();
        if (statement.Kind != StatementType.Transaction)
            return statement.Execute(streaming);
        try
        {
            // Outside a transaction the library accepts BEGIN only, inside COMMIT and ROLLBACK only.
            var result = statement.Execute(streaming: false);
            _isAsked = !_isAsked;
            return result;
        }
        catch (DuckDbException e)
        {
            // A commit that fails has ended the transaction; a second BEGIN has not.
            _isAsked &= e.Message.Contains("within a transaction", StringComparison.Ordinal);
            throw;
        }
    }

    ResultHandle Send(string sql)
    {
        var state = Native.duckdb_query(connection, Native.ZeroTerminated(sql, "The statement"), out var result);
        return Statement.Checked(state, result);
    }
}
