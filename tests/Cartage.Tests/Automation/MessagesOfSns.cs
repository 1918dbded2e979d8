using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Cartage.Connectors.Events;

namespace Cartage.Tests.Automation;

/// <summary>Messages of SNS are believed when SNS signed them for the topic that is meant; subscriptions to it, and to no other, are confirmed.</summary>
public sealed class MessagesOfSns : IDisposable
{
    const string Topic = "arn:aws:sns:eu-west-1:123456789012:shop", Certificate = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem", Confirm = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336";

    readonly RSA _key = RSA.Create(2048);
    readonly List<string> _fetched = [];
    SnsMessages? _sns;

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData("1"), InlineData("2")]
    public async Task Are_believed_with_their_signature(string version)
    {
        Assert.Equal(SnsOutcome.Genuine, await LookAsync(Notification(version)));
        Assert.Equal(SnsOutcome.Confirmed, await LookAsync(Subscription(version)));
        Assert.Equal([Certificate, Confirm], _fetched); // the certificate once
    }

    [Theory]
    [InlineData("Message", "{}")]
    [InlineData("MessageId", "2")]
    [InlineData("TopicArn", "arn:aws:sns:eu-west-1:123456789012:other")]
    [InlineData("Signature", "AAAA")]
    [InlineData("Signature", "no base64")]
    [InlineData("SignatureVersion", "3")]
    [InlineData("SigningCertURL", "http://sns.eu-west-1.amazonaws.com/x.pem")]
    [InlineData("SigningCertURL", "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem")]
    [InlineData("SigningCertURL", "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem")]
    [InlineData("SigningCertURL", "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem")]
    [InlineData("SigningCertURL", "https://sns.eu-west-1.amazonaws.com:8443/x.pem")]
    [InlineData("SigningCertURL", "https://s3.eu-west-1.amazonaws.com/x.pem")]
    public async Task Are_refused_when_one_thing_is_not_as_it_was_signed(string field, string value)
    {
        var message = Notification("2");
        message[field] = value;

        Assert.Equal(SnsOutcome.Refused, await LookAsync(message));
        Assert.DoesNotContain(_fetched, x => x != Certificate);
    }

    [Fact]
    public async Task A_confirmation_that_leads_elsewhere_is_not_followed()
    {
        var elsewhere = Subscription("2", "https://evil.example/?Action=ConfirmSubscription"); // signed, and still
        Assert.Equal(SnsOutcome.Refused, await LookAsync(elsewhere));
        Assert.DoesNotContain(_fetched, x => x.Contains("evil", StringComparison.Ordinal));
        Assert.Equal(SnsOutcome.NotOne, await new SnsMessages(GetAsync).LookAsync("""{"Records":[]}"""u8.ToArray(), Topic, CancellationToken.None));
    }

    Task<SnsOutcome> LookAsync(Dictionary<string, string> message) => (_sns ??= new(GetAsync)).LookAsync(JsonSerializer.SerializeToUtf8Bytes(message), Topic, CancellationToken.None);

    Task<byte[]> GetAsync(Uri url, CancellationToken ct)
    {
        _fetched.Add(url.ToString());
        return Task.FromResult(Encoding.ASCII.GetBytes(new CertificateRequest("CN=sns.amazonaws.com", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UnixEpoch, new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero)).ExportCertificatePem()));
    }

    Dictionary<string, string> Notification(string version) => Sign(new() { ["Type"] = "Notification", ["MessageId"] = "1", ["TopicArn"] = Topic, ["Subject"] = "Amazon S3 Notification", ["Message"] = """{"Records":[]}""", ["Timestamp"] = "2026-01-02T03:04:05.678Z" }, version, "Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");

    Dictionary<string, string> Subscription(string version, string confirm = Confirm) => Sign(new() { ["Type"] = "SubscriptionConfirmation", ["MessageId"] = "1", ["TopicArn"] = Topic, ["Message"] = "You have chosen", ["Timestamp"] = "2026-01-02T03:04:05.678Z", ["Token"] = "2336", ["SubscribeURL"] = confirm }, version, "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

    Dictionary<string, string> Sign(Dictionary<string, string> message, string version, params string[] fields)
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(fields.Select(f => $"{f}\n{message[f]}\n")));
        message["Signature"] = Convert.ToBase64String(_key.SignData(text, version == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        (message["SignatureVersion"], message["SigningCertURL"]) = (version, Certificate);
        return message;
    }
}
