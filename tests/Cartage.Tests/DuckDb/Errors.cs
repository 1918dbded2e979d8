using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class Errors : TestDatabase
{
    public Errors() => Execute("CREATE TABLE orders (order_id INTEGER, customer VARCHAR)");

    [Theory]
    [InlineData("SELECT order_idd FROM orders", 7, "order_id", DuckDbErrorType.Binder)]
    [InlineData("SELECT 'ü', order_idd FROM orders", 13, "order_id", DuckDbErrorType.Binder)]
    [InlineData("SELECT 1; SELECT 2;\n  SELECT order_idd FROM orders", 29, "order_id", DuckDbErrorType.Binder)]
    [InlineData("SELECT * FROM ordrs", 14, "orders", DuckDbErrorType.Catalog)]
    [InlineData("SELECT lenght('a')", 7, "length", DuckDbErrorType.Catalog)]
    [InlineData("SELEC 1", 0, null, DuckDbErrorType.Parser)]
    [InlineData("SELECT 1 +", 10, null, DuckDbErrorType.Parser)]
    [InlineData("SELECT 'a'::INTEGER", 10, null, DuckDbErrorType.Conversion)]
    public void Place_kind_and_suggestions_are_told(string sql, int position, string? candidate, DuckDbErrorType type)
    {
        var error = Assert.Throws<DuckDbException>(() => Execute(sql));
        Assert.Equal((position, type), (error.Position, error.ErrorType));
        if (candidate is not null)
            Assert.Contains(candidate, error.Candidates);
        Assert.DoesNotContain("exception_type", error.Message);
        Assert.DoesNotContain("Error:", error.Message);
    }

    [Theory]
    [InlineData("SELECT error('it is {so}')", "it is {so}", DuckDbErrorType.InvalidInput)]
    [InlineData("SELECT error('{\"exception_type\"')", "{\"exception_type\"", DuckDbErrorType.InvalidInput)]
    [InlineData("CREATE TABLE u (i INTEGER PRIMARY KEY); INSERT INTO u VALUES (1), (1)", "duplicate key \"1\"", DuckDbErrorType.Constraint)]
    [InlineData("INSERT INTO v VALUES (NULL)", "NOT NULL", DuckDbErrorType.Constraint)]
    [InlineData("SELECT * FROM read_csv('/no/such/file.csv')", "/no/such/file.csv", DuckDbErrorType.Io)]
    [InlineData("SELECT 2147483647::INTEGER + 1::INTEGER", "Overflow", DuckDbErrorType.OutOfRange)]
    [InlineData("COMMIT", "no transaction is active", DuckDbErrorType.Transaction)]
    public void Messages_are_plain(string sql, string message, DuckDbErrorType type)
    {
        Execute("CREATE TABLE v (i INTEGER NOT NULL)");
        var error = Assert.Throws<DuckDbException>(() => Execute(sql));
        Assert.Contains(message, error.Message);
        Assert.Equal(type, error.ErrorType);
    }

    [Fact]
    public void They_are_plain_without_JSON_as_well()
    {
        Execute("SET errors_as_json = false");
        var error = Assert.Throws<DuckDbException>(() => Execute("SELECT order_idd FROM orders"));
        Assert.StartsWith("Referenced column \"order_idd\" not found", error.Message);
        Assert.Equal(DuckDbErrorType.Binder, error.ErrorType);
        Assert.Null(error.Position);
    }
}
