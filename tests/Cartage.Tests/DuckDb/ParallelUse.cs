using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class ParallelUse : TestDatabase
{
    [Fact]
    public async Task Many_connections_read_and_write_one_database()
    {
        Execute("CREATE TABLE t (task INTEGER, i INTEGER)");
        await Parallel.ForAsync(0, 16, async (task, ct) =>
        {
            await using var connection = Connection.Duplicate();
            using (var appender = connection.CreateAppender("t"))
            {
                for (var i = 0; i < 5_000; i++)
                    appender.AppendRow(task, i);
                appender.Close();
            }
            await using var command = Command(connection, "SELECT i, 'text ' || i FROM t WHERE task = $task ORDER BY i", ("task", task));
            await using var reader = await command.ExecuteReaderAsync(ct);
            for (var i = 0; await reader.ReadAsync(ct); i++)
                if (reader.GetInt32(0) != i || reader.GetString(1) != $"text {i}")
                    throw new InvalidOperationException($"Row {i} of {task} is {reader.GetValue(0)}.");
        });
        Assert.Equal(80_000L, Scalar("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Opening_and_closing_one_file_from_many_threads_never_opens_it_twice()
    {
        using var folder = new TestFolder();
        await Parallel.ForAsync(0, 60, async (i, ct) =>
        {
            await using var connection = new DuckDbConnection(folder.ConnectionTo("a.duckdb"));
            await connection.OpenAsync(ct);
            await using var command = Command(connection, $"CREATE TABLE t{i} AS SELECT {i} AS i");
            await command.ExecuteNonQueryAsync(ct);
        });
        using var last = new DuckDbConnection(folder.ConnectionTo("a.duckdb"));
        last.Open();
        Assert.Equal(60L, Scalar(last, "SELECT count(*) FROM duckdb_tables()"));
    }

    [Fact]
    public async Task Threads_that_share_a_connection_get_an_answer_or_are_told_it_is_busy()
    {
        var (answers, busy) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
                try
                {
                    Assert.Equal(i, Scalar("SELECT $i", ("i", i)));
                    Interlocked.Increment(ref answers);
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref busy);
                }
        })));
        Assert.Equal(1600, answers + busy);
        Assert.True(answers > 0);
        Assert.Equal(1, Scalar("SELECT 1"));
    }

    [Fact]
    public void What_nobody_disposes_is_collected()
    {
        for (var i = 0; i < 50; i++)
            Leave();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(1, Scalar("SELECT 1"));

        static void Leave()
        {
            var connection = new DuckDbConnection();
            connection.Open();
            Command(connection, "CREATE TABLE t AS FROM range(10)").ExecuteNonQuery();
            connection.BeginTransaction();
            connection.CreateAppender("t").AppendRow(1L);
            Command(connection, "FROM range(10000)").ExecuteReader().Read();
        }
    }
}
