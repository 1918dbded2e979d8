namespace Cartage.DuckDb;

/// <summary>After an error that aborts a transaction, DuckDB answers COMMIT with success although it rolls back. Here it throws.</summary>
static class CommitGuard
{
    public static void Check(DuckDbConnection connection, string sql)
    {
        if (!connection.Suspect || !IsCommit(sql))
            return;
        connection.Suspect = false;
        if (!IsAborted(connection))
            return;
        connection.Execute("ROLLBACK");
        throw new DuckDbException("The transaction was rolled back, because a statement in it had failed.", DuckDbErrorType.Transaction);
    }

    /// <summary>Whether a text begins or ends a transaction.</summary>
    public static bool IsTransaction(string sql) => IsCommit(sql) || Begins(sql, "BEGIN") || Begins(sql, "START") || Begins(sql, "ROLLBACK") || Begins(sql, "ABORT");

    static bool IsCommit(string sql) => Begins(sql, "COMMIT") || Begins(sql, "END");

    static bool Begins(string sql, string word) => sql.AsSpan().TrimStart().StartsWith(word, StringComparison.OrdinalIgnoreCase);

    // Binder and syntax errors do not abort; only the next statement tells.
    static bool IsAborted(DuckDbConnection connection)
    {
        try
        {
            connection.Execute("SELECT 1");
            return false;
        }
        catch (DuckDbException e) when (e.ErrorType == DuckDbErrorType.Transaction)
        {
            return true;
        }
    }
}
