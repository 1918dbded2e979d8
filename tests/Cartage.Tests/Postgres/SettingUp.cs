using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Postgres;

/// <summary>Scripts that prepare a database: all of one is kept or nothing, and a mistake is where it stands.</summary>
public sealed class SettingUp(SharedPostgres shared)
{
    [Theory]
    [InlineData("selekt 1", 5, "selekt"), InlineData("insert into store.no_such values (1)", 5, "no_such"), InlineData("select 'ü;', 2;\n\nselect no_such_column from store.brands", 7, "no_such_column"), InlineData("select 1 / 0", null, "division by zero")]
    public async Task A_mistake_is_told_with_its_line(string sql, int? line, string words)
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        shop.Project.Write("pipelines/shop/setup/prepare.sql", $"/* ---\nconnection: shop\n--- */\ncreate table store.more (id int);\n{sql};\ncreate table store.most (id int);\n");

        var run = await shop.Project.RunAsync(new RunRequest("shop.setup"));

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains(words, run.Message, StringComparison.Ordinal);
        if (line is not null)
            Assert.Contains($"setup/prepare.sql:{line}: ", run.Message, StringComparison.Ordinal);
        await using var connection = await shop.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("SELECT to_regclass('store.more') IS NULL", connection);
        Assert.Equal(true, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}
