using System.Data;
using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>The one connection to a run store: used by one at a time, opened again when it was lost.</summary>
sealed class StoreConnection(RunDatabase database, DbConnection connection, TimeProvider clock) : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500), Patience = TimeSpan.FromSeconds(20);

    readonly SemaphoreSlim _one = new(1, 1);
    readonly HashSet<string> _made = [];
    DbConnection _connection = connection;

    public static async Task<StoreConnection> OpenAsync(RunDatabase database, TimeProvider clock, CancellationToken ct) => new(database, await database.OpenAsync(ct), clock);

    /// <summary>Reads; where the connection was lost since the last time, on a new one.</summary>
    public Task<T> UseAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken ct) => AloneAsync(work, TimeSpan.Zero, ct);

    /// <summary>Writes in one commit; what was begun when the connection was lost is done again, for as long as is patient.</summary>
    public Task<T> ChangeAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken ct) =>
        AloneAsync(async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            if (database.OneWriter.Length > 0)
                await connection.ScalarAsync<object>(database.OneWriter, ct);
            var value = await work(connection);
            await transaction.CommitAsync(CancellationToken.None);
            return value;
        }, Patience, ct);

    /// <summary>Makes tables where they are not there yet.</summary>
    public async Task MakeAsync(string tables, CancellationToken ct)
    {
        lock (_made)
            if (_made.Contains(tables))
                return;
        await ChangeAsync(x => x.ExecuteAsync(tables, ct), ct);
        lock (_made)
            _made.Add(tables);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _one.Dispose();
    }

    // Nobody is kept waiting by who waits for the server to come back.
    async Task<T> AloneAsync<T>(Func<DbConnection, Task<T>> work, TimeSpan patience, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        for (var isAgain = false; ; isAgain = true)
            try
            {
                return await OnceAsync(work, ct);
            }
            catch (PipelineException e) when (e.IsTransient && (!isAgain || clock.GetElapsedTime(began) < patience))
            {
                if (isAgain) // else it was lost some time ago, and may be back
                    await Task.Delay(Pause, clock, ct);
            }
    }

    async Task<T> OnceAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if (_connection.State != ConnectionState.Open)
                await ReopenAsync(ct);
            return await work(_connection);
        }
        catch (DbException e) when (_connection.State != ConnectionState.Open)
        {
            throw database.Dialect.Explain(e);
        }
        finally
        {
            _one.Release();
        }
    }

    async Task ReopenAsync(CancellationToken ct)
    {
        await _connection.DisposeAsync();
        _connection = await database.OpenAsync(ct);
    }
}
