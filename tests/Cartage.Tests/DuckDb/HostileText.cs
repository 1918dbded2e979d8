using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class HostileText : TestDatabase
{
    public static TheoryData<string> Texts =>
        [
            "'; DROP TABLE t; --", "\" OR 1=1 /*", "$v", "?", "{\"exception_type\":1}", "a\0b", "\0", "", " ", "\r\n\t", "ünï 🦆 \u202Eright to left", "../../etc/passwd", "%s%n{0}",
            new string('x', 10_000), string.Concat(Enumerable.Repeat("🦆", 5_000)), "exactly 12 b", "exactly 13 by",
        ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Values_stay_values(string text)
    {
        Execute("CREATE TABLE t (s VARCHAR)");
        Execute("INSERT INTO t VALUES ($v)", ("v", text));
        using (var appender = Connection.CreateAppender("t"))
        {
            appender.AppendRow(text);
            appender.Close();
        }
        using var reader = Command("SELECT s, s = $v, length(s) FROM t", ("v", text)).ExecuteReader();
        for (var i = 0; i < 2; i++)
        {
            Assert.True(reader.Read());
            Assert.Equal(text, reader.GetString(0));
            Assert.True(reader.GetBoolean(1));
            Assert.Equal(text.EnumerateRunes().Count(), reader.GetInt64(2));
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Names_stay_names(string name)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
            return;
        var quoted = $"\"{name.Replace("\"", "\"\"")}\"";
        Execute($"CREATE TABLE {quoted} ({quoted} INTEGER)");
        using (var appender = Connection.CreateAppender(name))
        {
            appender.AppendRow(1);
            appender.Close();
        }
        using var reader = Command($"FROM {quoted}").ExecuteReader();
        Assert.Equal(name, reader.GetName(0));
        Assert.Equal(0, reader.GetOrdinal(name));
        Assert.True(reader.Read());
    }

    [Fact]
    public void A_NUL_in_a_statement_is_refused_instead_of_cutting_it_off()
    {
        Execute("CREATE TABLE t AS SELECT 1 AS i");
        var error = Assert.Throws<DuckDbException>(() => Execute("DELETE FROM t\0 WHERE false"));
        Assert.Contains("NUL character at 13", error.Message);
        Assert.Equal(1, Scalar("FROM t"));
        Assert.ThrowsAny<Exception>(() => new DuckDbConnection("DataSource=a\0b").Open());
        Assert.Throws<DuckDbException>(() => Connection.RegisterFunction("a\0b", (int i) => i));
    }

    [Fact]
    public void A_lone_surrogate_becomes_the_replacement_character() => Assert.Equal("a\uFFFDb", Scalar("SELECT $v", ("v", "a\uD800b")));

    [Fact]
    public void Settings_cannot_smuggle_in_statements()
    {
        using var connection = new DuckDbConnection(new DuckDbConnectionStringBuilder { ["search_path"] = "main'; CREATE TABLE hacked (i INTEGER); --" }.ConnectionString);
        Assert.ThrowsAny<DuckDbException>(connection.Open);
    }
}
