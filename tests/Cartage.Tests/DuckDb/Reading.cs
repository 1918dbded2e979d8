using System.Globalization;
using System.Numerics;
using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class Reading : IDisposable
{
    readonly DuckDbConnection _connection = new();

    public Reading() => _connection.Open();

    public void Dispose() => _connection.Dispose();

    [Theory]
    [InlineData("true", "True")]
    [InlineData("(-7)::TINYINT", "-7")]
    [InlineData("200::UTINYINT", "200")]
    [InlineData("(-300)::SMALLINT", "-300")]
    [InlineData("4000000000::UINTEGER", "4000000000")]
    [InlineData("18446744073709551615::UBIGINT", "18446744073709551615")]
    [InlineData("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727")]
    [InlineData("(-12345678901234567890)::HUGEINT", "-12345678901234567890")]
    [InlineData("340282366920938463463374607431768211455::UHUGEINT", "340282366920938463463374607431768211455")]
    [InlineData("1.5::FLOAT", "1.5")]
    [InlineData("2.25::DOUBLE", "2.25")]
    [InlineData("(-0.05)::DECIMAL(4,2)", "-0.05")]
    [InlineData("12345678.90::DECIMAL(10,2)", "12345678.90")]
    [InlineData("'-123456789012345678901234567890.12345678'::DECIMAL(38,8)", "-123456789012345678901234567890.12345678")]
    [InlineData("DATE '2018-02-28'", "02/28/2018")]
    [InlineData("TIME '12:34:56.789'", "12:34")]
    [InlineData("TIMESTAMP '2018-02-28 12:34:56.789'", "02/28/2018 12:34:56")]
    [InlineData("TIMESTAMP_S '2018-02-28 12:34:56'", "02/28/2018 12:34:56")]
    [InlineData("TIMESTAMP_MS '2018-02-28 12:34:56'", "02/28/2018 12:34:56")]
    [InlineData("TIMESTAMP_NS '2018-02-28 12:34:56'", "02/28/2018 12:34:56")]
    [InlineData("'2018-02-28 12:34:56+02'::TIMESTAMPTZ", "02/28/2018 10:34:56 +00:00")]
    [InlineData("uuid 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6")]
    [InlineData("'b'::ENUM('a','b')", "b")]
    [InlineData("'0101011'::BIT", "0101011")]
    [InlineData("'a longer text, beyond twelve bytes: ü €'", "a longer text, beyond twelve bytes: ü €")]
    public void Reads_every_scalar_type(string sql, string expected) =>
        Assert.Equal(expected, Convert.ToString(Scalar($"SELECT {sql}"), CultureInfo.InvariantCulture));

    [Fact]
    public void Reads_nested_types()
    {
        Assert.Equal([1, null, 3], (List<object?>)Scalar("SELECT [1, NULL, 3]")!);
        Assert.Equal([1, 2], (List<object?>)Scalar("SELECT [1, 2]::INTEGER[2]")!);
        var row = (Dictionary<string, object?>)Scalar("SELECT {'a': 1, 'b': ['x', 'y']}")!;
        Assert.Equal(1, row["a"]);
        Assert.Equal(["x", "y"], (List<object?>)row["b"]!);
        Assert.Equal(2, ((Dictionary<object, object?>)Scalar("SELECT MAP {'k': 2}")!)["k"]);
        Assert.Equal("two", Scalar("SELECT union_value(t := 'two')"));
        Assert.Equal(new DuckDbInterval(14, 3, 5_000_000), Scalar("SELECT INTERVAL '1 year 2 months 3 days 5 seconds'"));
        Assert.Equal([1, 0, 255], (byte[])Scalar(@"SELECT '\x01\x00\xFF'::BLOB")!);
        Assert.Null(Scalar("SELECT NULL"));
    }

    public static TheoryData<object> Parameters =>
        [
            true, (sbyte)-3, (byte)200, (short)-5, 70_000, 5_000_000_000L, ulong.MaxValue, 1.5f, 2.25, 123.450m, -0.01m, "it's; -- \"x\" /*", "",
            new byte[] { 0, 1, 255 }, Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), new DateOnly(1969, 12, 31), new TimeOnly(1, 2, 3), new DateTime(2020, 2, 29, 1, 2, 3),
            new DateTimeOffset(2020, 2, 29, 1, 2, 3, TimeSpan.Zero), new DuckDbInterval(1, 2, 3), (Int128)(-5),
        ];

    [Theory]
    [MemberData(nameof(Parameters))]
    public void Gives_a_parameter_back(object value)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT $v";
        command.Parameters.Add("v", value);
        var back = command.ExecuteScalar()!;
        if (value is sbyte or byte or short)
            value = Convert.ToInt32(value, CultureInfo.InvariantCulture);
        Assert.Equal(value, back);
    }

    [Fact]
    public void Reads_a_hundred_thousand_rows_in_order_and_in_chunks()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT i, 'row ' || i FROM range(100000) t(i) ORDER BY i";
        using var reader = (DuckDbDataReader)command.ExecuteReader();
        var expected = 0L;
        while (reader.Read())
        {
            Assert.Equal(expected, reader.GetInt64(0));
            Assert.Equal($"row {expected}", reader.GetString(1));
            expected++;
        }
        Assert.Equal(100_000, expected);
        using var again = (DuckDbDataReader)command.ExecuteReader();
        BigInteger sum = 0;
        while (again.NextChunk() is { } chunk)
            foreach (var value in chunk.Column<long>(0))
                sum += value;
        Assert.Equal(99_999L * 100_000 / 2, sum);
    }

    [Fact]
    public void Appends_chunks_that_read_back_the_same()
    {
        _connection.Execute("CREATE TABLE t (i INTEGER, s VARCHAR)");
        using (var appender = _connection.CreateAppender("t"))
        {
            for (var start = 0; start < 10_000; start += 1000)
            {
                appender.Set<int>(0, [.. Enumerable.Range(start, 1000)]);
                for (var row = 0; row < 1000; row++)
                    if (row % 7 == 0)
                        appender.SetNull(1, row);
                    else
                        appender.Set(1, row, $"text number {start + row} ü");
                appender.Append(1000);
            }
            appender.Close();
        }
        Assert.Equal(10_000L, Scalar("SELECT count(*) FROM t WHERE s IS NOT DISTINCT FROM CASE WHEN (i % 1000) % 7 = 0 THEN NULL ELSE 'text number ' || i || ' ü' END"));
    }

    [Fact]
    public void Counts_the_rows_a_statement_changed()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "CREATE TABLE t (i INTEGER)";
        Assert.Equal(-1, command.ExecuteNonQuery());
        command.CommandText = "INSERT INTO t SELECT * FROM range(7)";
        Assert.Equal(7, command.ExecuteNonQuery());
        command.CommandText = "UPDATE t SET i = 0; DELETE FROM t WHERE i = 1";
        Assert.Equal(0, command.ExecuteNonQuery());
    }

    [Fact]
    public void Says_where_an_error_is_and_what_was_perhaps_meant()
    {
        _connection.Execute("CREATE TABLE orders (order_id INTEGER)");
        _connection.Execute("SET errors_as_json = true");
        var error = Assert.Throws<DuckDbException>(() => Scalar("SELECT order_idd FROM orders"));
        Assert.Equal(7, error.Position);
        Assert.Contains("order_id", string.Join(' ', error.Candidates) + error.Message);
        Assert.DoesNotContain("{", error.Message);
    }

    [Fact]
    public void A_commit_after_an_error_throws_and_keeps_nothing()
    {
        _connection.Execute("CREATE TABLE t (i INTEGER)");
        using var transaction = _connection.BeginTransaction();
        _connection.Execute("INSERT INTO t VALUES (1)");
        Assert.Throws<DuckDbException>(() => _connection.Execute("INSERT INTO t SELECT error('no')::INTEGER"));
        Assert.Throws<DuckDbException>(transaction.Commit);
        Assert.Equal(0L, Scalar("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_cancelled_query_stops()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await using var command = _connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM range(100000000000) a(i) WHERE i % 7 = 3 AND md5(i::VARCHAR) = 'x'";
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command.ExecuteScalarAsync(stop.Token));
        Assert.Equal(1, Scalar("SELECT 1"));
    }

    [Fact]
    public void Connections_to_one_file_share_one_instance()
    {
        var folder = Directory.CreateTempSubdirectory("cartage-duckdb-");
        try
        {
            var settings = new DuckDbConnectionStringBuilder { DataSource = Path.Combine(folder.FullName, "a.duckdb") };
            using var first = new DuckDbConnection(settings.ConnectionString);
            using var second = new DuckDbConnection(settings.ConnectionString);
            first.Open();
            second.Open();
            first.Execute("CREATE TABLE t AS SELECT 42 AS i");
            using var command = second.CreateCommand();
            command.CommandText = "SELECT i FROM t";
            Assert.Equal(42, command.ExecuteScalar());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    object? Scalar(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is DBNull or null ? null : command.ExecuteScalar();
    }
}
