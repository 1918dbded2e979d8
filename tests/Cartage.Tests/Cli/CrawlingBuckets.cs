using System.Text;
using Cartage.Connectors.ObjectStores;
using Cartage.Ingest.Crawling;
using Cartage.Storage;
using Cartage.Tests.Support;

namespace Cartage.Tests.Cli;

/// <summary>Contracts inferred from objects of a bucket on a real server, as from files.</summary>
public sealed class CrawlingBuckets(SharedS3 s3) : IDisposable
{
    const string Orders = "order_id,amount\n1,2.50\n2,3.50\n";

    readonly EmptyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("s3://BUCKET/drops", "s3://BUCKET/drops/**/orders*.csv"), InlineData("s3://BUCKET/drops/**/orders-*.csv", "s3://BUCKET/drops/**/orders*.csv"),
        InlineData("s3://BUCKET/drops/year=2024/orders-1.csv", "s3://BUCKET/drops/year=2024/orders-1.csv"), InlineData("inbox://", "inbox://**/orders*.csv"), InlineData("inbox://year=2024", "inbox://**/orders*.csv")]
    public async Task Objects_give_a_contract_that_runs(string typed, string written)
    {
        var bucket = await ProjectAsync(("drops/year=2024/orders-1.csv", Orders), ("drops/year=2024/orders-2.csv", "order_id,amount\n3,4.00\n"), ("drops/year=2024/notes.doc", "no"), ("dropsical/orders.csv", "no\n"));

        var crawled = await Typed.InAsync(_folder.Path, "crawl", typed.Replace("BUCKET", bucket, StringComparison.Ordinal), "--write");
        Assert.True(crawled.Code == 0, crawled.Error);
        Assert.Contains($"files: \"{written.Replace("BUCKET", bucket, StringComparison.Ordinal)}\"", crawled.Out, StringComparison.Ordinal);
        Assert.Contains("key: [order_id]", crawled.Out, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_folder.Path, ".cartage", "tmp")));

        var run = await Typed.InAsync(_folder.Path, "run", "--strict");
        Assert.True(run.Code == 0, run.Out + run.Error);
        Assert.Equal(written.Contains("orders-1", StringComparison.Ordinal) ? "6.00" : "10.00", (await Typed.InAsync(_folder.Path, "query", "select sum(amount) as n from shop_raw.orders", "--format", "csv")).Out.Split('\n')[1]);
    }

    [Fact]
    public async Task What_is_not_there_is_said_in_words()
    {
        var bucket = await ProjectAsync(("drops/empty.csv", ""));
        foreach (var (typed, said) in new[] { ($"s3://{bucket}/drips", $"s3://{bucket}/drips: no file there"), ("s3://no-such-bucket/x", "s3://no-such-bucket"), ($"s3://{bucket}/drops", $"s3://{bucket}/drops/empty.csv: the file is empty"), ("lake://x", "there is no zone 'lake'") })
        {
            var crawled = await Typed.InAsync(_folder.Path, "crawl", typed);
            Assert.NotEqual(0, crawled.Code);
            Assert.Contains(said, crawled.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_that_leads_out_of_the_folder_is_left_out()
    {
        using var bucket = new CrawledBucket(_ => new Keys("drops/../../../evil.csv", "drops/a.csv", "drops//b.csv"), "s3://lake/", Path.Combine(_folder.Path, "tmp"));
        var found = Assert.Single(await bucket.FindAsync("s3://lake/drops", TestContext.Current.CancellationToken));
        Assert.Equal("s3://lake/drops/a.csv", bucket.PlaceOf(Assert.Single(found.Paths)));
    }

    sealed class Keys(params string[] keys) : IObjectStore
    {
        public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken ct) => keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => new StoredObject(k, 1, default)).ToAsyncEnumerable();

        public ValueTask<LocalCopy> FetchAsync(string key, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask PutAsync(string key, Stream content, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask DeleteAsync(string key, CancellationToken ct) => throw new NotSupportedException();
    }

    async Task<string> ProjectAsync(params (string Key, string Content)[] objects)
    {
        var bucket = await s3.CreateBucketAsync();
        using var client = S3Client.Create(bucket);
        foreach (var (key, content) in objects)
            await client.PutObjectAsync(new() { BucketName = bucket.Bucket, Key = key, InputStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) }, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "project.yml"), $"name: shop\nzones: {{ inbox: \"s3://{bucket.Bucket}/drops\" }}\nconnections:\n  lake: {{ type: s3, endpoint: \"{bucket.Endpoint}\", access_key_id: {bucket.AccessKeyId}, secret_access_key: \"{bucket.SecretAccessKey}\" }}\n", TestContext.Current.CancellationToken);
        return bucket.Bucket;
    }
}
