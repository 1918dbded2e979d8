using Cartage.Connectors.ObjectStores;
using Cartage.Host;
using Cartage.Host.Commands;
using Cartage.Host.Gen;
using Cartage.Host.Output;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>Projects whose raw, processed and reports zones are in a bucket of a real server.</summary>
public sealed class ZonesOnS3(SharedS3 s3)
{
    const string Customers = "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 00:00:00,Y\n2,Bob,,2024-01-01 00:00:00,Y\n";
    const string Orders = "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,2024-01-05 00:00:00\n2,9,2024-01-05,10.00,2024-01-05 00:00:00\n";

    static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_bike_store_comes_to_the_same_tables_as_on_folders()
    {
        using var local = new TestProject("bike-store");
        using var remote = new TestProject("bike-store");
        var data = local.Variables["data"] = remote.Variables["data"] = Path.Combine(local.Root, "data");
        await BikeStore.WriteAsync(new(data, Dirt: true), Now);
        var bucket = await s3.CreateBucketAsync();
        OnS3(remote, bucket);

        var expected = await local.RunAsync();
        var run = await remote.RunAsync();

        Assert.True(run.State == RunState.Quarantined, run.Message);
        Assert.Equal(expected.Equations, run.Equations);
        Assert.Equal(await TablesAsync(local), await TablesAsync(remote));
        Assert.Equal("nothing changed", (await remote.RunAsync()).Message);
        var again = await remote.RunAsync(new() { FullRefresh = true });
        Assert.True(again.State == RunState.Quarantined, again.Message);
        Assert.Equal(await TablesAsync(local), await TablesAsync(remote));
        Assert.False(Directory.Exists(Path.Combine(remote.Root, ".cartage", "raw")));
        Assert.False(Directory.Exists(Path.Combine(remote.Root, ".cartage", "reports")));
        Assert.StartsWith($"s3://{bucket.Bucket}/shop/reports/bike-store/", run.Report, StringComparison.Ordinal);
        Assert.Contains(await KeysAsync(bucket), k => k.EndsWith("/quality.html", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("s3.part"), InlineData("s3.complete")]
    public async Task An_upload_that_is_killed_shows_nothing_and_gc_aborts_what_is_left(string failpoint)
    {
        using var project = SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders);
        var bucket = await s3.CreateBucketAsync();
        OnS3(project, bucket);
        await project.RunAsync();
        var before = await KeysAsync(bucket);
        var big = string.Concat(Enumerable.Range(10, 9000).Select(i => $"{i},{new string('x', 1000)},Rome,2024-01-03 00:00:00,Y\n"));
        project.Write("in/customers-2.csv", "customer_id,name,city,updated_at,is_active\n" + big);

        Assert.NotEqual(0, (await project.KilledAsync(failpoint)).ExitCode);

        Assert.Equal(before, await KeysAsync(bucket));
        Assert.Equal(1, await LeftAsync(bucket));
        Assert.Equal(0, await CommandLine.RunAsync(["gc"], new Shell(new Terminal(TextWriter.Null, TextWriter.Null), new Later(TimeSpan.FromDays(2))) { Folder = project.Root }, Now));
        Assert.Equal(0, await LeftAsync(bucket));
        var run = await project.RunAsync();
        Assert.True(run.State == RunState.Quarantined, run.Message);
        Assert.Equal("9002", await project.ScalarAsync("SELECT count(*) FROM shop_raw.customers"));
    }

    [Theory]
    [InlineData(2, "PUT"), InlineData(4, "PUT"), InlineData(3, "GET")]
    public async Task A_server_that_refuses_in_the_middle_of_a_run_is_one_clear_error_and_the_next_run_is_whole(int nth, string method)
    {
        using var undisturbed = SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders);
        await undisturbed.RunAsync();
        using var project = SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders);
        var bucket = await s3.CreateBucketAsync();
        await using var gate = new Gate(bucket.Endpoint!);
        OnS3(project, bucket with { Endpoint = gate.Address });
        var seen = 0;
        gate.Refuses = (_, m) => (m == method ? ++seen : seen) >= nth;

