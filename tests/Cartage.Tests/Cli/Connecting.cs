using System.Text.Json;
using Cartage.Tests.Support;

namespace Cartage.Tests.Cli;

/// <summary><c>connections ls</c> and <c>connections test</c>: one line each, reached or not, and what to do.</summary>
public sealed class Connecting(SharedPostgres postgres, SharedS3 s3) : IDisposable
{
    readonly EmptyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lists_what_the_project_uses_without_passwords_or_a_look()
    {
        Project("""
            zones: { raw: "s3://lake/shop/raw" }
            connections:
              shop: { type: postgres, url: "postgres://reader:topsecret@db.example.com/shop" }
              api: { type: http, url: "${API_URL_THAT_IS_NOT_SET}" }
              lake: { type: s3, endpoint: "http://127.0.0.1:1", access_key_id: a, secret_access_key: "${secret:LAKE_SECRET_THAT_IS_NOT_SET}" }
            """);
        var answer = await Typed.InAsync(_folder.Path, "connections", "ls", "--format", "json");

        Assert.True(answer.Code == 0, answer.Error);
        Assert.DoesNotContain("topsecret", answer.Out, StringComparison.Ordinal);
        var rows = JsonDocument.Parse(answer.Out).RootElement.EnumerateArray().ToDictionary(r => r.GetProperty("connection").GetString()!);
        Assert.Equal(["api", "lake", "shop", "warehouse", "zone raw"], rows.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("postgres://reader:***@db.example.com/shop", rows["shop"].GetProperty("address").GetString());
        Assert.Equal("shop.customers", rows["shop"].GetProperty("used by").GetString());
        Assert.Equal("s3://lake/shop/raw", rows["zone raw"].GetProperty("address").GetString());
    }

    [Fact]
    public async Task Says_what_answers()
    {
        var bucket = await s3.CreateBucketAsync();
        await using var gate = new Gate("http://127.0.0.1:1") { Refuses = (_, _) => true };
        Project($$"""
            zones: { raw: "s3://{{bucket.Bucket}}/shop/raw" }
            connections:
              shop: { type: postgres, url: "{{await postgres.CreateDatabaseAsync()}}" }
              api: { type: http, url: "{{gate.Address}}" }
              lake: { type: s3, endpoint: "{{bucket.Endpoint}}", access_key_id: {{bucket.AccessKeyId}}, secret_access_key: {{bucket.SecretAccessKey}} }
            """);
        var answer = await Typed.InAsync(_folder.Path, "connections", "test", "--format", "json");

        Assert.True(answer.Code == 0, answer.Out + answer.Error);
        var rows = Rows(answer);
        Assert.All(rows.Values, r => Assert.Equal("yes", r.GetProperty("reached").GetString()));
        Assert.StartsWith("PostgreSQL 1", rows["shop"].GetProperty("server").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("DuckDB v", rows["warehouse"].GetProperty("server").GetString(), StringComparison.Ordinal);
        Assert.Matches("^S3, [0-9]+ buckets$", rows["lake"].GetProperty("server").GetString()!);
        Assert.Contains("is it well?", rows["api"].GetProperty("what to do").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, (await Typed.InAsync(_folder.Path, "connections", "test", "lak")).Code);
    }

    [Fact]
    public async Task Says_what_is_wrong_and_what_to_do()
    {
        Project("""
            zones: { reports: "s3://nobody/x" }
            connections:
              shop: { type: postgres, url: "postgres://reader:topsecret@127.0.0.1:1/shop" }
              mail: { type: smtp, url: "smtp://127.0.0.1:1", to: [ops@example.com] }
              chat: { type: webhook, url: "http://127.0.0.1:1/topsecret" }
              api: { type: http, url: "http://127.0.0.1:1/v1", headers: { key: "${secret:API_KEY_THAT_IS_NOT_SET}" } }
              lake: { type: s3, endpoint: "http://127.0.0.1:1", access_key_id: a, secret_access_key: topsecret }
            """);
        var answer = await Typed.InAsync(_folder.Path, "connections", "test", "--format", "json");

        Assert.Equal(1, answer.Code);
        Assert.DoesNotContain("topsecret", answer.Out, StringComparison.Ordinal);
        var rows = Rows(answer);
        Assert.Contains("nothing answers at 127.0.0.1:1", rows["shop"].GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains("nothing answers at 127.0.0.1:1", rows["mail"].GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains("nothing answers at 127.0.0.1:1", rows["chat"].GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains("has no value", rows["api"].GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains("the connection is refused", rows["lake"].GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Equal("no", rows["zone reports"].GetProperty("reached").GetString());
        Assert.Equal("yes", rows["warehouse"].GetProperty("reached").GetString());
        Assert.All(rows.Values.Where(r => r.GetProperty("reached").GetString() == "no"), r => Assert.NotEqual("", r.GetProperty("what to do").GetString()));
    }

    [Fact]
    public async Task A_bucket_that_only_a_feed_names_is_looked_at_too()
    {
        var bucket = await s3.CreateBucketAsync();
        Write("project.yml", $$"""
            name: shop
            variables: { lake: "s3://{{bucket.Bucket}}" }
            connections:
              lake: { type: s3, endpoint: "{{bucket.Endpoint}}", access_key_id: {{bucket.AccessKeyId}}, secret_access_key: {{bucket.SecretAccessKey}} }
            """);
        Write("pipelines/shop/pipeline.yml", "description: A small shop\n");
        Write("pipelines/shop/feeds/drops.yml", $$"""
            feeds:
              orders: { files: ["${var:lake}/drops/orders*.csv", "s3://no-such-bucket/more/*.csv"] }
              customers: { files: "${var:lake}/drops/customers.csv" }
            """);
        var ls = await Typed.InAsync(_folder.Path, "connections", "ls", "--format", "json");
        Assert.True(ls.Code == 0, ls.Error);
        Assert.Equal("shop.orders, shop.customers", Rows(ls)[$"s3://{bucket.Bucket}"].GetProperty("used by").GetString());
        Assert.Equal($"s3://{bucket.Bucket}/drops/orders*.csv, s3://{bucket.Bucket}/drops/customers.csv", Rows(ls)[$"s3://{bucket.Bucket}"].GetProperty("address").GetString());

        var test = await Typed.InAsync(_folder.Path, "connections", "test", "--format", "json");
        Assert.Equal(1, test.Code);
        Assert.Equal("yes", Rows(test)[$"s3://{bucket.Bucket}"].GetProperty("reached").GetString());
        Assert.Equal("no", Rows(test)["s3://no-such-bucket"].GetProperty("reached").GetString());
        Assert.Equal(0, (await Typed.InAsync(_folder.Path, "connections", "test", $"s3://{bucket.Bucket}")).Code);
    }

    static Dictionary<string, JsonElement> Rows(Answer answer) => JsonDocument.Parse(answer.Out).RootElement.EnumerateArray().ToDictionary(r => r.GetProperty("connection").GetString()!);

    void Project(string settings)
    {
        Write("project.yml", $"name: shop\n{settings}\n");
        Write("pipelines/shop/pipeline.yml", "description: A small shop\n");
        Write("pipelines/shop/feeds/shop.yml", "connection: shop\nfeeds:\n  customers: { table: customers, key: [id], columns: { id: integer } }\n");
    }

    void Write(string file, string text)
    {
        var path = Path.Combine(_folder.Path, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
