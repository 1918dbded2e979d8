using Cartage.Tests.Support;
using Npgsql;

namespace Cartage.Tests.Postgres;

public sealed class TheServer(SharedPostgres shared)
{
    [Fact]
    public async Task Every_test_gets_an_empty_database()
    {
        var url = await shared.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(PostgresServer.ConnectionString(url, pooling: false));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", connection);
        Assert.Equal(0L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}
