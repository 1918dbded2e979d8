using System.Data;
using System.Data.Common;

namespace Cartage.DuckDb;

/// <summary>A snapshot transaction. After an error in it DuckDB has rolled back though COMMIT answers OK, so committing then throws.</summary>
public sealed class DuckDbTransaction(DuckDbConnection connection) : DbTransaction
{
    bool _ended;

    /// <inheritdoc/>
    public override IsolationLevel IsolationLevel => IsolationLevel.Snapshot;

    /// <inheritdoc/>
    protected override DbConnection DbConnection => connection;

    internal bool Failed { get; set; }

    /// <inheritdoc/>
    public override void Commit()
    {
        if (Failed)
        {
            Rollback();
            throw new DuckDbException("The transaction was rolled back because a statement in it failed.", DuckDbErrorType.Transaction);
        }
        End("COMMIT");
    }

    /// <inheritdoc/>
    public override void Rollback() => End("ROLLBACK");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ended && connection.State == ConnectionState.Open)
            Rollback();
        base.Dispose(disposing);
    }

    void End(string sql)
    {
        if (_ended)
            throw new InvalidOperationException("The transaction has ended.");
        _ended = true;
        connection.Transaction = null;
        connection.Execute(sql);
    }
}
