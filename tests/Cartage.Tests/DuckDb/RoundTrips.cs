using System.Collections;
using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class RoundTrips : TestDatabase
{
    const int Rows = 5_000;

    public static TheoryData<string> Types => [.. Generated.ByType.Keys];

    // Structs, maps and unions cannot be parameters; times are those of microseconds.
    public static TheoryData<string> TypesOfParameters => [.. Generated.ByType.Keys.Where(t => t is not ("TIMESTAMP_NS" or "TIME_NS") && !t.StartsWith("STRUCT", StringComparison.Ordinal) && !t.StartsWith("MAP", StringComparison.Ordinal) && !t.StartsWith("UNION", StringComparison.Ordinal))];

    public static TheoryData<string> TypesWithTextForms => [.. Generated.ByType.Keys.Where(t => !t.Contains("VARCHAR", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Types))]
    public void Rows_appended_are_read_back_the_same(string type)
    {
        Execute($"CREATE TABLE t (i INTEGER, v {type})");
        var values = Values(type, Rows);
        using (var appender = Connection.CreateAppender("t"))
        {
            for (var i = 0; i < values.Length; i++)
                appender.AppendRow(i, values[i]);
            appender.Close();
        }
        AssertRead(values, "SELECT v FROM t ORDER BY i");
        Assert.Equal((long)values.Count(v => v is null), Scalar("SELECT count(*) FROM t WHERE v IS NULL"));
    }

    [Theory]
    [MemberData(nameof(TypesWithTextForms))]
    public void The_database_sees_the_value_that_was_appended(string type)
    {
        Execute($"CREATE TABLE t (i INTEGER, v {type})");
        var values = Values(type, 500);
        using (var appender = Connection.CreateAppender("t"))
        {
            for (var i = 0; i < values.Length; i++)
                appender.AppendRow(i, values[i]);
            appender.Close();
        }
        // Through text and back goes by the database's own encodings alone.
        Execute($"CREATE TABLE u AS SELECT i, v::VARCHAR::{type} AS v FROM t");
        Assert.Null(Scalar("SELECT min(format('{} is not {}', t.v, u.v)) FROM t JOIN u USING (i) WHERE t.v IS DISTINCT FROM u.v"));
    }

    [Theory]
    [MemberData(nameof(TypesOfParameters))]
    public void A_value_given_as_a_parameter_is_read_back_the_same(string type)
    {
        using var command = Command($"SELECT $v::{type}", ("v", null));
        foreach (var value in Values(type, 300))
        {
            command.Parameters[0].Value = type == "BIT" && value is string bits ? new BitArray([.. bits.Select(c => c == '1')]) : value;
            using var reader = command.ExecuteReader();
            Assert.True(reader.Read());
            AssertSame(value, reader);
        }
    }

    [Fact]
    public void A_parameter_keeps_its_own_type()
    {
        string[] same = ["BOOLEAN", "TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER", "UINTEGER", "BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "FLOAT", "DOUBLE", "VARCHAR", "BLOB", "UUID", "DATE", "TIME", "TIMESTAMP", "INTERVAL"];
        foreach (var type in same)
            Assert.Equal(type, Scalar("SELECT typeof($v)", ("v", Generated.ByType[type](new(1)))));
        Assert.Equal("INTEGER[]", Scalar("SELECT typeof($v)", ("v", new List<object?> { null, 1 })));
        Assert.Equal("DECIMAL(3,2)", Scalar("SELECT typeof($v)", ("v", 1.50m)));
        Assert.Equal("TIMESTAMP WITH TIME ZONE", Scalar("SELECT typeof($v)", ("v", DateTimeOffset.UnixEpoch)));
        Assert.Equal("INTERVAL", Scalar("SELECT typeof($v)", ("v", TimeSpan.FromHours(1))));
    }

    void AssertRead(object?[] expected, string sql)
    {
        using var command = Command(sql);
        using var reader = command.ExecuteReader();
        foreach (var value in expected)
        {
            Assert.True(reader.Read());
            AssertSame(value, reader);
        }
        Assert.False(reader.Read());
    }

    static void AssertSame(object? expected, DuckDbDataReader reader) =>
        Assert.Equal(expected, expected switch
        {
            null => reader.IsDBNull(0) ? null : reader.GetValue(0),
            DuckDbDecimal => reader.GetFieldValue<DuckDbDecimal>(0),
            DuckDbUnion => reader.GetFieldValue<DuckDbUnion>(0),
            _ => reader.GetValue(0),
        });

    static object?[] Values(string type, int count)
    {
        var random = new Random(type.Length * 31 + type[0]);
        return [.. Enumerable.Range(0, count).Select(i => i % 7 == 3 ? null : Generated.ByType[type](random))];
    }
}
