using System.Text;
using Cartage.Connectors.ObjectStores;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>Feeds whose files are objects of a bucket on a real server, while the zones are folders.</summary>
public sealed class FilesInBuckets(SharedS3 s3)
{
    const string Customers = "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 00:00:00,Y\n2,Bob,,2024-01-01 00:00:00,Y\n";
    const string Orders = "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,2024-01-05 00:00:00\n2,9,2024-01-05,10.00,2024-01-05 00:00:00\n";
    const string Later = "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,12.00,2024-01-06 00:00:00\n3,2,2024-01-06,5.00,2024-01-06 00:00:00\n";

    static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("s3://BUCKET/drops/**/"), InlineData("inbox://**/")]
    public async Task Objects_come_to_the_tables_that_files_come_to_and_only_new_ones_are_fetched(string place)
    {
        var bucket = await s3.CreateBucketAsync();
        await using var gate = new Gate(bucket.Endpoint!);
        using var local = SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders);
        using var remote = Project(place, bucket with { Endpoint = gate.Address });
        await PutAsync(bucket, ("drops/a/customers.csv", Customers), ("drops/b/orders-1.csv", Orders), ("drops/b/orders.txt", "no"), ("elsewhere/orders.csv", "no"));
        await local.RunAsync();
        var run = await remote.RunAsync();
        Assert.True(run.State == RunState.Quarantined, run.Message);
        Assert.Equal(await SmallShop.StateAsync(local), await SmallShop.StateAsync(remote));

        var before = gate.Requests;
        Assert.Equal("nothing changed", (await remote.RunAsync()).Message);
        Assert.Equal(2, gate.Requests - before); // a listing for each feed

        local.Write("in/orders.csv", Later).Write("in/orders-2.csv", Orders);
        await PutAsync(bucket, ("drops/b/orders-1.csv", Later), ("drops/c/orders-2.csv", Orders));
        await local.RunAsync();
        await remote.RunAsync();
        Assert.Equal(await SmallShop.StateAsync(local), await SmallShop.StateAsync(remote));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(remote.Root, ".cartage", "tmp"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_object_that_is_not_there_and_a_bucket_that_is_not_there_are_one_clear_error()
    {
        var bucket = await s3.CreateBucketAsync();
        using var project = Project("s3://BUCKET/", bucket);
        var none = await project.RunAsync();
        Assert.Equal(RunState.Failed, none.State);
        Assert.Contains($"finds no file: s3://{bucket.Bucket}/", none.Message, StringComparison.Ordinal);

        using var nowhere = Project("s3://no-such-bucket/", bucket);
        var lost = await nowhere.RunAsync();
        Assert.Equal(RunState.Failed, lost.State);
        Assert.Contains("s3://no-such-bucket", lost.Message, StringComparison.Ordinal);
        Assert.NotNull(lost.Hint);
    }

    [Fact]
    public async Task A_server_that_refuses_in_the_middle_leaves_nothing_half_done()
    {
        var bucket = await s3.CreateBucketAsync();
        await PutAsync(bucket, ("customers.csv", Customers), ("orders.csv", Orders));
        await using var gate = new Gate(bucket.Endpoint!) { Refuses = (n, _) => n > 3 };
        using var project = Project("s3://BUCKET/", bucket with { Endpoint = gate.Address });

        Assert.Equal(RunState.Failed, (await project.RunAsync()).State);
        gate.Refuses = (_, _) => false;
        Assert.Equal(RunState.Quarantined, (await project.RunAsync()).State);
        Assert.Equal("2|1", await project.ScalarAsync("SELECT (SELECT count(*) FROM shop_raw.customers), (SELECT count(*) FROM shop_raw.orders)"));
    }

    static TestProject Project(string place, S3Options bucket)
    {
        var project = SmallShop.Create();
        project.Write("project.yml", $"name: small\nzones: {{ inbox: \"s3://{bucket.Bucket}/drops\" }}\nconnections:\n  lake: {{ type: s3, endpoint: \"{bucket.Endpoint}\", access_key_id: {bucket.AccessKeyId}, secret_access_key: \"{bucket.SecretAccessKey}\" }}\n");
        var feeds = Path.Combine(project.Root, "pipelines/shop/feeds/files.yml");
        File.WriteAllText(feeds, File.ReadAllText(feeds).Replace("\"in/", "\"" + place.Replace("BUCKET", bucket.Bucket, StringComparison.Ordinal), StringComparison.Ordinal));
        return project;
    }

    static async Task PutAsync(S3Options bucket, params (string Key, string Content)[] objects)
    {
        using var client = S3Client.Create(bucket);
        foreach (var (key, content) in objects)
            await client.PutObjectAsync(new() { BucketName = bucket.Bucket, Key = key, InputStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) }, Now);
    }
}
