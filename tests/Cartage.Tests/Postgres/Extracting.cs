using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Postgres;

/// <summary>Rows of a database: all at first, then what changed, and what is gone.</summary>
public sealed class Extracting(SharedPostgres shared)
{
    const string Orders = "SELECT order_id, status FROM shop_raw.orders WHERE _deleted_at IS NULL ORDER BY 1";

    [Fact]
    public async Task All_rows_at_first_and_then_those_that_changed()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await shop.ExecuteAsync("INSERT INTO store.orders SELECT g FROM generate_series(1, 5) g; INSERT INTO store.lines SELECT g, 1, 2, 9.90 FROM generate_series(1, 5) g");
        await shop.RunAsync();
        Assert.Equal("1|1;2|1;3|1;4|1;5|1", await shop.LoadedAsync(Orders));

        await shop.ExecuteAsync("UPDATE store.orders SET status = 4 WHERE order_id = 2; INSERT INTO store.orders VALUES (6); UPDATE store.lines SET quantity = 7 WHERE order_id = 3");
        var run = await shop.RunAsync();
        Assert.Equal("1|1;2|4;3|1;4|1;5|1;6|1", await shop.LoadedAsync(Orders));
        Assert.Equal("7", await shop.LoadedAsync("SELECT quantity FROM shop_raw.lines WHERE order_id = 3"));
        Assert.Equal((2, 1), (run.Equations.Single(e => e.Feed == "orders").Read, run.Equations.Single(e => e.Feed == "lines").Read));
    }

    [Fact]
    public async Task Nothing_is_loaded_again_when_nothing_changed()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await shop.ExecuteAsync("INSERT INTO store.orders SELECT g FROM generate_series(1, 5) g");
        await shop.RunAsync();
        Assert.Equal("nothing changed", (await shop.RunAsync()).Message);
    }

    [Fact]
    public async Task A_row_that_says_it_is_deleted_and_comes_back()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await shop.ExecuteAsync("INSERT INTO store.orders SELECT g FROM generate_series(1, 3) g");
        await shop.RunAsync();
        await shop.ExecuteAsync("UPDATE store.orders SET is_active = 'N' WHERE order_id = 2");
        await shop.RunAsync();
        Assert.Equal("1|1;3|1", await shop.LoadedAsync(Orders));
        await shop.ExecuteAsync("UPDATE store.orders SET is_active = 'Y' WHERE order_id = 2");
        await shop.RunAsync();
        Assert.Equal("1|1;2|1;3|1", await shop.LoadedAsync(Orders));
    }

    [Fact]
    public async Task A_row_that_is_gone_and_comes_back()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await shop.ExecuteAsync("INSERT INTO store.orders SELECT g FROM generate_series(1, 3) g; INSERT INTO store.lines SELECT g, 1, 2, 9.90 FROM generate_series(1, 3) g");
        await shop.RunAsync();
        await shop.ExecuteAsync("DELETE FROM store.orders WHERE order_id = 2; DELETE FROM store.lines WHERE order_id = 2; DELETE FROM store.brands WHERE brand_id = 4");
        var run = await shop.RunAsync();
        Assert.Equal("1|1;3|1", await shop.LoadedAsync(Orders));
        Assert.Equal("2|2", await shop.LoadedAsync("SELECT order_id, quantity FROM shop_raw.lines WHERE _deleted_at IS NOT NULL"));
        Assert.Equal("1;2;3", await shop.LoadedAsync("SELECT brand_id FROM shop_raw.brands WHERE _deleted_at IS NULL ORDER BY 1"));
        Assert.All(run.Equations, e => Assert.Equal(1, e.Deleted));
        Assert.Equal("nothing changed", (await shop.RunAsync()).Message);

        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (2, 3); INSERT INTO store.brands VALUES (4, 'Heller')");
        await shop.RunAsync();
        Assert.Equal("1|1;2|3;3|1", await shop.LoadedAsync(Orders));
        Assert.Equal("4", await shop.LoadedAsync("SELECT count(*) FROM shop_raw.brands WHERE _deleted_at IS NULL"));
        await shop.RunAsync(new RunRequest { FullRefresh = true });
        Assert.Equal("1|1;2|3;3|1", await shop.LoadedAsync(Orders));
        Assert.Equal("3", await shop.LoadedAsync("SELECT count(*) FROM shop_raw.orders_history WHERE order_id = 2"));
    }

    [Fact]
    public async Task Too_many_gone_at_once_reject_the_run_until_a_person_accepts_it()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await shop.ExecuteAsync("INSERT INTO store.orders SELECT g FROM generate_series(1, 10) g");
        await shop.RunAsync();
        await shop.ExecuteAsync("DELETE FROM store.orders WHERE order_id > 3");
        var run = await shop.Project.RunAsync();
        Assert.Equal(RunState.Rejected, run.State);
        Assert.Contains("the feed 'orders': more than 60% of its 10 keys are gone from store.orders (max_share)", run.Message);
        Assert.Contains("--accept orders.max_share", run.Hint);
        Assert.Equal("10", await shop.LoadedAsync("SELECT count(*) FROM shop_raw.orders WHERE _deleted_at IS NULL"));

        await shop.RunAsync(new RunRequest { Accept = new HashSet<string> { "orders.max_share" } });
        Assert.Equal("1|1;2|1;3|1", await shop.LoadedAsync(Orders));
    }

    [Fact]
    public async Task A_quarantined_row_that_is_gone_is_no_longer_waited_for()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (1); INSERT INTO store.lines VALUES (1, 1, 2, 9.90), (7, 1, 2, 9.90)");
        Assert.Equal(RunState.Quarantined, (await shop.Project.RunAsync()).State);
        Assert.Equal("7|open", await shop.LoadedAsync("SELECT order_id, _status FROM shop_quarantine.lines"));
        await shop.ExecuteAsync("DELETE FROM store.lines WHERE order_id = 7");
        await shop.Project.RunAsync();
        Assert.Equal("7|discarded", await shop.LoadedAsync("SELECT order_id, _status FROM shop_quarantine.lines"));
    }

    [Fact]
    public async Task Keys_that_are_there_are_not_missed_where_text_is_sorted_otherwise()
    {
        // In Danish aa is a letter after z, and hashes are full of it.
        await using var shop = PostgresShop.Create(await shared.CreateDatabaseAsync("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'da'"), "connection: shop\nfeeds:\n  things: { table: things, key: [id], deletes: { compare: always, max_share: 60% } }\n");
        await shop.ExecuteAsync("CREATE TABLE things (id int PRIMARY KEY); INSERT INTO things SELECT generate_series(1, 2000)");
        await shop.RunAsync();
        await shop.ExecuteAsync("DELETE FROM things WHERE id <= 500");
        await shop.RunAsync();
        Assert.Equal("1500|501", await shop.LoadedAsync("SELECT count(*), min(id) FROM shop_raw.things WHERE _deleted_at IS NULL"));
    }

    [Fact]
    public async Task Keys_that_are_strung_together_alike_are_two()
    {
        await using var shop = PostgresShop.Create(await shared.CreateDatabaseAsync(), "connection: shop\nfeeds:\n  things: { table: things, key: [a, b], deletes: { compare: always, max_share: 60% } }\n");
        await shop.ExecuteAsync("CREATE TABLE things (a text, b text, PRIMARY KEY (a, b)); INSERT INTO things VALUES ('x' || chr(31), 'y'), ('x', chr(31) || 'y')");
        await shop.RunAsync();
        await shop.ExecuteAsync("DELETE FROM things WHERE b = 'y'");
        await shop.RunAsync();
        Assert.Equal("1|1", await shop.LoadedAsync("SELECT count(*), min(length(a)) FROM shop_raw.things WHERE _deleted_at IS NULL"));
    }
}
