using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class Functions : TestDatabase
{
    [Fact]
    public void Functions_of_one_two_and_three_arguments_are_called_from_SQL()
    {
        Connection.RegisterFunction("reversed", (string s) => new string([.. s.Reverse()]));
        Connection.RegisterFunction("times", (long a, int b) => a * b);
        Connection.RegisterFunction("between_days", (DateOnly from, DateOnly to, bool both) => to.DayNumber - from.DayNumber + (both ? 1 : 0));
        Assert.Equal("olleh", Scalar("SELECT reversed('hello')"));
        Assert.Equal(true, Scalar("SELECT bool_and(times(i, 3) = i * 3) FROM range(100000) AS t(i)"));
        Assert.Equal(32, Scalar("SELECT between_days(DATE '2024-01-01', DATE '2024-02-01', true)"));
        Assert.Equal(100_000L, Scalar("SELECT count(DISTINCT reversed('a longer text number ' || i)) FROM range(100000) AS t(i)"));
        using var other = Connection.Duplicate();
        Assert.Equal("ba", Scalar(other, "SELECT reversed('ab')"));
    }

    [Fact]
    public void Every_scalar_type_goes_in_and_comes_out()
    {
        Same(true);
        Same((sbyte)-1);
        Same((byte)200);
        Same((short)-300);
        Same((ushort)60_000);
        Same(-70_000);
        Same(4_000_000_000u);
        Same(-5_000_000_000L);
        Same(ulong.MaxValue);
        Same(Int128.MinValue);
        Same(UInt128.MaxValue);
        Same(System.Numerics.BigInteger.Pow(10, 60));
        Same(1.5f);
        Same(2.25);
        Same(12.5m);
        Same("ünïcode, more than twelve bytes of it");
        Same(new byte[] { 0, 1, 255 });
        Same(Guid.Parse("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
        Same(new DateOnly(2024, 2, 29));
        Same(new TimeOnly(1, 2, 3));
        Same(new DateTime(2024, 2, 29, 1, 2, 3));
        Same(new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.Zero));
        Same(TimeSpan.FromMinutes(90));
        Same(new DuckDbInterval(1, 2, 3));
        Assert.Throws<NotSupportedException>(() => Connection.RegisterFunction("f", (object o) => o));

        void Same<T>(T value)
        {
            var name = $"same_{typeof(T).Name.Replace("[]", "s", StringComparison.Ordinal)}";
            Connection.RegisterFunction(name, (T v) => v);
            using var reader = Command($"SELECT {name}($v), {name}(NULL)", ("v", value)).ExecuteReader();
            Assert.True(reader.Read());
            Assert.Equal(value, reader.GetFieldValue<T>(0));
            Assert.True(reader.IsDBNull(1));
        }
    }

    [Fact]
    public void Null_gives_null_without_a_call_unless_the_type_takes_it()
    {
        Connection.RegisterFunction("or_seven", (int? i) => i ?? 7);
        Connection.RegisterFunction("length_of", (string s) => s.Length);
        Connection.RegisterFunction("nothing_if_odd", (int i) => i % 2 == 1 ? (int?)null : i);
        Assert.Equal(7, Scalar("SELECT or_seven(NULL)"));
        Assert.Null(Scalar("SELECT length_of(NULL)"));
        Assert.Equal(5_001L, Scalar("SELECT count(*) FROM (SELECT CASE WHEN i % 2 = 0 THEN NULL ELSE i::INTEGER END AS i FROM range(10000) AS t(i)) WHERE or_seven(i) = 7 OR length_of(i::VARCHAR) IS NULL"));
        Assert.Equal(500L, Scalar("SELECT count(nothing_if_odd(i::INTEGER)) FROM range(1000) AS t(i)"));
    }

    [Fact]
    public void An_exception_becomes_the_statements_error_and_nothing_else_happens()
    {
        Connection.RegisterFunction("picky", (long i) => i == 90_000 ? throw new FormatException("90000 is \0 not \"liked\"") : i);
        var error = Assert.Throws<DuckDbException>(() => Scalar("SELECT sum(picky(i)) FROM range(100000) AS t(i)"));
        Assert.Contains("picky: 90000 is   not \"liked\"", error.Message);
        Assert.Throws<DuckDbException>(() => Scalar("SELECT picky(90000)"));
        Assert.Equal(5L, Scalar("SELECT picky(5)"));
        Connection.RegisterFunction("too_big", (int i) => (decimal)i * decimal.MaxValue);
        Assert.Throws<DuckDbException>(() => Scalar("SELECT too_big(1)"));
    }

    [Fact]
    public void A_volatile_function_is_called_for_every_row()
    {
        var (calls, counts) = (0, 0);
        Connection.RegisterFunction("next", (int step) => Interlocked.Add(ref calls, step), isVolatile: true);
        Connection.RegisterFunction("constant", (int step) => Interlocked.Add(ref counts, step));
        Assert.Equal(5000L, Scalar("SELECT count(DISTINCT next(1)) FROM range(5000)"));
        Assert.Equal(1L, Scalar("SELECT count(DISTINCT constant(1)) FROM range(5000)"));
    }

    [Fact]
    public void A_function_lives_as_long_as_its_database()
    {
        for (var i = 0; i < 20; i++)
        {
            using var connection = new DuckDbConnection();
            connection.Open();
            connection.RegisterFunction("plus", (int x) => x + i);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Equal(1 + i, Scalar(connection, "SELECT plus(1)"));
        }
    }
}
