using Cartage.Tests.Support;
using Engine = Cartage.Connectors.Connectors;

namespace Cartage.Tests.Postgres;

/// <summary>What a run reads is of one moment, and a reading that is cut off goes on where it stopped.</summary>
public sealed class OneSnapshot(SharedPostgres shared)
{
    [Fact]
    public async Task A_feed_that_is_read_later_shows_what_the_first_one_saw()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (1); INSERT INTO store.lines VALUES (1, 1, 1, 1)");
        await using var workspace = await shop.Project.OpenAsync();
        var feeds = workspace.Project.Pipelines[0].Feeds.ToDictionary(f => f.Name);
        await using var source = Engine.OpenSource(workspace.Project, feeds["orders"], TimeProvider.System);
        async Task<string> ReadAsync(string feed)
        {
            await using var pages = source.ReadAsync(new(feeds[feed], default, []) { Loaded = new(workspace.Warehouse, "shop") }, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
            Assert.True(await pages.MoveNextAsync());
            await using var bytes = await pages.Current.OpenAsync(TestContext.Current.CancellationToken);
            using var text = new StreamReader(bytes);
            return await text.ReadToEndAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, (await ReadAsync("orders")).Trim().Split('\n').Length);
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (2); INSERT INTO store.lines VALUES (2, 1, 1, 1)");
        Assert.Equal(2, (await ReadAsync("lines")).Trim().Split('\n').Length);
    }

    [Fact]
    public async Task An_order_never_arrives_without_its_lines_while_others_write()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (1); INSERT INTO store.lines VALUES (1, 1, 1, 1)");
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            await using var connection = await shop.OpenAsync();
            for (var i = 2; !stop.IsCancellationRequested; i++)
                await PostgresShop.ExecuteAsync(connection, $"BEGIN; INSERT INTO store.orders VALUES ({i}); INSERT INTO store.lines VALUES ({i}, 1, 1, 1), ({i}, 2, 1, 1); UPDATE store.orders SET status = 2 WHERE order_id = {i / 2}; COMMIT");
        }, TestContext.Current.CancellationToken);
        for (var run = 0; run < 4; run++)
        {
            await shop.RunAsync();
            Assert.Equal("0", await shop.LoadedAsync("SELECT count(*) FROM shop_raw.orders o WHERE order_id > 1 AND (SELECT count(*) FROM shop_raw.lines l WHERE l.order_id = o.order_id) <> 2"));
        }
        await stop.CancelAsync();
        await writing;
        await shop.RunAsync();
        await using var source = await shop.OpenAsync();
        await using var count = new Npgsql.NpgsqlCommand("SELECT count(*) || '|' || sum(status) FROM store.orders", source);
        Assert.Equal(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken), await shop.LoadedAsync("SELECT count(*), sum(status) FROM shop_raw.orders"));
    }

    [Theory]
    [InlineData("land.manifest#2"), InlineData("land.manifest#4"), InlineData("land.object#5"), InlineData("land.manifest#9"), InlineData("staged")]
    public async Task A_first_reading_that_was_killed_keeps_what_landed_and_catches_up(string failpoint)
    {
        await using var shop = await PostgresShop.CreateAsync(shared, """
            connection: shop
            feeds:
              orders: { table: store.orders, key: [order_id], cursor: updated_at, chunk: 300, deletes: { compare: always, max_share: 50% } }
              lines: { table: store.lines, key: [order_id, item_id], cursor: updated_at, chunk: 700, deletes: { compare: always, max_share: 50% } }
            """);
        await shop.ExecuteAsync("INSERT INTO store.orders SELECT g FROM generate_series(1, 1500) g; INSERT INTO store.lines SELECT g, i, 1, 1 FROM generate_series(1, 1500) g, generate_series(1, 2) i; ANALYZE");
        Assert.NotEqual(0, (await shop.Project.KilledAsync(failpoint)).ExitCode);
        var landed = Landed(shop);
        await shop.ExecuteAsync("UPDATE store.orders SET status = 9 WHERE order_id % 7 = 0; UPDATE store.lines SET quantity = 5 WHERE order_id % 5 = 0; DELETE FROM store.orders WHERE order_id % 11 = 0; INSERT INTO store.orders VALUES (2001), (-5); INSERT INTO store.lines VALUES (2001, 1, 1, 1)");
        await shop.RunAsync();
        await shop.RunAsync();

        Assert.Equal(landed, Landed(shop).Take(landed.Count).ToList());
        Assert.Equal(await SourceAsync(shop, "SELECT string_agg(order_id || ':' || status, ',' ORDER BY order_id) FROM store.orders"), await shop.LoadedAsync("SELECT string_agg(order_id || ':' || status, ',' ORDER BY order_id) FROM shop_raw.orders WHERE _deleted_at IS NULL"));
        Assert.Equal(await SourceAsync(shop, "SELECT md5(string_agg(order_id || ':' || item_id || ':' || quantity, ',' ORDER BY order_id, item_id)) FROM store.lines"), await shop.LoadedAsync("SELECT md5(string_agg(order_id || ':' || item_id || ':' || quantity, ',' ORDER BY order_id, item_id)) FROM shop_raw.lines WHERE _deleted_at IS NULL"));
        // What had landed whole was not read again.
        if (landed.Count > 0 && failpoint != "staged")
            Assert.True((await shop.Project.QueryAsync("SELECT feed, sum(rows_read) FROM cartage.equations GROUP BY 1")).Select(l => long.Parse(l.Split('|')[1])).Sum() < 4502 + 1700, "everything was read twice");
    }

    static List<string> Landed(PostgresShop shop) =>
        Path.Combine(shop.Project.Root, ".cartage", "raw") is var raw && Directory.Exists(raw) ? [.. Directory.EnumerateFiles(raw, "*.manifest.json", SearchOption.AllDirectories).OrderBy(File.GetLastWriteTimeUtc).ThenBy(x => x, StringComparer.Ordinal)] : [];

    static async Task<string?> SourceAsync(PostgresShop shop, string sql)
    {
        await using var connection = await shop.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        return (string?)await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
