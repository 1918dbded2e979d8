using System.Text;
using System.Text.Json;
using Cartage.Triggers;

namespace Cartage.Tests.Automation;

/// <summary>What object stores send, and what is understood of it.</summary>
public sealed class ObjectEventFormats
{
    const string S3 = """{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"2026-01-02T03:04:05.678Z","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"shop","arn":"arn:aws:s3:::shop"},"object":{"key":"orders/red+flower%2B1%C3%A9.csv","size":1024,"eTag":"d41d","sequencer":"0055AED6DCD90281E5"}}}]}""";
    const string Bridge = """{"version":"0","id":"17793124","detail-type":"Object Created","source":"aws.s3","time":"2026-01-02T03:04:05Z","region":"eu-west-1","detail":{"version":"0","bucket":{"name":"shop"},"object":{"key":"orders/a+b c.csv","size":5,"etag":"b1","version-id":"IY","sequencer":"617f"},"reason":"PutObject"}}""";
    const string Ceph = """{"Records":[{"eventVersion":"2.2","eventSource":"ceph:s3","awsRegion":"zg","eventTime":"2026-01-02T03:04:05.1Z","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"u"},"s3":{"configurationId":"n","bucket":{"name":"shop","id":"1"},"object":{"key":"orders/a+b.csv","size":"3","eTag":"e","versionId":"","sequencer":"C8","metadata":[],"tags":[]}},"eventId":"1","opaqueData":""}]}""";

    [Theory]
    [InlineData(S3, "s3://shop/orders/red flower+1é.csv#0055AED6DCD90281E5")]
    [InlineData(Bridge, "s3://shop/orders/a+b c.csv#617f")]
    [InlineData(Ceph, "s3://shop/orders/a+b.csv#C8")]
    public void Tell_of_an_object(string message, string id) => Assert.Equal(id, Assert.Single(Read(message).Objects).Id);

    [Theory]
    [InlineData(S3), InlineData(Bridge), InlineData(Ceph)]
    public void May_come_in_envelopes(string message)
    {
        var bare = Assert.Single(Read(message).Objects);
        var sns = JsonSerializer.Serialize(new { Type = "Notification", MessageId = "1", TopicArn = "arn", Message = message });
        foreach (var envelope in new[] { sns, $"[{message}]", JsonSerializer.Serialize(new { Records = new[] { new { messageId = "1", body = message, eventSource = "aws:sqs" } } }), JsonSerializer.Serialize(new { Records = new[] { new { messageId = "1", body = sns, eventSource = "aws:sqs" } } }), JsonSerializer.Serialize(new { Records = new[] { new { EventSource = "aws:sns", Sns = new { Message = message } } } }) })
            Assert.Equal(bare, Assert.Single(Read(envelope).Objects));
    }

    [Fact]
    public void Have_every_record_looked_at_whatever_the_others_are()
    {
        var records = string.Join(',', Enumerable.Range(0, 100).Select(n => n switch
        {
            7 => """{"eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"b"},"object":{"key":"x"}}}""",
            8 => """{"eventName":"ObjectCreated:Put","s3":{"bucket":{},"object":{"key":"x"}}}""",
            9 => "42",
            10 => """{"hello":"world"}""",
            _ => """{"eventName":"s3:ObjectCreated:CompleteMultipartUpload","s3":{"bucket":{"name":"b"},"object":{"key":"o/NUMBER.csv","sequencer":"NUMBER"}}}""".Replace("NUMBER", $"{n}", StringComparison.Ordinal),
        }));
        var read = Read($$"""{"Records":[{{records}}]}""");

        Assert.Equal((96, 1, 3), (read.Objects.Count, read.Others, read.Unread.Count));
        Assert.Equal(96, read.Objects.Select(o => o.Place).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"shop"}""", 1, 0)]
    [InlineData("""{"Type":"SubscriptionConfirmation","Token":"x"}""", 1, 0)]
    [InlineData("""{"detail-type":"Object Deleted","source":"aws.s3","detail":{}}""", 1, 0)]
    [InlineData("", 0, 1)]
    [InlineData("<xml/>", 0, 1)]
    [InlineData("""{"Type":"Notification","Message":"hello"}""", 0, 1)]
    [InlineData("[[[[[[[[1]]]]]]]]", 0, 1)]
    public void May_be_about_nothing(string message, int others, int unread)
    {
        var read = Read(message);
        Assert.Equal((0, others, unread), (read.Objects.Count, read.Others, read.Unread.Count));
    }

    [Fact]
    public void Tell_each_writing_of_an_object_apart_and_the_same_one_not()
    {
        Assert.Equal(Read(S3).Objects, Read(S3).Objects);
        Assert.NotEqual(Read(S3).Objects, Read(S3.Replace("0281E5", "0281E6", StringComparison.Ordinal)).Objects);
        static string Bare(string etag, string time) => """{"Records":[{"eventName":"ObjectCreated:Put","eventTime":"TIME","s3":{"bucket":{"name":"b"},"object":{"key":"k","eTag":"TAG"}}}]}""".Replace("TIME", time, StringComparison.Ordinal).Replace("TAG", etag, StringComparison.Ordinal);
        Assert.Equal(3, new[] { Bare("1", "2026-01-01T00:00:00Z"), Bare("2", "2026-01-01T00:00:00Z"), Bare("1", "2026-01-02T00:00:00Z") }.Select(m => Read(m).Objects[0].Id).Distinct().Count());
    }

    static ReadEvents Read(string message) => ObjectEvents.Read(Encoding.UTF8.GetBytes(message));
}
