using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cartage.Alerts;

namespace Cartage.Connectors.Notifiers;

/// <summary>A topic and who may publish to it.</summary>
sealed record SnsOptions(string Topic, string Region, Uri Endpoint, string AccessKey, string SecretKey, string? SessionToken)
{
    public static SnsOptions Read(Settings settings)
    {
        var topic = settings.Required("topic");
        var region = settings.Text("region") ?? (topic.Split(':') is ["arn", _, "sns", { Length: > 0 } named, _, _] ? named : throw settings.Wrong("topic", $"'{topic}' is no topic's ARN, such as arn:aws:sns:eu-west-1:123456789012:shop"));
        return new(
            topic, region,
            settings.Text("endpoint") is null ? new($"https://sns.{region}.amazonaws.com/") : settings.Url("endpoint", "http", "https"),
            settings.Text("access_key_id") ?? Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID") ?? throw settings.Wrong("access_key_id", "it is missing, and AWS_ACCESS_KEY_ID is not set"),
            settings.Text("secret_access_key") ?? Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY") ?? throw settings.Wrong("secret_access_key", "it is missing, and AWS_SECRET_ACCESS_KEY is not set"),
            settings.Text("session_token") ?? Environment.GetEnvironmentVariable("AWS_SESSION_TOKEN"));
    }
}

/// <summary>Publishes notices to a topic of Amazon SNS, signed by Signature Version 4.</summary>
sealed class SnsNotifier(SnsOptions options, TimeProvider clock) : INotifier
{
    const int SubjectLimit = 99, MessageLimit = 250_000;

    readonly HttpClient _http = new();

    public async Task SendAsync(Message message, CancellationToken ct)
    {
        var text = Encoding.UTF8.GetByteCount(message.Text) <= MessageLimit ? message.Text : message.Text[..(MessageLimit / 4)] + "…";
        var body = Encoding.UTF8.GetBytes(string.Join('&', new[] { ("Action", "Publish"), ("Version", "2010-03-31"), ("TopicArn", options.Topic), ("Subject", Subject(message.Subject)), ("Message", text) }.Select(x => $"{x.Item1}={Uri.EscapeDataString(x.Item2)}")));
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", AwsSignature.Form);
        foreach (var (name, value) in AwsSignature.Headers(options, body, clock.GetUtcNow()))
            request.Headers.TryAddWithoutValidation(name, value);
        await HttpPost.SendAsync(_http, request, options.Topic, "Look at the topic, its region and whether the key may sns:Publish.", ct);
    }

    public void Dispose() => _http.Dispose();

    // A subject is ASCII, begins with a letter, digit or punctuation, and has fewer than 100 characters.
    static string Subject(string text) => new([.. text.Select(c => c is >= ' ' and <= '~' ? c : '?').Take(SubjectLimit)]);
}

/// <summary>AWS Signature Version 4 for a form posted to the root of a service (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).</summary>
static class AwsSignature
{
    public const string Form = "application/x-www-form-urlencoded; charset=utf-8";

    public static IEnumerable<(string Name, string Value)> Headers(SnsOptions options, byte[] body, DateTimeOffset now)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        SortedDictionary<string, string> signed = new(StringComparer.Ordinal)
        {
            ["content-type"] = Form,
            ["host"] = options.Endpoint.Authority,
            ["x-amz-date"] = time,
        };
        if (options.SessionToken is { } token)
            signed["x-amz-security-token"] = token;
        var names = string.Join(';', signed.Keys);
        var canonical = $"POST\n{options.Endpoint.AbsolutePath}\n\n{string.Concat(signed.Select(h => $"{h.Key}:{h.Value}\n"))}\n{names}\n{Hash(body)}";
        var scope = $"{time[..8]}/{options.Region}/sns/aws4_request";
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        var key = new[] { time[..8], options.Region, "sns", "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes("AWS4" + options.SecretKey), (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part)));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        return [.. signed.Where(h => h.Key.StartsWith("x-", StringComparison.Ordinal)).Select(h => (h.Key, h.Value)), ("Authorization", $"AWS4-HMAC-SHA256 Credential={options.AccessKey}/{scope}, SignedHeaders={names}, Signature={signature}")];
    }

    static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
