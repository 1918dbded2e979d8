using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class Appending : TestDatabase
{
    [Fact]
    public void A_hundred_thousand_rows_are_appended_value_by_value()
    {
        Execute("CREATE TABLE t (i INTEGER, s VARCHAR, d DATE, m DECIMAL(10,2))");
        using (var appender = Connection.CreateAppender("t"))
        {
            for (var i = 0; i < 100_000; i++)
            {
                appender.Write(0, i);
                if (i % 7 == 0)
                    appender.Write(1, (string?)null);
                else
                    appender.Write(1, $"text number {i} ü");
                appender.Write(2, new DateOnly(2020, 1, 1).AddDays(i % 1000));
                appender.Write(3, i / 100m);
                appender.EndRow();
            }
            appender.Close();
        }
        Assert.Equal(100_000L, Scalar("""
            SELECT count(*) FROM t
            WHERE s IS NOT DISTINCT FROM CASE WHEN i % 7 = 0 THEN NULL ELSE 'text number ' || i || ' ü' END
                AND d = DATE '2020-01-01' + (i % 1000)::INTEGER AND m = i::DECIMAL(10,2) / 100
            """));
    }

    [Fact]
    public void Whole_chunks_are_appended_through_spans()
    {
        Execute("CREATE TABLE t (i INTEGER, s VARCHAR)");
        using (var appender = Connection.CreateAppender("t"))
        {
            for (var start = 0; start < 10_000; start += 1000)
            {
                var numbers = appender.Values<int>(0);
                for (var row = 0; row < 1000; row++)
                {
                    numbers[row] = start + row;
                    if (row % 7 == 0)
                        appender.SetNull(1, row);
                    else if (row % 7 == 1)
                        appender.SetBytes(1, row, "bytes"u8);
                    else
                        appender.SetText(1, row, $"text number {start + row} ü");
                }
                appender.EndChunk(1000);
            }
            Assert.Throws<ArgumentOutOfRangeException>(() => appender.EndChunk(DuckDbAppender.ChunkRows + 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => appender.EndChunk(-1));
            appender.Close();
        }
        Assert.Equal(10_000L, Scalar("SELECT count(*) FROM t WHERE s IS NOT DISTINCT FROM CASE (i % 1000) % 7 WHEN 0 THEN NULL WHEN 1 THEN 'bytes' ELSE 'text number ' || i || ' ü' END"));
    }

    [Fact]
    public void Rows_belong_to_the_transaction()
    {
        Execute("CREATE TABLE t (i INTEGER)");
        using (Connection.BeginTransaction())
        {
            using var appender = Connection.CreateAppender("t");
            for (var i = 0; i < 500_000; i++)
                appender.AppendRow(i);
            appender.Close();
            Assert.Equal(500_000L, Scalar("SELECT count(*) FROM t"));
        }
        Assert.Equal(0L, Scalar("SELECT count(*) FROM t"));
    }

    [Fact]
    public void An_appender_given_up_writes_nothing()
    {
        Execute("CREATE TABLE t (i INTEGER)");
        using (var appender = Connection.CreateAppender("t"))
            for (var i = 0; i < 10_000; i++)
                appender.AppendRow(i);
        Assert.Equal(0L, Scalar("SELECT count(*) FROM t"));
    }

    [Fact]
    public void A_broken_constraint_is_told_when_closing()
    {
        Execute("CREATE TABLE t (i INTEGER PRIMARY KEY)");
        using var appender = Connection.CreateAppender("t");
        appender.AppendRow(1);
        appender.AppendRow(1);
        var error = Assert.Throws<DuckDbException>(appender.Close);
        Assert.Contains("duplicate key", error.Message);
        Assert.Equal(0L, Scalar("SELECT count(*) FROM t"));
    }

    [Fact]
    public void Wrong_values_are_refused_and_the_row_can_still_be_mended()
    {
        Execute("CREATE TABLE t (i TINYINT, m DECIMAL(4,1), e ENUM('a'), s VARCHAR)");
        using var appender = Connection.CreateAppender("t");
        Assert.Throws<OverflowException>(() => appender.Write(0, 1000));
        Assert.Throws<InvalidCastException>(() => appender.Write(0, "1"));
        Assert.Throws<InvalidCastException>(() => appender.Write(0, 1.5));
        appender.Write(0, 100L);
        Assert.Throws<InvalidOperationException>(() => appender.Write(0, 100));
        Assert.Throws<OverflowException>(() => appender.Write(1, 1000m));
        appender.Write(1, 999.94m);
        Assert.Throws<InvalidCastException>(() => appender.Write(2, "b"));
        appender.Write(2, "a");
        Assert.Contains("Column 3", Assert.Throws<InvalidOperationException>(appender.EndRow).Message);
        Assert.Throws<InvalidOperationException>(appender.Close);
        Assert.Throws<ArgumentException>(() => appender.SetBytes(3, 0, [0xFF, 0xFE]));
        appender.Write(3, 12.5m);
        appender.EndRow();
        Assert.Throws<ArgumentException>(() => appender.AppendRow(1));
        appender.Close();
        Assert.Equal("100 999.9 a 12.5", Scalar("SELECT concat_ws(' ', i, m, e, s) FROM t"));
    }

    [Theory]
    [InlineData("DECIMAL(38,0)", 38, "99999999999999999999999999999999999999", "1")] // 0.999…
    [InlineData("DECIMAL(38,0)", 38, "-50000000000000000000000000000000000000", "-1")]
    [InlineData("DECIMAL(38,0)", 38, "49999999999999999999999999999999999999", "0")]
    [InlineData("DECIMAL(38,2)", 0, "999999999999999999999999999999999999", "999999999999999999999999999999999999.00")]
    [InlineData("DECIMAL(38,2)", 0, "1000000000000000000000000000000000000", null)]
    [InlineData("DECIMAL(38,2)", 0, "17014118346046923173168730371588410573", null)] // hundred times this is beyond 128 bits
    [InlineData("DECIMAL(38,38)", 0, "-2", null)]
    [InlineData("DECIMAL(38,0)", 0, "-170141183460469231731687303715884105728", null)] // the least of 128 bits
    [InlineData("DECIMAL(4,1)", 2, "99994", "999.9")]
    [InlineData("DECIMAL(4,1)", 2, "99995", null)]
    public void Decimals_are_rounded_half_away_from_zero_and_what_does_not_fit_is_refused_with_its_digits(string type, byte scale, string digits, string? expected)
    {
        Execute($"CREATE TABLE t (m {type})");
        using var appender = Connection.CreateAppender("t");
        var value = new DuckDbDecimal(Int128.Parse(digits), scale);
        if (expected is null)
        {
            Assert.Equal($"{value} has too many digits for {type}.", Assert.Throws<OverflowException>(() => appender.AppendRow(value)).Message);
            return;
        }
        appender.AppendRow(value);
        appender.Close();
        Assert.Equal(expected, Scalar("SELECT m::VARCHAR FROM t"));
    }

    [Fact]
    public void A_table_is_found_by_schema_and_catalog()
    {
        Execute("""CREATE SCHEMA "my ""schema"; CREATE TABLE "my ""schema"."the 'table" (i INTEGER)""");
        using (var appender = Connection.CreateAppender("the 'table", "my \"schema", "memory"))
        {
            appender.AppendRow(1);
            appender.Close();
        }
        Assert.Equal(1, Scalar("""FROM "my ""schema"."the 'table" """));
        Assert.Throws<DuckDbException>(() => Connection.CreateAppender("no table"));
        Assert.Throws<DuckDbException>(() => Connection.CreateAppender("the 'table\0"));
    }

    [Fact]
    public void Infinity_is_written_by_the_providers_types()
    {
        Execute("CREATE TABLE t (d DATE, t TIMESTAMP, s TIMESTAMP_S, z TIMESTAMPTZ, c TIME)");
        using (var appender = Connection.CreateAppender("t"))
        {
            appender.AppendRow(DuckDbDate.Infinity, DuckDbTimestamp.NegativeInfinity, DuckDbTimestamp.Infinity, DuckDbTimestamp.Infinity, TimeSpan.FromDays(1));
            appender.AppendRow(DateOnly.MaxValue, DateTime.MaxValue, DateTime.MaxValue, DateTimeOffset.MaxValue, null);
            appender.Close();
        }
        Assert.Equal("infinity -infinity infinity infinity 24:00:00", Scalar("SELECT concat_ws(' ', d, t, s, z, c) FROM t WHERE NOT isfinite(d)"));
        Assert.Equal("9999-12-31 9999-12-31 23:59:59.999999", Scalar("SELECT concat_ws(' ', d, t) FROM t WHERE isfinite(d)"));
    }
}
