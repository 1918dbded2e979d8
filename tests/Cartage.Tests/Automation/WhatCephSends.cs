using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Cartage.Connectors.ObjectStores;
using Cartage.Projects;
using Cartage.Tests.Support;
using Cartage.Triggers;

namespace Cartage.Tests.Automation;

/// <summary>A real gateway of Ceph tells a real server of objects as they are written.</summary>
public sealed class WhatCephSends(SharedS3 s3)
{
    static readonly string[] Keys = ["in/plain.csv", "in/with space+and plus.csv", "in/größe/ä%41.csv", "in/a&b=c.csv"];

    [Fact]
    public async Task Is_understood_whatever_the_key_holds()
    {
        var options = await s3.CreateBucketAsync();
        await using var api = new TestApi(_ => new("{}"));
        await CreateTopicAsync(options, $"{api.Url}/api/events/objects?key=k");
        using var client = S3Client.Create(options);
        await client.PutBucketNotificationAsync(new PutBucketNotificationRequest { BucketName = options.Bucket, TopicConfigurations = [new() { Id = "news", Topic = "arn:aws:sns:default::news", Events = [EventType.ObjectCreatedAll] }] });
        foreach (var key in Keys)
            await client.PutObjectAsync(new PutObjectRequest { BucketName = options.Bucket, Key = key, ContentBody = "a,b\n" });

        await Wait.UntilAsync(() => Task.FromResult(api.Asked.Count >= Keys.Length));
        var read = api.Asked.Select(a => ObjectEvents.Read(Encoding.UTF8.GetBytes(a.Body))).ToList();
        Assert.All(read, r => Assert.Empty(r.Unread));
        Assert.Equal(Keys.Select(k => $"s3://{options.Bucket}/{k}").Order(), read.SelectMany(r => r.Objects).Select(o => o.Place).Order());
        Assert.Equal(Keys.Length, read.SelectMany(r => r.Objects).Select(o => o.Id).Distinct().Count());
        Assert.All(api.Asked, a => Assert.Equal("k", a.Query["key"]));
    }

    [Fact]
    public async Task A_sensor_sees_an_object_of_a_bucket()
    {
        var options = await s3.CreateBucketAsync();
        using var project = SmallShop.Create().Write("project.yml", $"name: small\nzones: {{ inbox: 's3://{options.Bucket}/in' }}\nconnections:\n  store: {{ type: s3, endpoint: '{options.Endpoint}', region: us-east-1, access_key_id: {options.AccessKeyId}, secret_access_key: {options.SecretAccessKey} }}\n");
        await using var workspace = await project.OpenAsync();
        var sensors = new Sensors(() => workspace, (p, place) => Cartage.Connectors.Connectors.OpenBucket(p, place, TimeProvider.System));
        var (wait, day) = (new WaitFor("inbox://{{ start:yyyy-MM-dd }}/*.csv", null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 1), new Interval(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1)));

        Assert.False(await sensors.IsThereAsync(workspace.Project.Pipelines[0], wait, day, CancellationToken.None));
        using var client = S3Client.Create(options);
        await client.PutObjectAsync(new PutObjectRequest { BucketName = options.Bucket, Key = "in/1970-01-01/a.csv", ContentBody = "a" });
        Assert.True(await sensors.IsThereAsync(workspace.Project.Pipelines[0], wait, day, CancellationToken.None));
        Assert.False(await sensors.IsThereAsync(workspace.Project.Pipelines[0], wait with { Object = "inbox://{{ end:yyyy-MM-dd }}/*.csv" }, day, CancellationToken.None));
    }

    // Topics are made through an interface like that of SNS.
    static async Task CreateTopicAsync(S3Options options, string endpoint)
    {
        var form = string.Join('&', new[] { ("Action", "CreateTopic"), ("Name", "news"), ("Attributes.entry.1.key", "push-endpoint"), ("Attributes.entry.1.value", endpoint) }.Select(x => $"{x.Item1}={Uri.EscapeDataString(x.Item2)}"));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Endpoint + "/") { Content = new ByteArrayContent(Encoding.ASCII.GetBytes(form)) };
        const string Type = "application/x-www-form-urlencoded";
        request.Content.Headers.TryAddWithoutValidation("Content-Type", Type);
        var (time, host) = (TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture), new Uri(options.Endpoint!).Authority);
        static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
        const string Names = "content-type;host;x-amz-content-sha256;x-amz-date";
        var canonical = $"POST\n/\n\ncontent-type:{Type}\nhost:{host}\nx-amz-content-sha256:{Hash(form)}\nx-amz-date:{time}\n\n{Names}\n{Hash(form)}";
        var scope = $"{time[..8]}/us-east-1/sns/aws4_request";
        var key = scope.Split('/').Aggregate(Encoding.ASCII.GetBytes("AWS4" + options.SecretAccessKey), (k, part) => HMACSHA256.HashData(k, Encoding.ASCII.GetBytes(part)));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(canonical)}")));
        foreach (var (name, value) in new[] { ("x-amz-date", time), ("x-amz-content-sha256", Hash(form)), ("Authorization", $"AWS4-HMAC-SHA256 Credential={options.AccessKeyId}/{scope}, SignedHeaders={Names}, Signature={signature}") })
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }
}
