using System.Text.Json;
using Cartage.Connectors.Sources.Postgres;
using Cartage.Tests.Support;

namespace Cartage.Tests.Postgres;

/// <summary>Views and queries with a key are read in ranges of keys, as tables are: each range lands by itself, and none loses a row.</summary>
public sealed class ViewsInChunks(SharedPostgres shared)
{
    const string Rows = """
        INSERT INTO store.orders SELECT g, g % 4 FROM generate_series(1, 1500) g;
        INSERT INTO store.lines SELECT g, i, g % 9, 1 FROM generate_series(1, 1500) g, generate_series(1, 2) i;
        ANALYZE
        """;

    const string Views = PostgresShop.Tables + """
        CREATE VIEW store.sold AS SELECT o.order_id, l.item_id, o.status, l.quantity, greatest(o.updated_at, l.updated_at) AS updated_at FROM store.orders o JOIN store.lines l ON l.order_id = o.order_id;
        """;

    const string Feeds = """
        connection: shop
        feeds:
          sold: { table: store.sold, key: [order_id, item_id], cursor: updated_at, chunk: 1000 }
          open_orders: { query: "select order_id, status, updated_at from store.orders where status <> 3;", key: [order_id], cursor: updated_at, chunk: 250 }
        """;

    [Fact]
    public async Task Each_range_is_a_page_and_together_they_are_all_rows()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, Feeds, tables: Views);
        await shop.ExecuteAsync(Rows);
        await shop.RunAsync();

        Assert.InRange(Ranges(shop, "sold").Count, 2, 4); // of 3,000 rows
        Assert.InRange(Ranges(shop, "open_orders").Count, 3, 11); // of 1,125 rows
        Assert.Equal("3000|11994", await shop.LoadedAsync("SELECT count(*), sum(quantity) FROM shop_raw.sold"));
        Assert.Equal("1125", await shop.LoadedAsync("SELECT count(*) FROM shop_raw.open_orders"));
    }

    [Theory]
    [InlineData("land.manifest#2"), InlineData("land.object#6"), InlineData("land.manifest#7")]
    public async Task A_reading_that_was_killed_keeps_the_ranges_that_landed(string failpoint)
    {
        await using var shop = await PostgresShop.CreateAsync(shared, Feeds, tables: Views);
        await shop.ExecuteAsync(Rows);
        Assert.NotEqual(0, (await shop.Project.KilledAsync(failpoint)).ExitCode);
        var landed = Ranges(shop, "sold").Concat(Ranges(shop, "open_orders")).ToList();
        await shop.ExecuteAsync("UPDATE store.lines SET quantity = 50 WHERE order_id % 10 = 0; UPDATE store.orders SET status = 2 WHERE order_id % 7 = 0 AND status <> 3; INSERT INTO store.orders VALUES (5000, 1); INSERT INTO store.lines VALUES (5000, 1, 1, 1)");
        await shop.RunAsync();

        Assert.Subset(Ranges(shop, "sold").Concat(Ranges(shop, "open_orders")).ToHashSet(), landed.ToHashSet());
        await using var source = await shop.OpenAsync();
        foreach (var (sql, table) in new[] { ("SELECT count(*) || '|' || sum(quantity) || '|' || sum(status) FROM store.sold", "SELECT count(*), sum(quantity), sum(status) FROM shop_raw.sold"), ("SELECT count(*) || '|' || sum(status) FROM store.orders WHERE status <> 3", "SELECT count(*), sum(status) FROM shop_raw.open_orders") })
        {
            await using var command = new Npgsql.NpgsqlCommand(sql, source);
            Assert.Equal(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), await shop.LoadedAsync(table));
        }
        Assert.True(long.Parse((await shop.LoadedAsync("SELECT sum(rows_read) FROM cartage.equations")).Split('|')[0]) < 4126 + 1500, "everything was read twice");
    }

    [Fact]
    public async Task A_row_without_a_key_is_in_one_range_and_not_lost()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, """
            connection: shop
            feeds:
              notes: { table: store.notes, key: [note_id], chunk: 1500 }
              noted: { query: "select note_id, note from store.notes", key: [note_id], chunk: 1500 }
            """);
        await shop.ExecuteAsync("CREATE TABLE store.notes (note_id int, note text); INSERT INTO store.notes SELECT g, 'n' FROM generate_series(1, 5000) g; INSERT INTO store.notes VALUES (NULL, 'lost'); CREATE INDEX ON store.notes (note_id); ANALYZE");
        var run = await shop.Project.RunAsync();
        Assert.Equal("lost;lost", await shop.LoadedAsync("SELECT note FROM shop_quarantine.notes UNION ALL SELECT note FROM shop_quarantine.noted"));
        Assert.All(run.Equations, e => Assert.Equal((5001, 5000, 1), (e.Read, e.Inserted, e.Quarantined)));
        Assert.InRange(Ranges(shop, "notes").Count, 2, 5);
        Assert.InRange(Ranges(shop, "noted").Count, 2, 5);
    }

    [Fact]
    public async Task A_row_that_lacks_the_second_column_of_its_key_is_in_one_range_too()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, """
            connection: shop
            feeds:
              notes: { table: store.notes, key: [shop, note_id], chunk: 1500 }
            """);
        await shop.ExecuteAsync("CREATE TABLE store.notes (shop int, note_id int, note text); INSERT INTO store.notes SELECT g, 1, 'n' FROM generate_series(1, 5000) g; INSERT INTO store.notes VALUES (2, NULL, 'lost'), (4999, NULL, 'lost'); ANALYZE");
        var run = await shop.Project.RunAsync();
        Assert.InRange(Ranges(shop, "notes").Count, 2, 5);
        Assert.Equal((5002, 5000, 2), run.Equations.Select(e => (e.Read, e.Inserted, e.Quarantined)).Single());
    }

    [Fact]
    public async Task A_key_that_comes_often_does_not_lose_a_range_when_the_reading_goes_on()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, """
            connection: shop
            feeds:
              visits: { table: store.visits, key: [visitor], cursor: updated_at, chunk: 50 }
            """);
        await shop.ExecuteAsync("CREATE TABLE store.visits (visitor int NOT NULL, updated_at timestamptz NOT NULL); INSERT INTO store.visits SELECT greatest(g, 500), now() - (1000 - g) * interval '1 second' FROM generate_series(1, 1000) g; CREATE INDEX ON store.visits (visitor); ANALYZE");
        Assert.NotEqual(0, (await shop.Project.KilledAsync("land.manifest#3")).ExitCode);
        await shop.RunAsync();
        Assert.Equal("501", await shop.LoadedAsync("SELECT count(*) FROM shop_raw.visits"));
    }

    [Fact]
    public async Task A_view_that_would_be_computed_whole_for_each_range_is_read_in_one_piece()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, """
            connection: shop
            feeds:
              ranked: { query: "select order_id, rank() over (order by status, order_id) as place from store.orders", key: [order_id], chunk: 200 }
            """);
        await shop.ExecuteAsync(Rows);
        await shop.RunAsync();
        Assert.Single(Ranges(shop, "ranked"));
        Assert.Equal("1500", await shop.LoadedAsync("SELECT count(*) FROM shop_raw.ranked"));
    }

    [Fact]
    public async Task What_is_missing_is_told_in_the_order_that_the_columns_have()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, "connection: shop\nfeeds:\n  things: { table: store.things, key: [name] }\n", tables: "CREATE SCHEMA store; CREATE TABLE store.things (name text COLLATE \"en-x-icu\" PRIMARY KEY)");
        await using var connection = await shop.OpenAsync();
        var table = await SourceTable.DescribeAsync(connection, shop.Project.Load().Project.Pipelines.Single().Feeds.Single(), TestContext.Current.CancellationToken);

        // b < C < D < e there, and C < D < b < e by code points.
        var missing = await Chunks.MissingAsync(connection, table, [new(null, ["b"]), new(["C"], ["D"]), new(["e"], null)], TestContext.Current.CancellationToken);

        Assert.Equal(["b..C", "D..e"], missing.Select(r => $"{r.From?[0]}..{r.To?[0]}"));
    }

    static List<string> Ranges(PostgresShop shop, string feed) =>
        [.. from file in Directory.EnumerateFiles(Path.Combine(shop.Project.Root, ".cartage", "raw", "shop"), "*.manifest.json", SearchOption.AllDirectories)
            where file.Contains($"/raw/shop/{feed}/", StringComparison.Ordinal)
            let mark = JsonDocument.Parse(JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("cursor_after").GetString()!).RootElement
            where mark.TryGetProperty("keys", out _)
            select file];
}
