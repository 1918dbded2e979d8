using System.Data;
using System.Data.Common;
using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class Connections : TestDatabase
{
    [Fact]
    public void Connections_to_one_file_share_one_database()
    {
        using var folder = new TestFolder();
        using var first = Open(folder.ConnectionTo("a.duckdb"));
        using var second = Open(folder.ConnectionTo("a.duckdb"));
        Command(first, "CREATE TABLE t AS SELECT 42 AS i").ExecuteNonQuery();
        first.Close();
        Assert.Equal(42, Scalar(second, "SELECT i FROM t"));
    }

    [Fact]
    public void A_link_to_a_file_is_that_file()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder["real"]);
        Directory.CreateSymbolicLink(folder["link"], folder["real"]);
        using var first = Open(folder.ConnectionTo("real/a.duckdb"));
        Command(first, "CREATE TABLE t AS SELECT 42 AS i").ExecuteNonQuery();
        File.CreateSymbolicLink(folder["b.duckdb"], folder["link/a.duckdb"]);
        foreach (var name in new[] { "link/a.duckdb", "b.duckdb", "real/../link/./a.duckdb" })
            using (var other = Open(folder.ConnectionTo(name)))
                Assert.Equal(42, Scalar(other, "SELECT i FROM t"));
    }

    [Fact]
    public void A_file_can_be_opened_again_when_its_last_connection_is_closed()
    {
        using var folder = new TestFolder();
        for (var i = 0; i < 3; i++)
        {
            using var connection = Open(folder.ConnectionTo("a.duckdb"));
            using var other = connection.Duplicate();
            Command(other, $"CREATE TABLE t{i} (i INTEGER)").ExecuteNonQuery();
            // What is left open ends with its connection, and so does not hold the file.
            _ = Command(other, "FROM range(1000000)").ExecuteReader();
            Command(other, "SELECT 1").Connection!.Duplicate().Dispose();
        }
        File.Move(folder["a.duckdb"], folder["b.duckdb"]);
        using var moved = Open(folder.ConnectionTo("b.duckdb", "access_mode=read_only"));
        Assert.Equal(3L, Scalar(moved, "SELECT count(*) FROM duckdb_tables()"));
        Assert.Throws<DuckDbException>(() => Command(moved, "CREATE TABLE u (i INTEGER)").ExecuteNonQuery());
    }

    [Fact]
    public void In_memory_databases_are_private_unless_named_or_duplicated()
    {
        using var other = Open("");
        Execute("CREATE TABLE t AS SELECT 1 AS i");
        Assert.Throws<DuckDbException>(() => Scalar(other, "FROM t"));
        using var duplicate = Connection.Duplicate();
        Assert.Equal(1, Scalar(duplicate, "FROM t"));
        using var named = Open("DataSource=:memory:shared by two");
        using var same = Open("DataSource=:memory:shared by two");
        Command(named, "CREATE TABLE t AS SELECT 2 AS i").ExecuteNonQuery();
        Assert.Equal(2, Scalar(same, "FROM t"));
    }

    [Fact]
    public void Settings_are_those_of_the_connection_string()
    {
        using var connection = Open("threads=3; Memory_Limit = 300MiB; search_path=main; enable_progress_bar_print=false");
        Assert.Equal(3L, Scalar(connection, "SELECT current_setting('threads')"));
        Assert.Equal("300.0 MiB", Scalar(connection, "SELECT current_setting('memory_limit')"));
        Assert.Equal("main", Scalar(connection, "SELECT current_setting('search_path')"));
    }

    [Fact]
    public void Extensions_are_not_fetched_unless_asked_for()
    {
        Assert.Equal(false, Scalar("SELECT current_setting('autoinstall_known_extensions') OR current_setting('autoload_known_extensions')"));
        using var connection = Open("autoload_known_extensions=true");
        Assert.Equal(true, Scalar(connection, "SELECT current_setting('autoload_known_extensions')"));
    }

    [Theory]
    [InlineData("threads=many", "many")]
    [InlineData("no_such_setting=1", "no_such_setting")]
    [InlineData("memory_limit=lots", "lots")]
    public void A_wrong_setting_is_named(string settings, string named)
    {
        using var connection = new DuckDbConnection(settings);
        Assert.Contains(named, Assert.Throws<DuckDbException>(connection.Open).Message);
        Assert.Equal(ConnectionState.Closed, connection.State);
    }

    [Fact]
    public void Other_settings_for_a_database_that_is_open_are_refused()
    {
        using var folder = new TestFolder();
        using var first = Open(folder.ConnectionTo("a.duckdb", "threads=2"));
        using var same = Open(folder.ConnectionTo("a.duckdb", "threads=2"));
        using var silent = Open(folder.ConnectionTo("a.duckdb"));
        using var different = new DuckDbConnection(folder.ConnectionTo("a.duckdb", "threads=1"));
        Assert.Contains("threads '2' instead of '1'", Assert.Throws<DuckDbException>(different.Open).Message);
    }

    [Fact]
    public void A_path_that_cannot_be_opened_is_named()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder["rubbish.duckdb"], new string('x', 10_000));
        using var rubbish = new DuckDbConnection(folder.ConnectionTo("rubbish.duckdb"));
        Assert.Contains("rubbish.duckdb", Assert.Throws<DuckDbException>(rubbish.Open).Message);
        using var nowhere = new DuckDbConnection(folder.ConnectionTo("no/such/folder/a.duckdb"));
        Assert.Equal(DuckDbErrorType.Io, Assert.Throws<DuckDbException>(nowhere.Open).ErrorType);
    }

    [Fact]
    public void A_locked_configuration_still_gives_connections()
    {
        Execute("SET lock_configuration = true");
        using var other = Connection.Duplicate();
        Assert.Equal(1, Scalar(other, "SELECT 1"));
        Assert.Throws<DuckDbException>(() => Command(other, "SET threads = 1").ExecuteNonQuery());
    }

    [Fact]
    public void It_behaves_as_a_provider_does()
    {
        DbProviderFactory factory = DuckDbProviderFactory.Instance;
        using var connection = factory.CreateConnection()!;
        var states = new List<ConnectionState>();
        connection.StateChange += (_, e) => states.Add(e.CurrentState);
        connection.ConnectionString = factory.CreateConnectionStringBuilder()!.ConnectionString;
        connection.Open();
        Assert.Throws<InvalidOperationException>(connection.Open);
        Assert.Equal(("memory", ":memory:"), (connection.Database, connection.DataSource));
        Assert.StartsWith("v1.", connection.ServerVersion);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT $a";
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("$a", 5);
        command.Parameters.Add(parameter);
        Assert.Equal(5, command.ExecuteScalar());
        connection.Close();
        connection.Close();
        Assert.Throws<InvalidOperationException>(command.ExecuteScalar);
        connection.Open();
        Assert.Equal(5, command.ExecuteScalar());
        Assert.Equal([ConnectionState.Open, ConnectionState.Closed, ConnectionState.Open], states);
    }

    [Fact]
    public void The_schema_of_a_result_is_told()
    {
        using var command = Command("SELECT 1 AS i, 1.5::DECIMAL(10,2) AS d, [1] AS l");
        using var reader = command.ExecuteReader(CommandBehavior.SchemaOnly);
        var columns = reader.GetColumnSchema();
        Assert.Equal(["i", "d", "l"], columns.Select(c => c.ColumnName));
        Assert.Equal(["INTEGER", "DECIMAL(10,2)", "INTEGER[]"], columns.Select(c => c.DataTypeName));
        Assert.Equal([typeof(int), typeof(decimal), typeof(List<object?>)], columns.Select(c => c.DataType));
        Assert.Equal((10, 2), (columns[1].NumericPrecision, columns[1].NumericScale));
        Assert.Equal(3, reader.GetSchemaTable()!.Rows.Count);
        Assert.False(reader.Read());
        var table = new DataTable();
        using var again = command.ExecuteReader();
        table.Load(again);
        Assert.Equal(1.5m, table.Rows[0]["d"]);
    }

    [Fact]
    public void What_is_disposed_says_so_and_nothing_breaks()
    {
        var reader = Command("FROM range(5000)").ExecuteReader();
        Assert.True(reader.Read());
        var chunks = Connection.Duplicate();
        var chunkReader = Command(chunks, "FROM range(5000)").ExecuteChunks();
        Assert.True(chunkReader.Read());
        Connection.Dispose();
        chunks.Dispose();
        Assert.Throws<InvalidOperationException>(() => reader.GetValue(0));
        Assert.Throws<ObjectDisposedException>(() => reader.Read());
        Assert.Throws<InvalidOperationException>(() => chunkReader[0]);
        Assert.Throws<ObjectDisposedException>(() => chunkReader.Read());
        reader.Dispose();
        chunkReader.Dispose();
        Connection.Interrupt();
        Assert.Throws<InvalidOperationException>(() => Connection.GetProgress());
        Assert.Throws<InvalidOperationException>(() => Connection.BeginTransaction());
        Assert.Throws<InvalidOperationException>(() => Connection.CreateAppender("t"));
    }

    static DuckDbConnection Open(string connectionString)
    {
        var connection = new DuckDbConnection(connectionString);
        connection.Open();
        return connection;
    }
}
