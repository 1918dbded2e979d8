using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class Transactions : TestDatabase
{
    public Transactions() => Execute("CREATE TABLE t (i INTEGER)");

    object? Count => Scalar("SELECT count(*) FROM t");

    [Fact]
    public void A_commit_keeps_and_a_rollback_does_not()
    {
        using (var kept = Connection.BeginTransaction())
        {
            Execute("INSERT INTO t VALUES (1)");
            kept.Commit();
            Assert.Throws<InvalidOperationException>(kept.Commit);
        }
        using (var dropped = Connection.BeginTransaction())
        {
            Execute("INSERT INTO t VALUES (2)");
            dropped.Rollback();
        }
        using (Connection.BeginTransaction())
            Execute("INSERT INTO t VALUES (3)");
        Assert.Equal(1L, Count);
    }

    [Fact]
    public void Others_see_nothing_before_the_commit()
    {
        using var other = Connection.Duplicate();
        using var transaction = Connection.BeginTransaction();
        Execute("INSERT INTO t VALUES (1)");
        Assert.Equal(0L, Scalar(other, "SELECT count(*) FROM t"));
        transaction.Commit();
        Assert.Equal(1L, Scalar(other, "SELECT count(*) FROM t"));
    }

    [Theory]
    [InlineData("INSERT INTO t SELECT error('no')::INTEGER")]
    [InlineData("SELECT 'x'::INTEGER")]
    [InlineData("INSERT INTO t SELECT (CASE WHEN range = 2999 THEN 'x' ELSE '1' END)::INTEGER FROM range(3000)")]
    public void A_commit_after_an_error_throws_and_keeps_nothing(string failing)
    {
        using var transaction = Connection.BeginTransaction();
        Execute("INSERT INTO t VALUES (1)");
        Assert.Throws<DuckDbException>(() => Execute(failing));
        Assert.Equal(DuckDbErrorType.Transaction, Assert.Throws<DuckDbException>(transaction.Commit).ErrorType);
        Assert.Equal(0L, Count);
        using var next = Connection.BeginTransaction();
        Execute("INSERT INTO t VALUES (1)");
        next.Commit();
        Assert.Equal(1L, Count);
    }

    [Fact]
    public void An_error_while_rows_are_read_aborts_too()
    {
        using var transaction = Connection.BeginTransaction();
        Execute("INSERT INTO t VALUES (1)");
        using (var reader = Command("SELECT CASE WHEN range = 2000000 THEN error('late') ELSE 'fine' END FROM range(3000000)").ExecuteReader())
            Assert.Throws<DuckDbException>(() =>
            {
                while (reader.Read()) { }
            });
        Assert.Throws<DuckDbException>(transaction.Commit);
        Assert.Equal(0L, Count);
    }

    [Theory]
    [InlineData("SELECT no_such_column FROM t")]
    [InlineData("SELEC 1")]
    public void An_error_before_anything_ran_does_not_abort(string wrong)
    {
        using var transaction = Connection.BeginTransaction();
        Execute("INSERT INTO t VALUES (1)");
        Assert.Throws<DuckDbException>(() => Execute(wrong));
        transaction.Commit();
        Assert.Equal(1L, Count);
    }

    [Fact]
    public void Commit_in_plain_SQL_throws_after_an_error_too()
    {
        Execute("BEGIN");
        Execute("INSERT INTO t VALUES (1)");
        Assert.Throws<DuckDbException>(() => Execute("SELECT error('no')"));
        Assert.Throws<DuckDbException>(() => Execute("  commit"));
        Assert.Equal(0L, Count);
        Execute("BEGIN; INSERT INTO t VALUES (1); COMMIT");
        Assert.Equal(1L, Count);
    }

    [Fact]
    public void Two_that_change_the_same_row_conflict_and_the_error_is_transient()
    {
        Execute("INSERT INTO t VALUES (1)");
        using var other = Connection.Duplicate();
        using var transaction = Connection.BeginTransaction();
        Execute("UPDATE t SET i = 2");
        var error = Assert.Throws<DuckDbException>(() => Command(other, "UPDATE t SET i = 3").ExecuteNonQuery());
        Assert.True(error.IsTransient, error.Message);
        transaction.Commit();
        Assert.Equal(2, Scalar("FROM t"));
    }

    [Fact]
    public void Giving_up_with_a_reader_open_rolls_back()
    {
        using (Connection.BeginTransaction())
        {
            Execute("INSERT INTO t FROM range(10000)");
            Assert.True(Command("FROM t").ExecuteReader().Read());
        }
        Assert.Equal(0L, Count);
    }

    [Fact]
    public async Task Transactions_work_asynchronously_and_one_at_a_time()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var transaction = await Connection.BeginTransactionAsync(ct);
        Assert.Throws<InvalidOperationException>(() => Connection.BeginTransaction());
        Execute("INSERT INTO t VALUES (1)");
        await transaction.CommitAsync(ct);
        Assert.Throws<NotSupportedException>(() => Connection.BeginTransaction(System.Data.IsolationLevel.Serializable));
        Assert.Equal(1L, Count);
    }

    [Fact]
    public void Closing_the_connection_rolls_back()
    {
        using (var other = Connection.Duplicate())
        {
            other.BeginTransaction();
            Command(other, "INSERT INTO t VALUES (1)").ExecuteNonQuery();
        }
        Assert.Equal(0L, Count);
    }
}
