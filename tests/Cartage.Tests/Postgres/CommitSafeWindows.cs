using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Postgres;

/// <summary>A row that is committed late, with a change time of long before, is not missed.</summary>
public sealed class CommitSafeWindows(SharedPostgres shared)
{
    const string Orders = "SELECT string_agg(order_id, ',' ORDER BY order_id) FROM shop_raw.orders";

    [Fact]
    public async Task A_long_transaction_that_commits_after_a_run()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await using var late = await shop.OpenAsync();
        await PostgresShop.ExecuteAsync(late, "BEGIN; INSERT INTO store.orders VALUES (10)");
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (11)");
        await shop.RunAsync();
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (12)");
        await shop.RunAsync();
        Assert.Equal("11,12", await shop.LoadedAsync(Orders));

        await PostgresShop.ExecuteAsync(late, "COMMIT");
        await shop.RunAsync();
        Assert.Equal("10,11,12", await shop.LoadedAsync(Orders));
        Assert.Equal("nothing changed", (await shop.RunAsync()).Message);
    }

    [Fact]
    public async Task A_transaction_that_has_only_begun_when_a_run_comes()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await using var late = await shop.OpenAsync();
        await PostgresShop.ExecuteAsync(late, "BEGIN; SELECT 1");
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (11)");
        await shop.RunAsync();
        await PostgresShop.ExecuteAsync(late, "INSERT INTO store.orders VALUES (10); COMMIT");
        await shop.RunAsync();
        Assert.Equal("10,11", await shop.LoadedAsync(Orders));
    }

    [Fact]
    public async Task A_prepared_transaction_that_commits_after_a_run()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await shop.ExecuteAsync($"BEGIN; INSERT INTO store.orders VALUES (10); SELECT pg_sleep(0.2); PREPARE TRANSACTION '{shop.Url[^6..]}'");
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (11)");
        await shop.RunAsync();
        await shop.ExecuteAsync($"COMMIT PREPARED '{shop.Url[^6..]}'");
        await shop.RunAsync();
        Assert.Equal("10,11", await shop.LoadedAsync(Orders));
    }

    [Fact]
    public async Task A_transaction_left_idle_is_not_waited_for_beyond_max_hold_and_named()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, connection: "margin: 0s, max_hold: 1ms");
        await using var late = await shop.OpenAsync();
        await PostgresShop.ExecuteAsync(late, "BEGIN; SET LOCAL application_name = 'forgotten'; INSERT INTO store.orders VALUES (10)");
        await shop.ExecuteAsync("SELECT pg_sleep(0.05)");
        var said = await shop.SaidAsync();
        Assert.Contains(said, x => x.Contains("'shop' (forgotten, idle in transaction) is open since") && x.Contains("longer than max_hold"));
        await PostgresShop.ExecuteAsync(late, "ROLLBACK");
    }

    [Fact]
    public async Task A_user_who_may_not_see_transactions_reads_with_an_overlap_and_is_told()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        var user = $"reader_{shop.Url[(shop.Url.LastIndexOf('/') + 1)..]}";
        await shop.ExecuteAsync($"CREATE ROLE {user} LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA store TO {user}; GRANT SELECT ON ALL TABLES IN SCHEMA store TO {user}");
        var project = await File.ReadAllTextAsync(Path.Combine(shop.Project.Root, "project.yml"), TestContext.Current.CancellationToken);
        shop.Project.Write("project.yml", project.Replace("//shop:", $"//{user}:"));
        await using var late = await shop.OpenAsync();
        await PostgresShop.ExecuteAsync(late, "BEGIN; INSERT INTO store.orders VALUES (10)");
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (11)");
        Assert.Contains(await shop.SaidAsync(), x => x.Contains($"GRANT pg_read_all_stats TO {user}") && x.Contains("windows overlap"));
        await PostgresShop.ExecuteAsync(late, "COMMIT");
        Assert.Contains("windows overlap", Assert.Single((await shop.RunAsync()).Warnings));
        Assert.Equal("10,11", await shop.LoadedAsync(Orders));
    }

    [Fact]
    public async Task A_standby_reads_with_an_overlap_and_is_told()
    {
        PostgresServer.SkipWithout();
        await using var primary = await PostgresServer.StartAsync();
        await primary.ExecuteAsync(PostgresShop.Tables);
        await using var standby = await primary.FollowAsync();
        await using var shop = PostgresShop.Create(standby.Url("postgres"));
        await using var late = new Npgsql.NpgsqlConnection(primary.ConnectionString("postgres"));
        await late.OpenAsync(TestContext.Current.CancellationToken);
        await PostgresShop.ExecuteAsync(late, "BEGIN; INSERT INTO store.orders VALUES (10)");
        await ArriveAsync("INSERT INTO store.orders VALUES (11)");
        Assert.Contains(await shop.SaidAsync(), x => x.Contains("the server is a standby") && x.Contains("windows overlap"));

        await PostgresShop.ExecuteAsync(late, "COMMIT");
        await ArriveAsync("INSERT INTO store.orders VALUES (12)");
        Assert.Contains("the server is a standby", Assert.Single((await shop.RunAsync()).Warnings));
        Assert.Equal("10,11,12", await shop.LoadedAsync(Orders));

        // The next statement of the standby sees it.
        async Task ArriveAsync(string sql)
        {
            await primary.ExecuteAsync(sql);
            await using var there = new Npgsql.NpgsqlConnection(primary.ConnectionString("postgres"));
            await there.OpenAsync(TestContext.Current.CancellationToken);
            await using var written = new Npgsql.NpgsqlCommand("SELECT pg_current_wal_lsn()::text", there);
            await standby.ExecuteAsync($"DO $$ BEGIN WHILE pg_last_wal_replay_lsn() < '{await written.ExecuteScalarAsync(TestContext.Current.CancellationToken)}' LOOP PERFORM pg_sleep(0.01); END LOOP; END $$");
        }
    }

    [Theory]
    [InlineData("date"), InlineData("timestamp"), InlineData("timestamp with time zone")]
    public async Task A_change_on_the_same_day_arrives_whatever_the_type(string type)
    {
        await using var shop = await PostgresShop.CreateAsync(shared, "connection: shop\nfeeds:\n  orders:\n    table: orders\n    key: [order_id]\n    cursor: { column: changed, timezone: Asia/Bangkok }\n", tables: $"""
            CREATE TABLE orders (order_id int PRIMARY KEY, status int, changed {type});
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := {(type.EndsWith("zone", StringComparison.Ordinal) ? "now()" : "now() AT TIME ZONE 'Asia/Bangkok'")}; RETURN NEW; END $$;
            CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
            INSERT INTO orders VALUES (1, 1), (2, 1);
            """);
        await shop.RunAsync();
        await shop.ExecuteAsync("UPDATE orders SET status = 2 WHERE order_id = 1");
        await shop.RunAsync();
        await shop.ExecuteAsync("UPDATE orders SET status = 3 WHERE order_id = 1");
        await shop.RunAsync();
        Assert.Equal("1|3;2|1", await shop.LoadedAsync("SELECT order_id, status FROM shop_raw.orders ORDER BY 1"));
        Assert.Equal("nothing changed", (await shop.RunAsync()).Message);
    }

    [Fact]
    public async Task A_cursor_that_is_no_time_is_refused()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, "connection: shop\nfeeds:\n  orders: { table: store.orders, key: [order_id], cursor: order_id }\n");
        var run = await shop.Project.RunAsync();
        Assert.Equal((RunState.Failed, "pipelines/shop/feeds/store.yml:3: the feed 'orders': the cursor 'order_id' is of type integer, which is no time"), (run.State, run.Message));
    }

    [Fact]
    public async Task The_interval_of_a_schedule_leaves_nothing_out()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (1), (2)");
        var yesterday = new RunRequest { From = DateTimeOffset.UnixEpoch, To = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), Onward = true };
        await shop.RunAsync(yesterday);
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (3); DELETE FROM store.orders WHERE order_id = 1");
        await shop.RunAsync(yesterday with { From = yesterday.To, To = yesterday.To!.Value.AddDays(1) });
        Assert.Equal("2,3", await shop.LoadedAsync(Orders + " WHERE _deleted_at IS NULL"));
    }

    [Fact]
    public async Task An_end_that_was_asked_for_is_kept_and_what_follows_comes_next()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, "connection: shop\nfeeds:\n  orders: { table: orders, key: [order_id], cursor: changed }\n",
            tables: "CREATE TABLE orders (order_id int PRIMARY KEY, changed timestamp); INSERT INTO orders VALUES (1, '2016-06-01'), (2, '2016-12-31 23:59'), (3, '2017-01-01'), (4, '2018-01-01')");
        await shop.RunAsync(new RunRequest { From = new(2016, 1, 1, 0, 0, 0, TimeSpan.Zero), To = new(2017, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        Assert.Equal("1,2", await shop.LoadedAsync(Orders));
        await shop.RunAsync();
        Assert.Equal("1,2,3,4", await shop.LoadedAsync(Orders));
    }
}
