using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cartage.Ingest;
using Cartage.Runs;
using Cartage.Tests.Support;
using Npgsql;
using Engine = Cartage.Connectors.Connectors;

namespace Cartage.Tests.Postgres;

/// <summary>Every way a database cannot be read has one clear message that says where, what, and what next.</summary>
public sealed class FailingConnections(SharedPostgres shared)
{
    const string Orders = "connection: shop\nfeeds:\n  orders: { table: store.orders, key: [order_id], cursor: updated_at }\n";

    [Theory]
    [InlineData("@127.0.0.1:", "@no-such-host.invalid:", "no-such-host.invalid", "name server")]
    [InlineData("@127.0.0.1:(\\d+)", "@127.0.0.1:1", "nothing answers at 127.0.0.1:1", "Start the server")]
    [InlineData("$", "?sslmode=require", "does not speak TLS, which the address demands", "Turn ssl on")]
    [InlineData(":secret@", ":wrong@", "refuses the password of 'shop'", "Correct user and password")]
    [InlineData(":secret@", "@", "wants a password for 'shop' and the address has none", "postgres://user:password@")]
    [InlineData("//shop:", "//nobody:", "refuses the password of 'nobody'", "Correct user and password")]
    [InlineData("/test_.*", "/no_such_database", "has no database 'no_such_database'", "Create it")]
    [InlineData("postgresql://", "mysql://", "'mysql://' is not postgres://", "postgres://user:password@host:5432/database")]
    public async Task A_connection_that_cannot_be_made(string part, string replacement, string message, string hint)
    {
        await using var shop = await PostgresShop.CreateAsync(shared, Orders);
        var file = await File.ReadAllTextAsync(Path.Combine(shop.Project.Root, "project.yml"), TestContext.Current.CancellationToken);
        shop.Project.Write("project.yml", file.Replace(shop.Url, System.Text.RegularExpressions.Regex.Replace(shop.Url, part, replacement)));
        var run = await shop.Project.RunAsync();
        Assert.Equal(RunState.Failed, run.State);
        Assert.StartsWith("project.yml:4: the connection 'shop': ", run.Message, StringComparison.Ordinal);
        Assert.Contains(message, run.Message);
        Assert.Contains(hint, run.Hint);
        Assert.DoesNotContain("secret", run.Message + run.Hint);
    }

    [Fact]
    public async Task A_number_of_readers_that_is_none_is_no_number_of_our_own()
    {
        await using var shop = PostgresShop.Create("postgres://127.0.0.1:1/shop", Orders, "parallel: many");
        Assert.Equal("project.yml:4: 'parallel' must be a whole number from 1 to 100, not 'many'", (await shop.Project.RunAsync()).Message);
    }

    [Theory]
    [InlineData("store.orders,", "store.order,", "relation \"store.order\" does not exist", "Correct 'table'")]
    [InlineData("store.orders,", "shop.orders,", "relation \"shop.orders\" does not exist", "Correct 'table'")]
    [InlineData("table: store.orders", "query: select nothing from store.orders", "column \"nothing\" does not exist", "Correct the query")]
    [InlineData("updated_at", "update_at", "store.orders has no column 'update_at'", "Did you mean 'updated_at'?")]
    [InlineData("[order_id]", "[id]", "store.orders has no column 'id'", "It has order_id, status, is_active, updated_at.")]
    [InlineData("table: store.orders", "query: 'select *, pg_sleep(60) is null as x from store.orders'", "took longer than statement_timeout", "'statement_timeout'")]
    public async Task A_feed_that_cannot_be_read(string part, string replacement, string message, string hint)
    {
        await using var shop = await PostgresShop.CreateAsync(shared, Orders.Replace(part, replacement), connection: replacement.Contains("pg_sleep", StringComparison.Ordinal) ? "statement_timeout: 2s" : "margin: 0s");
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (1)");
        await ExpectAsync(shop, message, hint);
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_vouches_for()
    {
        PostgresServer.SkipWithout();
        using var folder = new TestProject();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        folder.Write("server.crt", certificate.ExportCertificatePem()).Write("server.key", key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(folder.Root, "server.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (Environment.IsPrivilegedProcess)
            await Process.Start("chown", ["-R", "nobody", folder.Root]).WaitForExitAsync(TestContext.Current.CancellationToken);
        await using var server = await PostgresServer.StartAsync("ssl=on", $"ssl_cert_file={folder.Root}/server.crt", $"ssl_key_file={folder.Root}/server.key");
        using var project = new TestProject().Write("pipelines/shop/pipeline.yml", "description: A shop\n").Write("pipelines/shop/feeds/store.yml", Orders)
            .Write("project.yml", $"name: shop\nconnections:\n  db: {{ type: files }}\n  shop: {{ type: postgres, url: \"{server.Url("postgres")}?sslmode=verify-full\" }}\n");
        var run = await project.RunAsync();
        Assert.StartsWith($"project.yml:4: the connection 'shop': the server 127.0.0.1:{server.Port} cannot be trusted: ", run.Message, StringComparison.Ordinal);
        Assert.Contains("sslrootcert", run.Hint);
        await server.ExecuteAsync("CREATE SCHEMA store; CREATE TABLE store.orders (order_id int PRIMARY KEY, updated_at timestamptz)");
        project.Write("project.yml", $"name: shop\nconnections:\n  shop: {{ type: postgres, url: \"{server.Url("postgres")}?sslmode=verify-ca&sslrootcert={folder.Root}/server.crt\" }}\n");
        Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);
    }

    [Fact]
    public async Task A_table_that_may_not_be_read()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, Orders);
        var user = $"stranger_{shop.Url[(shop.Url.LastIndexOf('/') + 1)..]}";
        await shop.ExecuteAsync($"CREATE ROLE {user} LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA store TO {user}");
        var file = await File.ReadAllTextAsync(Path.Combine(shop.Project.Root, "project.yml"), TestContext.Current.CancellationToken);
        shop.Project.Write("project.yml", file.Replace("//shop:", $"//{user}:"));
        await ExpectAsync(shop, $"'{user}' lacks a permission: permission denied for table orders", $"GRANT SELECT ON store.orders TO {user}");
    }

