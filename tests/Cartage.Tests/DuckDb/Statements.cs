using System.Data;
using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class Statements : TestDatabase
{
    [Fact]
    public void The_rows_a_statement_changed_are_counted()
    {
        Assert.Equal(-1, Execute("CREATE TABLE t (i INTEGER)"));
        Assert.Equal(7, Execute("INSERT INTO t SELECT * FROM range(7)"));
        Assert.Equal(3, Execute("UPDATE t SET i = 0 WHERE i > 3"));
        Assert.Equal(4, Execute("UPDATE t SET i = 9; DELETE FROM t WHERE rowid < 4"));
        Assert.Equal(-1, Execute("SELECT * FROM t"));
        using var reader = Command("INSERT INTO t VALUES (1), (2)").ExecuteReader();
        Assert.Equal(2, reader.RecordsAffected);
    }

    [Fact]
    public void Several_statements_run_in_turn_and_the_last_one_answers()
    {
        Assert.Equal(6L, Scalar("CREATE TABLE t AS FROM range(3); SELECT error('never') FROM t WHERE range > 5; INSERT INTO t FROM t; SELECT count(*) FROM t; "));
        Assert.Throws<DuckDbException>(() => Execute("SELECT error('not the last, but run') FROM t; SELECT 1"));
        Assert.Null(Scalar("  -- nothing\n /* at all */ ;"));
        Assert.Equal(-1, Execute(""));
    }

    [Fact]
    public void Parameters_are_found_by_name_in_each_statement()
    {
        Execute("CREATE TABLE t (i INTEGER, s VARCHAR); INSERT INTO t VALUES ($i, $Text); INSERT INTO t VALUES ($i + 1, NULL)", ("$i", 1), ("text", "x"), ("unused", 0));
        Assert.Equal("x", Scalar("SELECT s FROM t WHERE i = $i AND $i < 5", ("i", 1)));
        Assert.Equal(3, Scalar("SELECT ? + ?", ("", 1), ("", 2)));
        Assert.Equal(2, Scalar("SELECT $2 * $1", ("", 1), ("", 2)));
        Assert.Null(Scalar("SELECT $none", ("none", DBNull.Value)));
    }

    [Fact]
    public void A_missing_parameter_is_named_with_those_there_are()
    {
        var error = Assert.Throws<DuckDbException>(() => Scalar("SELECT $price * $rate", ("price", 1), ("ratio", 2)));
        Assert.Equal(DuckDbErrorType.ParameterNotResolved, error.ErrorType);
        Assert.Equal("The parameter $rate has no value; the command has $price, $ratio.", error.Message);
        Assert.Throws<NotSupportedException>(() => Scalar("SELECT $o", ("o", new object())));
    }

    [Fact]
    public void A_prepared_command_is_still_right_when_the_table_changes()
    {
        Execute("CREATE TABLE t (i INTEGER)");
        using var insert = Command("INSERT INTO t VALUES ($i)", ("i", null));
        insert.Prepare();
        for (var i = 0; i < 100; i++)
        {
            insert.Parameters["i"].Value = i % 2 == 0 ? i : (object)$"{i}";
            Assert.Equal(1, insert.ExecuteNonQuery());
        }
        Assert.Equal(4950, (int)(Int128)Scalar("SELECT sum(i) FROM t")!);
        using var select = Command("SELECT * FROM t ORDER BY ALL LIMIT 1");
        select.Prepare();
        Assert.Equal(0, select.ExecuteScalar());
        Execute("ALTER TABLE t ALTER i TYPE VARCHAR");
        Assert.Equal("0", select.ExecuteScalar());
        Execute("DROP TABLE t");
        Assert.Throws<DuckDbException>(select.ExecuteScalar);
    }

    [Fact]
    public void A_prepared_command_finds_errors_and_runs_nothing()
    {
        Execute("CREATE TABLE t (i INTEGER)");
        using var insert = Command("INSERT INTO t VALUES (1)");
        insert.Prepare();
        Assert.Equal(0L, Scalar("SELECT count(*) FROM t"));
        using var wrong = Command("SELECT j FROM t");
        Assert.Throws<DuckDbException>(wrong.Prepare);
    }

    [Theory]
    [InlineData(true), InlineData(false), InlineData(true, "a parameter that it has not")]
    public async Task A_statement_is_planned_and_run_on_the_same_rows_whatever_others_commit_in_between(bool streaming, params string[] parameters)
    {
        using var command = Command("SELECT count(*) FROM t WHERE i IS NOT NULL", [.. parameters.Select(x => (x, (object?)1))]);
        command.IsStreaming = streaming;
        using var other = Connection.Duplicate();
        for (var round = 0; round < 200; round++)
        {
            Execute("CREATE OR REPLACE TABLE t (i INTEGER)");
            // Planned before this commit, the condition is always true and would be left out.
            var commit = Task.Run(() => Scalar(other, "INSERT INTO t VALUES (NULL)"), TestContext.Current.CancellationToken);
            while (!commit.IsCompleted)
                Assert.Equal(0L, command.ExecuteScalar());
            await commit;
        }
    }

    [Theory]
    [InlineData("SELECT count(*) FROM t WHERE i IS NOT NULL AND $x::INTEGER = 1")]
    [InlineData("SELECT count(*) FROM t WHERE i IS NOT NULL AND $x = 1")]
    [InlineData("SELECT count(*) FROM t WHERE i IS NOT NULL LIMIT $x")]
    [InlineData("SELECT count(*) + $x::INTEGER - 1 FROM t WHERE i IS NOT NULL")]
    public void The_library_plans_a_statement_with_parameters_when_it_runs(string sql)
    {
        Execute("CREATE TABLE t (i INTEGER)");
        using var other = Connection.Duplicate();
        using var command = Command(sql, ("x", 1));
        using var script = new Script(Connection.Handle, sql);
        using var statement = script.Prepare(0);
        statement.Bind(command.Parameters);
        Scalar(other, "INSERT INTO t VALUES (NULL)");
        using var result = statement.Execute(streaming: false);
        Assert.True(result.Fetch());
        Assert.Equal(0L, Convert.ToInt64(result.Columns[0].ReadOrNull(0), null));
    }

    [Fact]
    public void An_open_reader_must_end_before_the_next_statement()
    {
        using var command = Command("FROM range(100000)");
        using (var reader = command.ExecuteReader())
        {
            Assert.True(reader.HasRows);
            var error = Assert.Throws<InvalidOperationException>(() => Scalar("SELECT 1"));
            Assert.Contains("Duplicate()", error.Message);
            Assert.True(reader.Read());
        }
        Assert.Equal(1, Scalar("SELECT 1"));
        using var ended = command.ExecuteReader();
        while (ended.Read()) { }
        Assert.Equal(1, Scalar("SELECT 1"));
    }

    [Theory]
    [InlineData("FROM range(0)", false), InlineData("FROM range(1)", true), InlineData("FROM range(100000)", true)]
    public void Whether_there_were_rows_does_not_change_by_reading_them(string sql, bool has)
    {
        using var reader = Command(sql).ExecuteReader();
        Assert.Equal(has, reader.HasRows);
        while (reader.Read())
            Assert.True(reader.HasRows);
        Assert.Equal(has, reader.HasRows);
    }

    [Fact]
    public void A_reader_given_up_leaves_nothing_behind()
    {
        Execute("CREATE TABLE t AS FROM range(1000000)");
        using (var reader = Command("FROM t").ExecuteReader())
            Assert.True(reader.Read());
        using var other = Connection.Duplicate();
        Command(other, "DROP TABLE t; CREATE TABLE t AS SELECT 5 AS i; CHECKPOINT").ExecuteNonQuery();
        Assert.Equal(5, Scalar("FROM t"));
    }

    [Fact]
    public async Task Everything_runs_asynchronously_too()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var connection = new DuckDbConnection();
        await connection.OpenAsync(ct);
        await using var command = Command(connection, "CREATE TABLE t AS SELECT i, 'row ' || i AS s FROM range(10000) AS r(i)");
        await command.ExecuteNonQueryAsync(ct);
        command.CommandText = "SELECT count(*) FROM t";
        Assert.Equal(10_000L, await command.ExecuteScalarAsync(ct));
        command.CommandText = "FROM t ORDER BY i";
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = 0L;
        while (await reader.ReadAsync(ct))
        {
            Assert.Equal(rows, reader.GetInt64(0));
            Assert.Equal($"row {rows++}", await reader.GetFieldValueAsync<string>(1, ct));
        }
        Assert.Equal(10_000, rows);
    }

    [Fact]
    public void Columns_are_found_by_name()
    {
        using var reader = Command("SELECT 1 AS a, 2 AS \"A b\", 3 AS B").ExecuteReader();
        Assert.Equal((0, 1, 2), (reader.GetOrdinal("a"), reader.GetOrdinal("a B"), reader.GetOrdinal("b")));
        Assert.Contains("'c'; it has a, A b, B", Assert.Throws<IndexOutOfRangeException>(() => reader.GetOrdinal("c")).Message);
        Assert.Throws<InvalidOperationException>(() => reader.GetValue(0));
        Assert.True(reader.Read());
        Assert.Equal((1, 2, 3), (reader["a"], reader[1], reader.GetInt32(2)));
        var values = new object[2];
        Assert.Equal(2, reader.GetValues(values));
        Assert.Equal([1, 2], values);
        Assert.False(reader.Read());
        Assert.Throws<InvalidOperationException>(() => reader.GetValue(0));
        Assert.False(reader.NextResult());
    }

    [Fact]
    public void A_reader_can_close_its_connection()
    {
        var connection = Connection.Duplicate();
        using (Command(connection, "SELECT 1").ExecuteReader(CommandBehavior.CloseConnection)) { }
        Assert.Equal(ConnectionState.Closed, connection.State);
    }

    [Fact]
    public void Bytes_and_characters_are_read_in_parts()
    {
        using var reader = Command(@"SELECT '\x01\x02\x03'::BLOB, 'ščř'").ExecuteReader();
        Assert.True(reader.Read());
        var bytes = new byte[2];
        Assert.Equal(3, reader.GetBytes(0, 0, null, 0, 0));
        Assert.Equal(2, reader.GetBytes(0, 1, bytes, 0, 5 - 3));
        Assert.Equal([2, 3], bytes);
        var chars = new char[5];
        Assert.Equal(3, reader.GetChars(1, 0, chars, 1, 4));
        Assert.Equal("\0ščř\0", new(chars));
        using var stream = reader.GetStream(0);
        Assert.Equal(1, stream.ReadByte());
        Assert.Equal("ščř", reader.GetTextReader(1).ReadToEnd());
    }
}
