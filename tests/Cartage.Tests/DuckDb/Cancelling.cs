using System.Data;
using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class Cancelling : TestDatabase
{
    const string Endless = "SELECT count(*) FROM range(100000000000) AS a(i) WHERE md5(i::VARCHAR) = 'x' OR began(i) < 0";

    readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Cancelling() =>
        Connection.RegisterFunction("began", (long i) =>
        {
            _began.TrySetResult();
            return i;
        }, isVolatile: true);

    [Fact]
    public async Task A_cancelled_token_stops_the_query_at_once()
    {
        using var stop = new CancellationTokenSource();
        using var command = Command(Endless);
        var running = Task.Run(() => command.ExecuteScalarAsync(stop.Token));
        await Started();
        stop.Cancel();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(stop.Token, error.CancellationToken);
        Assert.Equal(1, Scalar("SELECT 1"));
    }

    [Fact]
    public async Task A_token_cancelled_at_any_moment_stops_the_query_and_never_the_next_one()
    {
        using var command = Command(Endless);
        for (var i = 0; i < 40; i++)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMicroseconds(i * 150));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command.ExecuteNonQueryAsync(stop.Token));
            Assert.Equal(1, Scalar("SELECT 1"));
        }
    }

    [Fact]
    public async Task A_command_is_cancelled_from_another_thread()
    {
        using var command = Command($"SELECT 1; {Endless}; SELECT 3");
        var running = Task.Run(command.ExecuteScalar);
        await Started();
        command.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => running);
        command.Cancel();
        Assert.Equal(1, Scalar("SELECT 1"));
    }

    [Fact]
    public void A_command_that_takes_too_long_is_stopped()
    {
        using var command = Command(Endless);
        command.CommandTimeout = 1;
        var error = Assert.Throws<DuckDbException>(command.ExecuteScalar);
        Assert.Equal(DuckDbErrorType.Interrupt, error.ErrorType);
        Assert.Contains("1 seconds", error.Message);
        Assert.IsType<TimeoutException>(error.InnerException);
    }

    [Fact]
    public async Task Reading_is_cancelled_too()
    {
        using var stop = new CancellationTokenSource();
        using var command = Command("SELECT i FROM range(100000000000) AS a(i) WHERE i < 1000000 OR (began(i) >= 0 AND md5(i::VARCHAR) = 'x')");
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        var reading = Task.Run(async () =>
        {
            while (await reader.ReadAsync(stop.Token)) { }
        });
        await Started();
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await reader.DisposeAsync();
        Assert.Equal(1, Scalar("SELECT 1"));
    }

    [Fact]
    public async Task A_cancelled_statement_aborts_its_transaction()
    {
        Execute("CREATE TABLE t (i INTEGER)");
        using var transaction = Connection.BeginTransaction();
        Execute("INSERT INTO t VALUES (1)");
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Command(Endless).ExecuteNonQueryAsync(stop.Token));
        Assert.Throws<DuckDbException>(transaction.Commit);
        Assert.Equal(0L, Scalar("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_token_cancelled_before_runs_nothing()
    {
        using var command = Command("CREATE TABLE t (i INTEGER)");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command.ExecuteNonQueryAsync(new(canceled: true)));
        Assert.Equal(0L, Scalar("SELECT count(*) FROM duckdb_tables()"));
    }

    [Fact]
    public async Task Closing_a_connection_stops_what_it_runs()
    {
        var running = Task.Run(() => Scalar(Endless));
        await Started();
        Connection.Close();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(ConnectionState.Closed, Connection.State);
    }

    [Fact]
    public async Task A_busy_connection_says_so()
    {
        using var command = Command(Endless);
        var running = Task.Run(command.ExecuteScalar);
        await Started();
        Assert.Contains("busy", Assert.Throws<InvalidOperationException>(() => Scalar("SELECT 1")).Message);
        using (var other = Connection.Duplicate())
            Assert.Equal(1, Scalar(other, "SELECT 1"));
        Connection.Interrupt();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Progress_is_told_while_a_query_runs()
    {
        // With more threads, theirs may take all there is to do, and the one that counts is never asked.
        using var counting = new DuckDbConnection("threads=1;enable_progress_bar=true;enable_progress_bar_print=false");
        counting.Open();
        Command(counting, "CREATE TABLE t AS FROM range(3000000)").ExecuteNonQuery();
        Assert.True(counting.GetProgress().Percentage <= 0);
        var running = Task.Run(() => Scalar(counting, "SELECT count(*) FROM t AS a, range(100000) AS b(x) WHERE md5((a.range + x)::VARCHAR) = 'x'"));
        var seen = new QueryProgress();
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (seen.TotalRows == 0 && !running.IsCompleted && await often.WaitForNextTickAsync(TestContext.Current.CancellationToken))
            seen = counting.GetProgress();
        counting.Interrupt();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.InRange(seen.Percentage, 0, 100);
        Assert.True(seen.TotalRows >= 3_000_000);
    }

    Task Started() => _began.Task.WaitAsync(Support.Wait.Longest, TestContext.Current.CancellationToken);
}
