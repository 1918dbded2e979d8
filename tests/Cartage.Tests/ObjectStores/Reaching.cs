using System.Diagnostics;
using Cartage.Connectors.ObjectStores;
using Cartage.Storage;
using Cartage.Tests.Support;

namespace Cartage.Tests.ObjectStores;

/// <summary>Which server is asked for a bucket, and with whose key.</summary>
public sealed class Reaching(SharedS3 s3)
{
    static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://s3.example.com", null, true, "https://s3.example.com/lake/?")]
    [InlineData("https://s3.example.com:9000", null, false, "https://lake.s3.example.com:9000/?")]
    [InlineData(null, "eu-west-1", false, "https://lake.s3.eu-west-1.amazonaws.com/?")]
    [InlineData(null, "eu-west-1", true, "https://s3.eu-west-1.amazonaws.com/lake/?")]
    public async Task By_path_or_by_host(string? endpoint, string? region, bool pathStyle, string expected)
    {
        var asked = new Asked();
        var folder = Directory.CreateTempSubdirectory("cartage-reaching-");
        using (var store = new S3Bucket(new("lake", "zone") { Endpoint = endpoint, Region = region, PathStyle = pathStyle, AccessKeyId = "a", SecretAccessKey = "b", Handler = () => asked }, new Spool(folder.FullName, 1, TimeProvider.System), TimeProvider.System))
            await foreach (var _ in store.ListAsync("orders/", Now)) { }
        folder.Delete(recursive: true);

        Assert.StartsWith(expected, asked.Address!, StringComparison.Ordinal);
        Assert.Contains("prefix=zone%2Forders%2F", asked.Address, StringComparison.Ordinal);
        Assert.Matches($"^AWS4-HMAC-SHA256 Credential=a/[0-9]{{8}}/{region ?? "us-east-1"}/s3/aws4_request", asked.Authorization!);
    }

    [Fact]
    public async Task With_what_the_environment_says()
    {
        var bucket = await s3.CreateBucketAsync();
        using var project = SmallShop.Create().Write("project.yml", $"name: small\nzones: {{ raw: \"s3://{bucket.Bucket}/shop/raw\" }}\n");
        string[] test = ["connections", "test", "zone raw", "--format", "json", "--project", project.Root];

        var (code, answer) = await RunAsync(test, ("AWS_ENDPOINT_URL_S3", bucket.Endpoint), ("AWS_ACCESS_KEY_ID", bucket.AccessKeyId), ("AWS_SECRET_ACCESS_KEY", bucket.SecretAccessKey));
        Assert.True(code == 0, answer);
        Assert.Contains("\"reached\":\"yes\"", answer, StringComparison.Ordinal);

        var credentials = Path.Combine(project.Root, "credentials");
        await File.WriteAllTextAsync(credentials, $"[shop]\naws_access_key_id = {bucket.AccessKeyId}\naws_secret_access_key = {bucket.SecretAccessKey}\n", Now);
        (code, answer) = await RunAsync(test, ("AWS_ENDPOINT_URL_S3", bucket.Endpoint), ("AWS_SHARED_CREDENTIALS_FILE", credentials), ("AWS_PROFILE", "shop"));
        Assert.True(code == 0, answer);

        (code, answer) = await RunAsync(test, ("AWS_ENDPOINT_URL_S3", bucket.Endpoint), ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere"));
        Assert.Equal(1, code);
        Assert.Contains("there are no credentials for it", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run"), InlineData("connections test"), InlineData("crawl s3://lake/x"), InlineData("connections ls", true), InlineData("validate", true)]
    public async Task Without_a_region_or_an_endpoint_it_says_what_to_name(string command, bool asksNobody = false)
    {
        using var project = SmallShop.Create().Write("project.yml", "name: small\nzones: { raw: \"s3://lake/shop/raw\" }\n");
        var (code, answer) = await RunAsync([.. command.Split(' '), "--project", project.Root], ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_EC2_METADATA_DISABLED", "true"));
        Assert.Equal(asksNobody ? 0 : 1, code);
        Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
        Assert.Equal(!asksNobody, answer.Contains("neither a region nor an endpoint is named", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("s3://", "", "", "names no bucket")]
    [InlineData("s3://la ke/x", "", "", "names no bucket")]
    [InlineData("s3://lake", "endpoint", "s3.example.com", "the endpoint 's3.example.com' is no address")]
    [InlineData("s3://lake", "access_key_id", "a", "go together")]
    [InlineData("s3://lake", "path_style", "yes", "'path_style' must be true or false, not 'yes'")]
    [InlineData("s3://lake", "timeout", "soon", "'timeout' must be a duration such as 60s"), InlineData("s3://lake", "timeout", "0s", "not '0s'"), InlineData("s3://lake", "timeout", "60d", "of a day at most, not '60d'")]
    public void Says_what_cannot_be_read(string url, string setting, string value, string message)
    {
        var e = Assert.Throws<PipelineException>(() => S3Options.Read(url, setting.Length == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { [setting] = value }, "project.yml", 7));
        Assert.StartsWith("project.yml:7: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    static async Task<(int Code, string Answer)> RunAsync(string[] arguments, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "cartage"), arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("AWS_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        start.Environment["HOME"] = Path.GetTempPath();
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var answers = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Now), process.StandardError.ReadToEndAsync(Now));
        await process.WaitForExitAsync(Now);
        return (process.ExitCode, string.Concat(answers));
    }

    // An empty listing, and what was asked.
    sealed class Asked : HttpMessageHandler
    {
        public string? Address { get; private set; }

        public string? Authorization { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (Address, Authorization) = (request.RequestUri!.AbsoluteUri, string.Join("", request.Headers.GetValues("Authorization")));
            return Task.FromResult(new HttpResponseMessage { RequestMessage = request, Content = new StringContent("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>", null, "application/xml") });
        }
    }
}
