using System.Data;
using System.Data.Common;

namespace Cartage.DuckDb;

/// <summary>A snapshot transaction. An error at run time aborts it, and there are no savepoints: <see cref="Commit"/> then throws and nothing is kept.</summary>
public sealed class DuckDbTransaction : DbTransaction
{
    readonly DuckDbConnection _connection;
    bool _ended;

    internal DuckDbTransaction(DuckDbConnection connection) => _connection = connection;

    /// <inheritdoc/>
    public override IsolationLevel IsolationLevel => IsolationLevel.Snapshot;

    /// <inheritdoc/>
    protected override DbConnection DbConnection => _connection;

    /// <inheritdoc/>
    public override void Commit() => End("COMMIT");

    /// <inheritdoc/>
    public override void Rollback() => End("ROLLBACK");

    /// <inheritdoc/>
    public override Task CommitAsync(CancellationToken cancellationToken = default) => Here.Run(Commit, cancellationToken);

    /// <inheritdoc/>
    public override Task RollbackAsync(CancellationToken cancellationToken = default) => Here.Run(Rollback, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ended && _connection.Transaction == this)
        {
            foreach (var part in _connection.Parts())
                (part as RowSource)?.Dispose();
            Rollback();
        }
        base.Dispose(disposing);
    }

    void End(string sql)
    {
        if (_ended || _connection.Transaction != this)
            throw new InvalidOperationException("The transaction has ended.");
        // A commit that fails has rolled back; one that could not even be tried leaves the transaction open.
        try
        {
            _connection.Execute(sql);
        }
        catch (Exception e) when (e is not InvalidOperationException)
        {
            Ended();
            throw;
        }
        Ended();
    }

    void Ended() => (_ended, _connection.Transaction) = (true, null);
}