    [Fact]
    public async Task A_table_that_stays_locked()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, Orders, connection: "lock_timeout: 100ms");
        await using var other = await shop.OpenAsync();
        await PostgresShop.ExecuteAsync(other, "BEGIN; LOCK TABLE store.orders IN ACCESS EXCLUSIVE MODE");
        await ExpectAsync(shop, "the table stayed locked for longer than lock_timeout", "run again");
    }

    [Fact]
    public async Task A_server_that_goes_away_in_the_middle()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, Orders);
        await shop.ExecuteAsync("INSERT INTO store.orders SELECT g FROM generate_series(1, 200000) g");
        await using var workspace = await shop.Project.OpenAsync();
        var feed = workspace.Project.Pipelines[0].Feeds[0];
        await using var source = Engine.OpenSource(workspace.Project, feed, TimeProvider.System);
        await using var pages = source.ReadAsync(new Extraction(feed, default, []) { Loaded = new(workspace.Warehouse, "shop") }, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await pages.MoveNextAsync());
        await using var bytes = await pages.Current.OpenAsync(TestContext.Current.CancellationToken);
        var buffer = new byte[100];
        Assert.NotEqual(0, await bytes.ReadAsync(buffer, TestContext.Current.CancellationToken));
        await shop.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'cartage source%' AND datname = current_database()");
        var error = await Assert.ThrowsAsync<PipelineException>(() => bytes.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
        Assert.StartsWith("pipelines/shop/feeds/store.yml:3: the feed 'orders': the server 127.0.0.1:", error.Message, StringComparison.Ordinal);
        Assert.Contains("went away", error.Message);
        Assert.True(error.IsTransient);
        Assert.Equal("Run again: what has landed is kept.", error.Hint);
    }

    [Fact]
    public async Task Nothing_can_be_written_through_it()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, Orders.Replace("table: store.orders", "query: 'select store.write() as order_id, now() as updated_at'"));
        await shop.ExecuteAsync("CREATE FUNCTION store.write() RETURNS int LANGUAGE sql AS 'INSERT INTO store.orders VALUES (99) RETURNING order_id'");
        await ExpectAsync(shop, "cannot execute INSERT in a read-only transaction", "");
        await using var connection = await shop.OpenAsync();
        await using var count = new NpgsqlCommand("SELECT count(*) FROM store.orders", connection);
        Assert.Equal(0L, await count.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    static async Task ExpectAsync(PostgresShop shop, string message, string hint)
    {
        var run = await shop.Project.RunAsync();
        Assert.Equal(RunState.Failed, run.State);
        Assert.StartsWith("pipelines/shop/feeds/store.yml:3: the feed 'orders': ", run.Message, StringComparison.Ordinal);
        Assert.Contains(message, run.Message);
        Assert.Contains(hint, run.Hint);
    }
}
