using Cartage.Runs;
using Npgsql;

namespace Cartage.Tests.Support;

/// <summary>A shop in a PostgreSQL database of its own (orders, their lines, brands) and a project that reads it; every table keeps its change time by itself.</summary>
public sealed class PostgresShop(string url, TestProject project) : IAsyncDisposable
{
    public const string Tables = """
        CREATE SCHEMA store;
        CREATE TABLE store.brands (brand_id int PRIMARY KEY, name text NOT NULL);
        CREATE TABLE store.orders (order_id int PRIMARY KEY, status int NOT NULL DEFAULT 1, is_active text NOT NULL DEFAULT 'Y', updated_at timestamptz);
        CREATE TABLE store.lines (order_id int NOT NULL, item_id int NOT NULL, quantity int NOT NULL, price numeric(10,2) NOT NULL, updated_at timestamptz, PRIMARY KEY (order_id, item_id));
        CREATE FUNCTION store.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
        CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON store.orders FOR EACH ROW EXECUTE FUNCTION store.touch();
        CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON store.lines FOR EACH ROW EXECUTE FUNCTION store.touch();
        INSERT INTO store.brands VALUES (1, 'Trek'), (2, 'Surly'), (3, 'Haro'), (4, 'Heller');
        """;

    const string Feeds = """
        connection: shop
        feeds:
          brands:
            table: store.brands
            key: [brand_id]
          orders:
            table: store.orders
            key: [order_id]
            cursor: { column: updated_at }
            deleted_when: "is_active = 'N'"
            deletes: { compare: always, max_share: 60% }
          lines:
            table: store.lines
            key: [order_id, item_id]
            cursor: { column: updated_at }
            deletes: { compare: always, max_share: 60% }
            columns:
              order_id: { type: integer, references: { feed: orders, column: order_id, on_missing: quarantine } }
        """;

    public string Url => url;

    public TestProject Project => project;

    public static async Task<PostgresShop> CreateAsync(SharedPostgres shared, string feeds = Feeds, string connection = "margin: 0s", string tables = Tables)
    {
        var shop = Create(await shared.CreateDatabaseAsync(), feeds, connection);
        await shop.ExecuteAsync(tables);
        return shop;
    }

    /// <summary>The project alone, of a database that is there.</summary>
    public static PostgresShop Create(string url, string feeds = Feeds, string connection = "margin: 0s")
    {
        var project = new TestProject()
            .Write("project.yml", $"name: shop\nwarehouse: duckdb\nconnections:\n  shop: {{ type: postgres, url: \"{url}\", {connection} }}\n")
            .Write("pipelines/shop/pipeline.yml", "description: A shop\n")
            .Write("pipelines/shop/feeds/store.yml", feeds);
        return new(url, project);
    }

    public async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(PostgresServer.ConnectionString(url, pooling: false));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, sql);
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Runs and expects it to succeed.</summary>
    public async Task<RunResult> RunAsync(RunRequest? request = null)
    {
        var run = await project.RunAsync(request);
        Assert.True(run.State is RunState.Succeeded, $"{run.State}: {run.Message} {run.Hint}");
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        return run;
    }

    /// <summary>Runs and returns everything that was said on the way.</summary>
    public async Task<IReadOnlyList<string>> SaidAsync()
    {
        await using var workspace = await project.OpenAsync();
        var said = new Said();
        var plans = await workspace.PlanAsync(new(), CancellationToken.None);
        await workspace.RunAsync(plans, new(), said, CancellationToken.None);
        return [.. said];
    }

    sealed class Said : System.Collections.Concurrent.ConcurrentQueue<string>, IProgress<RunEvent>
    {
        public void Report(RunEvent value) => Enqueue(value.Message);
    }

    public async Task<string> LoadedAsync(string sql) => string.Join(';', await project.QueryAsync(sql));

    public ValueTask DisposeAsync()
    {
        project.Dispose();
        return ValueTask.CompletedTask;
    }
}
