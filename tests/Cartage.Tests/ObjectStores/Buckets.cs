using System.Security.Cryptography;
using Cartage.Connectors.ObjectStores;
using Cartage.Storage;
using Cartage.Tests.Support;

namespace Cartage.Tests.ObjectStores;

/// <summary>A bucket holds whole objects, whatever their size and name, and says in one message what is wrong with it.</summary>
public sealed class Buckets(SharedS3 s3) : IDisposable
{
    const int Part = 5 << 20;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cartage-buckets-");

    static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0), InlineData(1), InlineData(Part - 1), InlineData(Part), InlineData((3 * Part) + 7)]
    public async Task Gives_back_what_was_put(int size)
    {
        using var store = Open(await s3.CreateBucketAsync("zone/raw"));
        var content = RandomNumberGenerator.GetBytes(size);
        await store.PutAsync("a/b.bin", new MemoryStream(content), Now);

        var listed = Assert.Single(await ListAsync(store, ""));
        Assert.Equal(("a/b.bin", size), (listed.Key, listed.Bytes));
        using (var copy = await store.FetchAsync("a/b.bin", Now))
            Assert.Equal(content, await File.ReadAllBytesAsync(copy.Path, Now));
        await store.DeleteAsync("a/b.bin", Now);
        await store.DeleteAsync("a/b.bin", Now);
        Assert.Empty(await ListAsync(store, ""));
    }

    [Fact]
    public async Task Keeps_any_name_and_lists_by_prefix_in_order()
    {
        using var store = Open(await s3.CreateBucketAsync("zone"));
        string[] keys = ["a/ü+ü.csv", "a/'; drop table x; --.csv", "a/\"quoted\" & <b>.csv", "a/100%25.csv", "a/b/c.csv", "ab/c.csv", "b/" + new string('x', 250) + ".csv"];
        foreach (var key in keys)
            await store.PutAsync(key, new MemoryStream([1]), Now);

        Assert.Equal(keys.Order(StringComparer.Ordinal), (await ListAsync(store, "")).Select(o => o.Key));
        Assert.Equal(keys.Where(k => k.StartsWith("a/", StringComparison.Ordinal)).Order(StringComparer.Ordinal), (await ListAsync(store, "a/")).Select(o => o.Key));
        foreach (var key in keys)
            (await store.FetchAsync(key, Now)).Dispose();
        await Assert.ThrowsAsync<PipelineException>(async () => await store.PutAsync("../out", new MemoryStream([1]), Now));
    }

    [Fact]
    public async Task Lists_ten_thousand_objects()
    {
        using var store = Open(await s3.CreateBucketAsync());
        var keys = Enumerable.Range(0, 10_000).Select(i => $"feed/{i:D5}.manifest.json").ToList();
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Now }, async (key, ct) => await store.PutAsync(key, new MemoryStream([1, 2]), ct));

        Assert.Equal(keys, (await ListAsync(store, "feed/")).Select(o => o.Key));
        Assert.Equal(10, (await ListAsync(store, "feed/0123")).Count);
    }

    [Fact]
    public async Task Fetches_again_only_what_changed()
    {
        using var store = Open(await s3.CreateBucketAsync());
        await store.PutAsync("x", new MemoryStream("one"u8.ToArray()), Now);
        string first;
        using (var copy = await store.FetchAsync("x", Now))
            first = copy.Path;
        using (var again = await store.FetchAsync("x", Now))
            Assert.Equal(first, again.Path);
        await store.PutAsync("x", new MemoryStream("two"u8.ToArray()), Now);
        using var changed = await store.FetchAsync("x", Now);
        Assert.Equal("two", await File.ReadAllTextAsync(changed.Path, Now));
    }

    [Fact]
    public async Task Asks_for_nothing_that_a_listing_says_has_not_changed()
    {
        var options = await s3.CreateBucketAsync();
        var counting = new Watching();
        using var store = Open(options with { Handler = () => counting });
        await store.PutAsync("x", new MemoryStream("one"u8.ToArray()), Now);
        (await store.FetchAsync("x", Now)).Dispose();
        await ListAsync(store, "");
        var before = counting.Requests;
        (await store.FetchAsync("x", Now)).Dispose();
        Assert.Equal(before, counting.Requests);
        (await store.FetchAsync("x", Now)).Dispose();
        Assert.Equal(before + 1, counting.Requests);

        using var other = Open(options);
        await ListAsync(store, "");
        await other.PutAsync("x", new MemoryStream("two"u8.ToArray()), Now);
        await ListAsync(store, "");
        using var changed = await store.FetchAsync("x", Now);
        Assert.Equal("two", await File.ReadAllTextAsync(changed.Path, Now));
    }

    [Fact]
    public async Task Has_the_object_when_the_answer_to_its_last_request_is_lost()
    {
        var options = await s3.CreateBucketAsync();
        var watching = new Watching { Loses = request => request.Method == HttpMethod.Post && request.RequestUri!.Query.Contains("uploadId", StringComparison.Ordinal) };
        using var store = Open(options with { Handler = () => watching });
        await store.PutAsync("big", new MemoryStream(new byte[Part + 1]), Now);
        Assert.Equal(1, watching.Lost);
        Assert.Equal(Part + 1, Assert.Single(await ListAsync(store, "")).Bytes);
    }

    [Fact]
    public async Task Leaves_nothing_of_an_upload_whose_content_breaks_off()
    {
        var options = await s3.CreateBucketAsync("zone");
        using var store = Open(options);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await store.PutAsync("big", new Breaking(3 * Part), Now));
        Assert.Empty(await ListAsync(store, ""));
        Assert.Empty(await UploadsAsync(options));
    }

    [Fact]
    public async Task Aborts_old_unfinished_uploads_of_its_prefix_only()
    {
        var options = await s3.CreateBucketAsync("zone/raw");
        using var client = S3Client.Create(options);
        foreach (var key in new[] { "zone/raw/a", "zone/raw/b", "zone/raw-other/c" })
            await client.InitiateMultipartUploadAsync(options.Bucket, key, Now);
        using var store = Open(options);

        Assert.Equal(0, await store.SweepAsync(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(1), dryRun: false, Now));
        Assert.Equal(2, await store.SweepAsync(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1), dryRun: true, Now));
        Assert.Equal(3, (await UploadsAsync(options)).Count);
        Assert.Equal(2, await store.SweepAsync(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1), dryRun: false, Now));
        Assert.Equal(["zone/raw-other/c"], await UploadsAsync(options));
    }

    [Fact]
    public async Task Says_what_is_wrong()
    {
        var right = await s3.CreateBucketAsync();
        await SaysAsync(right with { Bucket = "nobody-made-this" }, "there is no bucket 'nobody-made-this'", isTransient: false);
        await SaysAsync(right with { SecretAccessKey = "wrong" }, "the credentials are refused (SignatureDoesNotMatch)", isTransient: false);
        await SaysAsync(right with { AccessKeyId = "nobody" }, "the credentials are refused (InvalidAccessKeyId)", isTransient: false);
        await SaysAsync(right with { Endpoint = "http://127.0.0.1:1" }, "the connection is refused", isTransient: true);
        await SaysAsync(right with { Endpoint = "http://no-such-host.invalid" }, "the host's name cannot be found", isTransient: true);
        await SaysAsync(right with { Endpoint = right.Endpoint!.Replace("http:", "https:", StringComparison.Ordinal) }, "the TLS connection failed", isTransient: false);
        await SaysAsync(right with { Handler = () => new Answering(403, "RequestTimeTooSkewed") }, "this machine's clock and the server's differ too much", isTransient: false);
        await SaysAsync(right with { Handler = () => new Answering(301, "PermanentRedirect") }, "the bucket is in another region", isTransient: false);
        await SaysAsync(right with { Handler = () => new Answering(403, "AccessDenied") }, "permission denied (AccessDenied)", isTransient: false);
        await SaysAsync(right with { Handler = () => new Answering(503, "SlowDown") }, "the server asks for fewer requests", isTransient: true);
        using var store = Open(right);
        var missing = await Assert.ThrowsAsync<PipelineException>(async () => await store.FetchAsync("gone", Now));
        Assert.Contains("'gone' cannot be read: there is no such object", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tries_again_what_fails_in_passing()
    {
        var options = await s3.CreateBucketAsync();
        var failing = new Stumbling(2);
        using var store = Open(options with { Handler = () => failing });
        await store.PutAsync("x", new MemoryStream("hello"u8.ToArray()), Now);
        using var copy = await store.FetchAsync("x", Now);
        Assert.Equal("hello", await File.ReadAllTextAsync(copy.Path, Now));
        Assert.Equal(0, failing.Left);
    }

    async Task SaysAsync(S3Options options, string message, bool isTransient)
    {
        using var store = Open(options);
        var e = await Assert.ThrowsAsync<PipelineException>(async () => await ListAsync(store, ""));
        Assert.True(e.Message.Contains(message, StringComparison.Ordinal), e.Message);
        Assert.StartsWith($"s3://{options.Bucket}", e.Message, StringComparison.Ordinal);
        Assert.Equal(isTransient, e.IsTransient);
        Assert.NotNull(e.Hint);
    }

    S3Bucket Open(S3Options options) => new(options with { PartBytes = Part }, new Spool(_folder.FullName, 1 << 30, TimeProvider.System), TimeProvider.System);

    static async Task<List<StoredObject>> ListAsync(S3Bucket store, string prefix)
    {
        List<StoredObject> found = [];
        await foreach (var item in store.ListAsync(prefix, Now))
            found.Add(item);
        return found;
    }

    static async Task<List<string>> UploadsAsync(S3Options options)
    {
        using var client = S3Client.Create(options);
        return (await client.ListMultipartUploadsAsync(options.Bucket, Now)).MultipartUploads?.ConvertAll(u => u.Key) ?? [];
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // Gives some bytes, then fails.
    sealed class Breaking(int bytes) : MemoryStream(new byte[bytes])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new InvalidDataException("it broke off");
    }

    sealed class Answering(int status, string code) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage((System.Net.HttpStatusCode)status) { RequestMessage = request, Content = new StringContent($"<Error><Code>{code}</Code><Message>no</Message></Error>", null, "application/xml") });
    }

    // Counts what is asked, and loses the answer to the first request that is meant.
    sealed class Watching() : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Requests { get; private set; }

        public int Lost { get; private set; }

        public Func<HttpRequestMessage, bool> Loses { get; init; } = _ => false;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            var answer = await base.SendAsync(request, cancellationToken);
            if (Lost > 0 || !Loses(request))
                return answer;
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            Lost++;
            throw new HttpRequestException("reset", new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionReset));
        }
    }

    // The first requests are answered by a server in trouble or not at all.
    sealed class Stumbling(int times) : DelegatingHandler(new SocketsHttpHandler())
    {
        int _left = times;

        public int Left => Math.Max(_left, 0);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Interlocked.Decrement(ref _left) switch
            {
                < 0 => base.SendAsync(request, cancellationToken),
                0 => Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable) { RequestMessage = request, Content = new StringContent("<Error><Code>SlowDown</Code></Error>", null, "application/xml") }),
                _ => throw new HttpRequestException("reset", new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionReset)),
            };
    }
}
