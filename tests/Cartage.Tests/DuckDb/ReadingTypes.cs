using System.Collections;
using System.Globalization;
using System.Numerics;
using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class ReadingTypes : TestDatabase
{
    public static TheoryData<string, object, string> Values =>
        new()
        {
            { "true", true, "BOOLEAN" },
            { "(-7)::TINYINT", (sbyte)-7, "TINYINT" },
            { "200::UTINYINT", (byte)200, "UTINYINT" },
            { "(-300)::SMALLINT", (short)-300, "SMALLINT" },
            { "60000::USMALLINT", (ushort)60000, "USMALLINT" },
            { "-70000", -70000, "INTEGER" },
            { "4000000000::UINTEGER", 4000000000, "UINTEGER" },
            { "(-5000000000)::BIGINT", -5000000000, "BIGINT" },
            { "18446744073709551615::UBIGINT", ulong.MaxValue, "UBIGINT" },
            { "170141183460469231731687303715884105727::HUGEINT", Int128.MaxValue, "HUGEINT" },
            { "(-12345678901234567890)::HUGEINT", Int128.Parse("-12345678901234567890", CultureInfo.InvariantCulture), "HUGEINT" },
            { "340282366920938463463374607431768211455::UHUGEINT", UInt128.MaxValue, "UHUGEINT" },
            { "'123456789012345678901234567890123456789012345'::BIGNUM", BigInteger.Parse("123456789012345678901234567890123456789012345", CultureInfo.InvariantCulture), "BIGNUM" },
            { "(-5)::BIGNUM", (BigInteger)(-5), "BIGNUM" },
            { "0::BIGNUM", BigInteger.Zero, "BIGNUM" },
            { "1.5::FLOAT", 1.5f, "FLOAT" },
            { "2.25::DOUBLE", 2.25, "DOUBLE" },
            { "'NaN'::DOUBLE", double.NaN, "DOUBLE" },
            { "(-0.05)::DECIMAL(4,2)", -0.05m, "DECIMAL(4,2)" },
            { "12345.67::DECIMAL(9,2)", 12345.67m, "DECIMAL(9,2)" },
            { "1234567890.12::DECIMAL(18,2)", 1234567890.12m, "DECIMAL(18,2)" },
            { "0.1::DECIMAL(38,20)", 0.10000000000000000000m, "DECIMAL(38,20)" },
            { "'text'", "text", "VARCHAR" },
            { "'a longer text, beyond twelve bytes: ü €'", "a longer text, beyond twelve bytes: ü €", "VARCHAR" },
            { "''", "", "VARCHAR" },
            { """'{"a":1}'::JSON""", """{"a":1}""", "JSON" },
            { "'b'::ENUM('a', 'b')", "b", "ENUM('a', 'b')" },
            { "'0101011'::BIT", "0101011", "BIT" },
            { "uuid 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'", Guid.Parse("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"), "UUID" },
            { @"'\x01\x00\xFF'::BLOB", new byte[] { 1, 0, 255 }, "BLOB" },
            { "DATE '2018-02-28'", new DateOnly(2018, 2, 28), "DATE" },
            { "DATE '0001-01-01'", DateOnly.MinValue, "DATE" },
            { "DATE '9999-12-31'", DateOnly.MaxValue, "DATE" },
            { "TIME '12:34:56.789'", new TimeOnly(12, 34, 56, 789), "TIME" },
            { "'12:34:56.123456789'::TIME_NS", new TimeOnly(12, 34, 56).Add(TimeSpan.FromTicks(1234567)), "TIME_NS" },
            { "'12:34:56-03:30'::TIMETZ", new DuckDbTimeTz(45_296_000_000, -12_600), "TIME WITH TIME ZONE" },
            { "TIMESTAMP '2018-02-28 12:34:56.789'", new DateTime(2018, 2, 28, 12, 34, 56, 789), "TIMESTAMP" },
            { "TIMESTAMP '1969-12-31 23:59:59.999999'", new DateTime(1969, 12, 31, 23, 59, 59).AddMicroseconds(999_999), "TIMESTAMP" },
            { "TIMESTAMP_S '2018-02-28 12:34:56'", new DateTime(2018, 2, 28, 12, 34, 56), "TIMESTAMP_S" },
            { "TIMESTAMP_MS '1918-02-28 12:34:56.789'", new DateTime(1918, 2, 28, 12, 34, 56, 789), "TIMESTAMP_MS" },
            { "TIMESTAMP_NS '1918-02-28 12:34:56.123456700'", new DateTime(1918, 2, 28, 12, 34, 56).AddTicks(1234567), "TIMESTAMP_NS" },
            { "'2018-02-28 12:34:56+02'::TIMESTAMPTZ", new DateTimeOffset(2018, 2, 28, 10, 34, 56, TimeSpan.Zero), "TIMESTAMP WITH TIME ZONE" },
            { "INTERVAL '1 year 2 months 3 days 5 seconds'", new DuckDbInterval(14, 3, 5_000_000), "INTERVAL" },
            { "[1, NULL, 3]", new List<object?> { 1, null, 3 }, "INTEGER[]" },
            { "[]::INTEGER[]", new List<object?>(), "INTEGER[]" },
            { "[[1], [], NULL]", new List<object?> { new List<object?> { 1 }, new List<object?>(), null }, "INTEGER[][]" },
            { "[1, 2]::INTEGER[2]", new List<object?> { 1, 2 }, "INTEGER[2]" },
            { "MAP {'k': 2}", new Dictionary<object, object?> { ["k"] = 2 }, "MAP(VARCHAR, INTEGER)" },
            { "{'a': 1, 'b c': ['x', 'y']}", new Dictionary<string, object?> { ["a"] = 1, ["b c"] = new List<object?> { "x", "y" } }, """STRUCT(a INTEGER, "b c" VARCHAR[])""" },
            { "row(1, 'x')", new Dictionary<string, object?> { ["1"] = 1, ["2"] = "x" }, "STRUCT(INTEGER, VARCHAR)" },
            { "union_value(t := 'two')::UNION(n INTEGER, t VARCHAR)", "two", "UNION(n INTEGER, t VARCHAR)" },
        };

    [Theory]
    [MemberData(nameof(Values))]
    public void Every_type_is_read_as_its_natural_value(string sql, object expected, string typeName)
    {
        using var command = Command($"SELECT {sql} AS v, NULL AS n");
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        Assert.Equal(expected, reader.GetValue(0));
        Assert.Equal(typeName, reader.GetDataTypeName(0));
        Assert.True(reader.GetFieldType(0).IsAssignableFrom(expected.GetType()), $"{reader.GetFieldType(0)} for {expected.GetType()}");
        Assert.True(reader.IsDBNull(1));
        Assert.False(reader.Read());
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Every_type_can_be_null(string sql, object expected, string typeName)
    {
        _ = expected;
        using var command = Command($"SELECT u.v FROM range(3) AS t(i) LEFT JOIN (SELECT 1 AS i, {sql} AS v) AS u USING (i) ORDER BY t.i");
        using var reader = command.ExecuteReader();
        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(_ => reader.Read() && reader.IsDBNull(0)));
        Assert.Equal(typeName, reader.GetDataTypeName(0));
    }

    [Theory]
    [InlineData("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727")]
    [InlineData("(-0.05)::DECIMAL(4,2)", "-0.05")]
    [InlineData("'-123456789012345678901234567890.12345678'::DECIMAL(38,8)", "-123456789012345678901234567890.12345678")]
    [InlineData("DATE '2018-02-28'", "2018-02-28")]
    [InlineData("DATE 'infinity'", "infinity")]
    [InlineData("DATE '-infinity'", "-infinity")]
    [InlineData("DATE '5874897-12-31'", "5874897-12-31")]
    [InlineData("DATE '0044-03-15 (BC)'", "0044-03-15 (BC)")]
    [InlineData("TIMESTAMP '2018-02-28 12:34:56.789'", "2018-02-28 12:34:56.789")]
    [InlineData("TIMESTAMP '0044-03-15 (BC) 12:00:00'", "0044-03-15 (BC) 12:00:00")]
    [InlineData("TIMESTAMP 'infinity'", "infinity")]
    [InlineData("TIMESTAMP_NS '-infinity'", "-infinity")]
    [InlineData("TIMESTAMP '294246-12-31 01:02:03'", "294246-12-31 01:02:03")]
    [InlineData("'2018-02-28 12:34:56+02'::TIMESTAMPTZ", "2018-02-28 10:34:56+00")]
    [InlineData("TIME '24:00:00'", "24:00:00")]
    [InlineData("'12:34:56.5-03:30'::TIMETZ", "12:34:56.5-03:30")]
    [InlineData("'12:34:56+15:59:59'::TIMETZ", "12:34:56+15:59:59")]
    [InlineData("true", "true")]
    [InlineData("1.5", "1.5")]
    [InlineData("uuid 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6")]
    public void Values_read_as_text_are_written_as_the_database_writes_them(string sql, string expected)
    {
        Execute("SET TimeZone = 'UTC'");
        Assert.Equal(expected, Field<string>($"SELECT {sql}"));
        Assert.Equal(expected, Field<string>($"SELECT ({sql})::VARCHAR"));
    }

    [Fact]
    public void Infinity_is_the_end_of_the_nets_range_and_exact_in_the_providers_types()
    {
        Assert.Equal(DateOnly.MaxValue, Scalar("SELECT DATE 'infinity'"));
        Assert.Equal(DateOnly.MinValue, Scalar("SELECT DATE '-infinity'"));
        Assert.Equal(DateTime.MaxValue, Scalar("SELECT TIMESTAMP 'infinity'"));
        Assert.Equal(DateTime.MinValue, Scalar("SELECT TIMESTAMP_S '-infinity'"));
        Assert.Equal(DateTime.MaxValue, Scalar("SELECT TIMESTAMP_NS 'infinity'"));
        Assert.Equal(DateTimeOffset.MaxValue, Scalar("SELECT TIMESTAMPTZ 'infinity'"));
        Assert.Equal(DuckDbDate.Infinity, Field<DuckDbDate>("SELECT DATE 'infinity'"));
        Assert.Equal(DuckDbTimestamp.NegativeInfinity, Field<DuckDbTimestamp>("SELECT TIMESTAMP '-infinity'"));
        Assert.Equal(new DuckDbDate(2932896), Field<DuckDbDate>("SELECT DATE '9999-12-31'"));
    }

    [Theory]
    [InlineData("DATE '10000-01-01'", "10000-01-01")]
    [InlineData("TIMESTAMP '10000-01-01 00:00:00'", "10000-01-01")]
    [InlineData("TIME '24:00:00'", "24:00:00")]
    public void What_net_cannot_hold_is_refused_with_the_value_and_a_way_out(string sql, string named)
    {
        var error = Assert.Throws<OverflowException>(() => Scalar($"SELECT {sql}"));
        Assert.Contains(named, error.Message);
        Assert.Contains("read it as", error.Message);
    }

    [Fact]
    public void Decimals_beyond_28_digits_are_exact()
    {
        const string sql = "SELECT '-123456789012345678901234567890.12345678'::DECIMAL(38,8)";
        var exact = Assert.IsType<DuckDbDecimal>(Scalar(sql));
        Assert.Equal(new(Int128.Parse("-12345678901234567890123456789012345678", CultureInfo.InvariantCulture), 8), exact);
        Assert.Equal(exact, Field<DuckDbDecimal>(sql));
        Assert.Throws<OverflowException>(() => Field<decimal>(sql));
        Assert.Equal(123456789.5m, Field<decimal>("SELECT 123456789.5::DECIMAL(38,20)"));
        Assert.Equal(new(15, 1), Field<DuckDbDecimal>("SELECT 1.5"));
    }

    [Fact]
    public void Numbers_are_read_as_other_numbers_where_nothing_is_lost()
    {
        Assert.Equal(7L, Field<long>("SELECT 7"));
        Assert.Equal((byte)7, Field<byte>("SELECT 7::HUGEINT"));
        Assert.Equal(7m, Field<decimal>("SELECT 7::BIGINT"));
        Assert.Equal(7, Field<int>("SELECT 7.00::DECIMAL(10,2)"));
        Assert.Equal(7.5, Field<double>("SELECT 7.5::DECIMAL(10,2)"));
        Assert.Equal(7, Field<int?>("SELECT 7::BIGINT"));
        Assert.Null(Field<int?>("SELECT NULL::BIGINT"));
        Assert.Equal(new BigInteger(7), Field<BigInteger>("SELECT 7::UTINYINT"));
        Assert.Throws<OverflowException>(() => Field<int>("SELECT 5000000000"));
        Assert.Throws<InvalidCastException>(() => Field<int>("SELECT 7.5::DOUBLE"));
        Assert.Throws<InvalidCastException>(() => Field<int>("SELECT 7.5::DECIMAL(10,2)"));
        Assert.Throws<InvalidCastException>(() => Field<Guid>("SELECT 7"));
        Assert.Throws<InvalidCastException>(() => Field<int>("SELECT NULL::INTEGER"));
    }

    [Fact]
    public void Times_are_read_as_related_types()
    {
        Assert.Equal(new DateTime(2020, 1, 2), Field<DateTime>("SELECT DATE '2020-01-02'"));
        Assert.Equal(new DateOnly(2020, 1, 2), Field<DateOnly>("SELECT TIMESTAMP '2020-01-02'"));
        Assert.Throws<InvalidCastException>(() => Field<DateOnly>("SELECT TIMESTAMP '2020-01-02 00:00:01'"));
        Assert.Equal(new DateTime(2020, 1, 2, 0, 0, 0, DateTimeKind.Utc), Field<DateTime>("SELECT '2020-01-02 00:00:00+00'::TIMESTAMPTZ"));
        Assert.Equal(TimeSpan.FromDays(1), Field<TimeSpan>("SELECT TIME '24:00:00'"));
        Assert.Equal(TimeSpan.FromHours(49), Field<TimeSpan>("SELECT INTERVAL '2 days 1 hour'"));
        Assert.Throws<OverflowException>(() => Field<TimeSpan>("SELECT INTERVAL '1 month'"));
        Assert.Equal(1_000_000L, Field<long>("SELECT TIMESTAMP '1970-01-01 00:00:01'"));
    }

    [Fact]
    public void Nested_values_are_read_as_typed_collections()
    {
        Assert.Equal([1, 2, 3], Field<int[]>("SELECT [1, 2, 3]"));
        Assert.Equal([1L, null], Field<List<long?>>("SELECT [1, NULL]"));
        Assert.Equal([["a"], []], Field<string[][]>("SELECT [['a'], []]"));
        Assert.Equal([1.5f, 2f], Field<float[]>("SELECT [1.5, 2]::FLOAT[2]"));
        Assert.Equal(2, Field<Dictionary<string, int>>("SELECT MAP {'k': 2}")["k"]);
        Assert.Throws<InvalidCastException>(() => Field<int[]>("SELECT [1, NULL]"));
        Assert.Equal(new DuckDbUnion("t", "two"), Field<DuckDbUnion>("SELECT union_value(t := 'two')"));
        Assert.Equal([true, false], Field<BitArray>("SELECT '10'::BIT").Cast<bool>());
        Assert.Equal(DayOfWeek.Friday, Field<DayOfWeek>("SELECT 'Friday'"));
        Assert.Equal(DayOfWeek.Friday, Field<DayOfWeek>("SELECT 5"));
    }

    [Fact]
    public void A_type_without_a_counterpart_says_so_when_read()
    {
        var error = Assert.Throws<NotSupportedException>(() => Scalar("SELECT {'a': 1}::VARIANT"));
        Assert.Contains("VARIANT", error.Message);
        Assert.Equal("{'a': 1}", Scalar("SELECT ({'a': 1}::VARIANT)::VARCHAR"));
        Assert.Equal(21, ((byte[])Scalar("SELECT 'POINT(1 2)'::GEOMETRY")!).Length);
    }

    [Fact]
    public void Big_numbers_of_every_size_and_sign_are_read()
    {
        var seed = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[seed.Next(1, 60)];
            seed.NextBytes(bytes);
            var number = new BigInteger(bytes);
            Assert.Equal(number, Scalar($"SELECT '{number}'::BIGNUM"));
        }
    }
}
