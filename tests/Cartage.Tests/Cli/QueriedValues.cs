using Cartage.Host.Output;
using Cartage.Tests.Support;
using Npgsql;

namespace Cartage.Tests.Cli;

/// <summary>What a query prints is what the tables hold, to the last digit.</summary>
public sealed class QueriedValues(SharedPostgres shared) : IDisposable
{
    readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("time '09:30:15'", "09:30:15"), InlineData("time '00:00:00.25'", "00:00:00.25"), InlineData("time '24:00:00'", "24:00:00")]
    [InlineData("timestamptz '2024-01-01 00:00:00.5+00'", "2024-01-01 00:00:00.5Z"), InlineData("timestamptz '2024-01-01 00:00:00+00'", "2024-01-01 00:00:00Z")]
    [InlineData("date '0044-03-15 (BC)'", "0044-03-15 (BC)"), InlineData("date 'infinity'", "infinity"), InlineData("timestamp '-infinity'", "-infinity"), InlineData("date '9999-12-31'", "9999-12-31")]
    [InlineData("interval 90 minute", "01:30:00"), InlineData("NULL", "")]
    public async Task Are_whole(string value, string expected)
    {
        var answer = await _shop.TypeAsync("query", $"select {value} as v", "--format", "csv");

        Assert.Equal((0, $"v\n{expected}\n"), (answer.Code, answer.Out));
    }

    [Fact]
    public async Task Tell_nothing_from_an_empty_text_in_CSV()
    {
        var answer = await _shop.TypeAsync("query", "select 1 as id, NULL as a, '' as b, 'x' as c", "--format", "csv");

        Assert.Equal((0, "id,a,b,c\n1,,\"\",x\n"), (answer.Code, answer.Out));
    }

    [Fact]
    public async Task Say_what_cannot_be_shown()
    {
        var answer = await _shop.TypeAsync("query", "select [date '0044-03-15 (BC)'] as v");

        Assert.Equal(2, answer.Code);
        Assert.Contains("0044-03-15 (BC) is beyond", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("time '09:30:15.5'", "09:30:15.5"), InlineData("interval '36 hours'", "36:00:00"), InlineData("interval '-90 seconds'", "-00:01:30"), InlineData("date '2024-02-29'", "2024-02-29"), InlineData("timestamptz '2024-01-01 00:00:00.5+00'", "2024-01-01 00:00:00.5")]
    public async Task Are_whole_in_PostgreSQL_too(string value, string expected)
    {
        await using var connection = new NpgsqlConnection(PostgresServer.ConnectionString(await shared.CreateDatabaseAsync(), pooling: false));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"SELECT {value}", connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await reader.ReadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected, Cell.Exact(Assert.Single(Cell.Row(reader))));
    }
}
