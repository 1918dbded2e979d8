using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Tests.Warehouses;

public sealed class ProvenKeys
{
    static readonly Table Keys = new("main", "keys");

    [Theory]
    [InlineData(0, 3)]
    [InlineData(-2, 2)]
    [InlineData(2_147_483_640, 2_147_483_647)]
    [InlineData(int.MinValue, int.MaxValue)]
    public async Task Keys_are_distinct_where_no_two_rows_have_the_same(int least, int greatest)
    {
        await using var connection = await OpenAsync();
        var chance = new Random(7);
        for (var round = 0; round < 100; round++)
        {
            var rows = Enumerable.Range(0, chance.Next(12)).Select(_ => (A: Some(), B: Some())).ToList();
            await FillAsync(connection, string.Join(", ", rows.Select(r => $"({r.A?.ToString() ?? "NULL"}, {r.B?.ToString() ?? "NULL"})")));
            Assert.Equal(rows.Distinct().Count() == rows.Count, await AreDistinctAsync(connection, "a", "b"));
            Assert.Equal(rows.DistinctBy(r => r.A).Count() == rows.Count, await AreDistinctAsync(connection, "a"));
        }

        int? Some() => chance.Next(10) == 0 ? null : (int)chance.NextInt64(least, (long)greatest + 1);
    }

    [Fact]
    public async Task A_key_that_comes_twice_among_many_that_lie_close_together_is_found()
    {
        await using var connection = await OpenAsync();
        await connection.ExecuteAsync("INSERT INTO keys SELECT range // 5, range % 5 FROM range(100000)", Ct);
        Assert.True(await AreDistinctAsync(connection, "a", "b"));
        await connection.ExecuteAsync("UPDATE keys SET b = 3 WHERE a = 777 AND b = 4", Ct);
        Assert.False(await AreDistinctAsync(connection, "a", "b"));
    }

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    static Task<bool> AreDistinctAsync(DuckDbConnection connection, params string[] columns) => connection.AreDistinctAsync(Dialect.DuckDb, Keys, columns, Ct);

    static async Task<DuckDbConnection> OpenAsync()
    {
        var connection = new DuckDbConnection("DataSource=:memory:");
        await connection.OpenAsync(Ct);
        await connection.ExecuteAsync("CREATE TABLE keys (a BIGINT, b INTEGER)", Ct);
        return connection;
    }

    static Task FillAsync(DuckDbConnection connection, string rows) => connection.ExecuteAsync(rows.Length == 0 ? "DELETE FROM keys" : $"DELETE FROM keys; INSERT INTO keys VALUES {rows}", Ct);
}
