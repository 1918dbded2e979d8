using Cartage.Connectors.Warehouses;
using Cartage.Runs;
using Cartage.Tests.Support;
using Npgsql;

namespace Cartage.Tests.Warehouses;

/// <summary>How a run's tables come into a PostgreSQL database that others read at the same time, that goes away, or whose run is killed.</summary>
public sealed class PostgresPublishes(SharedPostgres shared)
{
    const string Customers = "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 00:00:00,Y\n2,Bob,,2024-01-01 00:00:00,Y\n";
    const string Orders = "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,2024-01-05 00:00:00\n2,9,2024-01-05,10.00,2024-01-05 00:00:00\n";
    const string Later = "customer_id,name,city,updated_at,is_active\n1,Ann,Rome,2024-01-03 00:00:00,Y\n9,Ida,,2024-01-03 00:00:00,Y\n";

    static readonly Lazy<Task<List<string>>> Undisturbed = new(async () =>
    {
        using var project = Files(SmallShop.Create());
        await project.RunAsync();
        project.Write("in/customers-2.csv", Later);
        await project.RunAsync();
        return await ConformanceTables.DumpAsync(project);
    });

    static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_who_reads_has_to_wait_or_sees_a_part()
    {
        var url = await shared.CreateDatabaseAsync();
        using var project = Shop(url);
        await project.RunAsync();
        await using var reader = await OpenAsync(url);
        await using var reading = await reader.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Now);
        Assert.Equal(1L, await ScalarAsync(reader, "SELECT count(*) FROM shop.fact_orders")); // its lock is held from here on
        project.Write("in/customers-2.csv", Later);
        Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);
        Assert.Equal(RunState.Succeeded, (await project.RunAsync(new() { FullRefresh = true })).State);
        Assert.Equal(1L, await ScalarAsync(reader, "SELECT count(*) FROM shop.fact_orders"));
        await reading.CommitAsync(Now);
        Assert.Equal(2L, await ScalarAsync(reader, "SELECT count(*) FROM shop.fact_orders"));
    }

    [Fact]
    public async Task Other_columns_wait_for_readers_only_so_long_and_publish_nothing_then()
    {
        var url = await shared.CreateDatabaseAsync();
        using var project = Shop(url, TimeSpan.FromMilliseconds(200));
        await project.RunAsync();
        project.Write("pipelines/shop/models/fact_orders.sql", "select order_id, amount, 1 as one from orders");
        project.Write("in/customers-2.csv", Later);
        await using var reader = await OpenAsync(url);
        await using (var reading = await reader.BeginTransactionAsync(Now))
        {
            await ScalarAsync(reader, "SELECT count(*) FROM shop.fact_orders");
            var run = await project.RunAsync();
            Assert.Equal(RunState.Failed, run.State);
            Assert.Contains("shop.fact_orders: its columns change, and others have been reading it", run.Message, StringComparison.Ordinal);
            Assert.Equal(2L, await ScalarAsync(reader, "SELECT count(*) FROM shop_raw.customers"));
        }
        Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);
        Assert.Equal(2L, await ScalarAsync(reader, "SELECT sum(one) FROM shop.fact_orders"));
    }

    [Fact]
    public async Task Views_and_grants_of_others_outlive_a_change_of_columns()
    {
        var url = await shared.CreateDatabaseAsync();
        using var project = Shop(url);
        await project.RunAsync();
        await using var connection = await OpenAsync(url);
        await ExecuteAsync(connection,
            """
            DO $$ BEGIN CREATE ROLE dashboard; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
            CREATE VIEW public.big AS SELECT order_id, amount FROM shop.fact_orders WHERE amount > 5;
            CREATE VIEW public.bigger AS SELECT * FROM public.big WHERE amount > 6;
            GRANT SELECT ON shop.fact_orders, public.bigger TO dashboard;
            """);
        project.Write("pipelines/shop/models/fact_orders.sql", "select order_id, amount, 'new' as channel from orders");
        Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);
        Assert.Equal(1L, await ScalarAsync(connection, "SELECT count(*) FROM public.bigger"));
        Assert.Equal(true, await ScalarAsync(connection, "SELECT has_table_privilege('dashboard', 'shop.fact_orders', 'SELECT') AND has_table_privilege('dashboard', 'public.bigger', 'SELECT')"));

        project.Write("pipelines/shop/models/fact_orders.sql", "select order_id from orders");
        var run = await project.RunAsync();
        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("the view public.big over it does not fit any more", run.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await ScalarAsync(connection, "SELECT count(channel) FROM shop.fact_orders"));
    }

    [Fact]
    public async Task One_run_at_a_time_publishes()
    {
        var url = await shared.CreateDatabaseAsync();
        using var project = Shop(url);
        await using var other = await PostgresWarehouse.OpenAsync(new(url, "small", new([], project.Root)), Now);
        await using (var held = await other.OpenAsync(Now))
        {
            Assert.True(await Cartage.Warehouses.Sql.ScalarAsync<bool>(held, other.Dialect.TryLock, Now));
            var run = await project.RunAsync();
            Assert.Equal(RunState.Failed, run.State);
            Assert.StartsWith("another run publishes to the warehouse: cartage small", run.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("staged"), InlineData("built"), InlineData("before-commit"), InlineData("committed")]
    public async Task A_first_run_that_is_killed_leaves_nothing_half_done(string failpoint)
    {
        var url = await shared.CreateDatabaseAsync();
        using var project = Written(url);
        Assert.NotEqual(0, (await project.KilledAsync(failpoint)).ExitCode);
        await using (var connection = await OpenAsync(url))
            Assert.Equal(failpoint == "committed" ? 1L : 0L, await ScalarAsync(connection, "SELECT count(*) FROM pg_tables WHERE schemaname = 'shop' AND tablename = 'fact_orders'"));
        await EndAsync(project);
    }

    [Theory]
    [InlineData("staged"), InlineData("applied"), InlineData("before-commit"), InlineData("committed")]
    public async Task A_later_run_that_is_killed_leaves_nothing_half_done(string failpoint)
    {
        var url = await shared.CreateDatabaseAsync();
        using var project = Written(url);
        await project.RunAsync();
        project.Write("in/customers-2.csv", Later);
        Assert.NotEqual(0, (await project.KilledAsync(failpoint)).ExitCode);
        await using (var connection = await OpenAsync(url))
            Assert.Equal(failpoint == "committed" ? 2L : 1L, await ScalarAsync(connection, "SELECT count(*) FROM shop.fact_orders"));
        await EndAsync(project);
    }

    [Fact]
    public async Task A_server_that_stops_in_the_middle_is_one_clear_error_and_tried_again_where_asked()
    {
        PostgresServer.SkipWithout();
        await using var server = await PostgresServer.StartAsync();
        await server.ExecuteAsync("CREATE DATABASE shop");
        using var project = Shop(server.Url("shop"));
        await project.RunAsync();
        project.Write("in/customers-2.csv", Later);

        var failed = await RunAsync(project, new Stops(async () => await server.StopAsync(immediate: true)));
        Assert.Equal(RunState.Failed, failed.State);
        Assert.Matches("the connection to the warehouse was lost|the warehouse's server is going away", failed.Message);
        Assert.DoesNotContain('\n', failed.Message!);

        await server.StartAgainAsync();
        project.Write("pipelines/shop/pipeline.yml", "retry: { attempts: 3, delay: 10ms }\n");
        var run = await RunAsync(project, new Stops(async () =>
        {
            await server.StopAsync(immediate: true);
            await server.StartAgainAsync();
        }));
        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(await Undisturbed.Value, await ConformanceTables.DumpAsync(project));
    }

    [Fact]
    public async Task Whoever_interrupts_a_run_that_asks_whether_its_commit_took_place_is_told_that_it_is_not_known()
    {
        var url = await shared.CreateDatabaseAsync();
        using var project = Shop(url, Wait.Longest);
        await project.RunAsync();
        project.Write("in/customers-2.csv", Later);
        await using var connection = await OpenAsync(url);
        await ExecuteAsync(connection,
            """
            CREATE FUNCTION cartage.breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_lock(7), pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(240); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER breaks AFTER INSERT ON cartage.outcomes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cartage.breaks();
            SELECT pg_advisory_lock(7);
            """); // the commit waits for this connection, and then its server is gone
        using var interrupted = new CancellationTokenSource();
        var running = RunAsync(project, null, interrupted.Token);
        await Wait.UntilAsync(async () => await ScalarAsync(connection, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") is 1L);
        await interrupted.CancelAsync();
        await ExecuteAsync(connection, "SELECT pg_advisory_unlock(7)");
        var run = await running;

        Assert.Equal(RunState.Failed, run.State);
        Assert.StartsWith("the warehouse went away at the commit, and whether the tables are published cannot be seen", run.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await ScalarAsync(connection, "SELECT count(*) FROM shop.fact_orders"));
        await using var next = await project.OpenAsync(); // which can see it
        Assert.Equal((RunState.Failed, "its process ended before the commit; nothing was published"), (await next.Store.GetRunAsync(run.RunId, Now)) is { } known ? (known.State, known.Message) : default);
    }

    static async Task EndAsync(TestProject project)
    {
        await project.RunAsync();
        project.Write("in/customers-2.csv", Later);
        var run = await project.RunAsync();
        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(await Undisturbed.Value, await ConformanceTables.DumpAsync(project));
        await using var workspace = await project.OpenAsync();
        Assert.DoesNotContain(await workspace.Store.ListRunsAsync(100, Now), r => r.State is RunState.Running or RunState.Queued);
    }

    static TestProject Files(TestProject project) => project.Write("in/customers.csv", Customers).Write("in/orders.csv", Orders);

    // Named in the project, for the program itself.
    static TestProject Written(string url) => Files(SmallShop.Create()).Write("project.yml", $"name: small\nwarehouse: {{ type: postgres, url: \"{url}\" }}\n");

    static TestProject Shop(string url, TimeSpan? patience = null)
    {
        var project = Files(SmallShop.Create());
        project.Warehouse = async (p, folders) => await PostgresWarehouse.OpenAsync(new(url, p.Name, new(folders, Path.Combine(p.StateFolder, "tmp"), Threads: 1)) { LockTimeout = patience ?? TimeSpan.FromSeconds(10) }, CancellationToken.None);
        return project;
    }

    static async Task<RunResult> RunAsync(TestProject project, IProgress<RunEvent>? progress, CancellationToken? ct = null)
    {
        await using var workspace = await project.OpenAsync();
        return Assert.Single(await workspace.RunAsync(await workspace.PlanAsync(new(), Now), new(), progress, ct ?? Now));
    }

    static async Task<NpgsqlConnection> OpenAsync(string url)
    {
        var connection = new NpgsqlConnection(PostgresServer.ConnectionString(url, pooling: false));
        await connection.OpenAsync(Now);
        return connection;
    }

    static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Now);
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Now);
    }

    // Does something to the world when the first model is being built, and waits for it.
    sealed class Stops(Func<Task> act) : IProgress<RunEvent>
    {
        bool _done;

        public void Report(RunEvent value)
        {
            if (_done || value is not { Kind: "build", State: RunState.Running })
                return;
            _done = true;
            act().GetAwaiter().GetResult();
        }
    }
}
