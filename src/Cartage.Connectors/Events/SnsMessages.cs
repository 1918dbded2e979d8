using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cartage.Connectors.Events;

/// <summary>What a message of Amazon SNS turned out to be.</summary>
public enum SnsOutcome { NotOne, Refused, Confirmed, Genuine }

/// <summary>
/// Tells genuine messages of one topic from others (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html) and confirms the subscription to it, and to no
/// other; <paramref name="get"/> fetches certificates and confirmations, only ever from SNS itself.
/// </summary>
public sealed partial class SnsMessages(Func<Uri, CancellationToken, Task<byte[]>> get)
{
    static readonly string[] Notification = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
    static readonly string[] Confirmation = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

    const int MostCertificates = 16;

    readonly ConcurrentDictionary<string, byte[]> _certificates = [];

    /// <summary>Looks at a message; a confirmation is answered on the spot.</summary>
    public async Task<SnsOutcome> LookAsync(ReadOnlyMemory<byte> body, string topic, CancellationToken ct)
    {
        if (Read(body) is not { } message || message.GetValueOrDefault("Type") is not { } type || !message.ContainsKey("Signature"))
            return SnsOutcome.NotOne;
        if (message.GetValueOrDefault("TopicArn") != topic || !await IsSignedAsync(message, type == "Notification" ? Notification : Confirmation, ct))
            return SnsOutcome.Refused;
        if (type == "Notification")
            return SnsOutcome.Genuine;
        if (type != "SubscriptionConfirmation" || Trusted(message.GetValueOrDefault("SubscribeURL")) is not { } confirm)
            return SnsOutcome.Refused;
        await get(confirm, ct);
        return SnsOutcome.Confirmed;
    }

    async Task<bool> IsSignedAsync(Dictionary<string, string> message, IReadOnlyList<string> fields, CancellationToken ct)
    {
        HashAlgorithmName? hash = message.GetValueOrDefault("SignatureVersion") switch { "1" => HashAlgorithmName.SHA1, "2" => HashAlgorithmName.SHA256, _ => null };
        if (hash is null || Trusted(message.GetValueOrDefault("SigningCertURL")) is not { } url || !url.AbsolutePath.EndsWith(".pem", StringComparison.Ordinal))
            return false;
        var signed = Encoding.UTF8.GetBytes(string.Concat(fields.Where(message.ContainsKey).Select(f => $"{f}\n{message[f]}\n")));
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(await CertificateAsync(url, ct)));
            using var key = certificate.GetRSAPublicKey();
            return key?.VerifyData(signed, Convert.FromBase64String(message["Signature"]), hash.Value, RSASignaturePadding.Pkcs1) == true;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return false;
        }
    }

    async Task<byte[]> CertificateAsync(Uri url, CancellationToken ct)
    {
        if (_certificates.TryGetValue(url.AbsoluteUri, out var known))
            return known;
        var fetched = await get(url, ct);
        if (_certificates.Count >= MostCertificates)
            _certificates.Clear();
        return _certificates[url.AbsoluteUri] = fetched;
    }

    static Dictionary<string, string>? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind != JsonValueKind.Object ? null : json.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String).DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Value.GetString()!);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static Uri? Trusted(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var url) && url is { Scheme: "https", IsDefaultPort: true, UserInfo: "" } && Host().IsMatch(url.Host) ? url : null;

    [GeneratedRegex(@"^sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Host();
}