        var run = await project.RunAsync();

        Assert.Equal(RunState.Failed, run.State);
        Assert.Matches($"^s3://{bucket.Bucket}/shop/raw at http://127.0.0.1:[0-9]+: .*: the server (asks for fewer requests|failed)", run.Message!);
        Assert.NotNull(run.Hint);
        Assert.True(gate.Refused >= 4, $"asked again {gate.Refused} times");
        Assert.Equal("0", await project.ScalarAsync("SELECT count(*) FROM information_schema.tables WHERE table_schema IN ('shop', 'shop_raw')"));
        gate.Refuses = (_, _) => false;
        Assert.Equal(RunState.Quarantined, (await project.RunAsync()).State);
        Assert.Equal(await SmallShop.StateAsync(undisturbed), await SmallShop.StateAsync(project));
        Assert.Equal(0, await LeftAsync(bucket));
    }

    [Fact]
    public async Task A_server_that_is_away_for_a_while_is_asked_again_in_the_same_run()
    {
        using var project = SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders)
            .Write("pipelines/shop/pipeline.yml", "description: a small shop\nretry: { attempts: 3, delay: 10ms }\n");
        var bucket = await s3.CreateBucketAsync();
        await using var gate = new Gate(bucket.Endpoint!) { Refuses = (n, _) => n is > 2 and < 14 };
        OnS3(project, bucket with { Endpoint = gate.Address });

        var run = await project.RunAsync();

        Assert.True(run.State == RunState.Quarantined, run.Message);
        Assert.Equal(11, gate.Refused);
    }

    static void OnS3(TestProject project, S3Options bucket)
    {
        const string Connections = "\nconnections:";
        var lake = $"  lake: {{ type: s3, endpoint: \"{bucket.Endpoint}\", access_key_id: {bucket.AccessKeyId}, secret_access_key: \"{bucket.SecretAccessKey}\" }}";
        var kept = string.Join('\n', File.ReadLines(Path.Combine(project.Root, "project.yml")).Where(l => !l.StartsWith("zones:", StringComparison.Ordinal)));
        var connected = kept.Contains(Connections, StringComparison.Ordinal) ? kept.Replace(Connections, $"{Connections}\n{lake}", StringComparison.Ordinal) : $"{kept}{Connections}\n{lake}";
        project.Write("project.yml", $"{connected}\nzones: {{ raw: \"s3://{bucket.Bucket}/shop/raw\", processed: \"s3://{bucket.Bucket}/shop/processed\", reports: \"s3://{bucket.Bucket}/shop/reports\" }}\n");
    }

    static Task<List<string>> TablesAsync(TestProject project) =>
        project.QueryAsync("""
            SELECT 'orders', md5(string_agg(r, chr(10) ORDER BY r)) FROM (SELECT concat_ws('|', order_id, customer_id, order_status, order_date, store_id, staff_id) AS r FROM bike_store_raw.orders)
            UNION ALL SELECT 'items aside', md5(string_agg(r, chr(10) ORDER BY r)) FROM (SELECT concat_ws('|', _reason, _record, _raw) AS r FROM bike_store_quarantine.order_items)
            UNION ALL SELECT 'fact_sales', md5(string_agg(r, chr(10) ORDER BY r)) FROM (SELECT concat_ws('|', order_id, item_id, product_key, customer_key, quantity, list_price, total_price_with_discount) AS r FROM bike_store.fact_sales)
            """);

    static async Task<List<string>> KeysAsync(S3Options bucket)
    {
        using var client = S3Client.Create(bucket);
        return (await client.ListObjectsV2Async(new() { BucketName = bucket.Bucket }, Now)).S3Objects?.ConvertAll(o => o.Key) ?? [];
    }

    static async Task<int> LeftAsync(S3Options bucket)
    {
        using var client = S3Client.Create(bucket);
        return (await client.ListMultipartUploadsAsync(bucket.Bucket, Now)).MultipartUploads?.Count ?? 0;
    }

    sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
