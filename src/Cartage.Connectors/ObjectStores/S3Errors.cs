using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.S3;

namespace Cartage.Connectors.ObjectStores;

/// <summary>Says in one message what went wrong with a bucket, and whether trying again may help.</summary>
static class S3Errors
{
    /// <summary>Whether an exception comes from the bucket or the way to it.</summary>
    public static bool Concern(Exception e) => e is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or SocketException or TimeoutException or TaskCanceledException;

    public static PipelineException Explain(Exception e, S3Options options, string doing)
    {
        var place = $"{options.Place}{(options.Endpoint is null ? "" : $" at {options.Endpoint}")}";
        PipelineException Say(string what, bool transient, string hint) => new($"{place}: {doing}: {what}", transient, hint, e);
        if (Find<AmazonS3Exception>(e) is { } refused)
            return OfServer(refused, options, Say);
        if (Find<AuthenticationException>(e) is { } tls)
            return Say($"the TLS connection failed: {tls.Message}", false, "The server's certificate must be valid for the endpoint's host.");
        if (Find<SocketException>(e) is { } socket)
            return OfNetwork(socket, Say);
        if (e is TaskCanceledException or TimeoutException || Find<TimeoutException>(e) is not null)
            return Say($"no answer within {options.Timeout.TotalSeconds:0.#} s", true, "Look whether the server is well; 'timeout' of the connection says how long to wait.");
        if (Find<HttpRequestException>(e) is { HttpRequestError: HttpRequestError.NameResolutionError })
            return Say("the host's name cannot be found", true, "Look at 'endpoint' and 'region' of the connection, or at the network.");
        if (Find<HttpRequestException>(e) is not null || Find<IOException>(e) is not null)
            return Say($"the connection broke: {Innermost(e).Message}", true, "Run again; what was sent in full is kept.");
        if (Find<AmazonClientException>(e) is { } client && (client.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase) || client.Message.Contains("IMDS", StringComparison.Ordinal)))
            return Say("there are no credentials for it", false, "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name an AWS_PROFILE, or give the connection 'access_key_id' and 'secret_access_key'.");
        if (Find<AmazonClientException>(e) is { } nowhere && nowhere.Message.Contains("RegionEndpoint", StringComparison.Ordinal))
            return Say("neither a region nor an endpoint is named", false, "Give a connection of type s3 a 'region' (AWS) or an 'endpoint' (others), or set AWS_REGION.");
        return Say(Innermost(e).Message, false, "Look at the connection with 'cartage connections test'.");
    }

    static PipelineException OfServer(AmazonS3Exception e, S3Options options, Func<string, bool, string, PipelineException> say) =>
        e.ErrorCode switch
        {
            "NoSuchBucket" => say($"there is no bucket '{options.Bucket}'", false, "Create it, or correct the address in project.yml."),
            "NoSuchKey" => say("there is no such object", false, "It was removed since it was listed; run again."),
            "NoSuchUpload" => say("the upload was ended by another one of the same object", true, "Run again."),
            "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "AuthorizationHeaderMalformed" => say($"the credentials are refused ({e.ErrorCode})", false, "Look at the key, its secret, and 'region' of the connection."),
            "ExpiredToken" or "TokenRefreshRequired" => say("the credentials have expired", false, "Get new ones, then run again."),
            "RequestTimeTooSkewed" => say("this machine's clock and the server's differ too much", false, "Set the clock."),
            "PermanentRedirect" or "IllegalLocationConstraintException" or "TemporaryRedirect" => say("the bucket is in another region", false, "Set 'region' of the connection, or AWS_REGION, to the bucket's."),
            "QuotaExceeded" => say("the quota is used up", false, "Remove objects ('cartage gc') or raise the quota."),
            _ when IsTransient(e) => say(e.StatusCode == HttpStatusCode.ServiceUnavailable || e.ErrorCode == "SlowDown" ? "the server asks for fewer requests" : $"the server failed ({(int)e.StatusCode} {e.ErrorCode})", true, "Run again in a while."),
            _ when e.StatusCode == HttpStatusCode.Forbidden => say($"permission denied ({e.ErrorCode})", false, "The key needs s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on the bucket."),
            _ when e.StatusCode == HttpStatusCode.NotFound => say("there is no such object", false, "It was removed since it was listed; run again."),
            _ => say($"{e.Message.TrimEnd('.')} ({(int)e.StatusCode} {e.ErrorCode})", false, "Look at the connection with 'cartage connections test'."),
        };

    static PipelineException OfNetwork(SocketException e, Func<string, bool, string, PipelineException> say) =>
        e.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => say("the host's name cannot be found", true, "Look at 'endpoint' and 'region' of the connection, or at the network."),
            SocketError.ConnectionRefused => say("the connection is refused", true, "Is the server running? Look at 'endpoint' of the connection."),
            SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut => say("the host cannot be reached", true, "Look at the network and at 'endpoint' of the connection."),
            _ => say($"the connection broke: {e.Message}", true, "Run again; what was sent in full is kept."),
        };

    static bool IsTransient(AmazonS3Exception e) =>
        (int)e.StatusCode >= 500 || e.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
        || e.ErrorCode is "SlowDown" or "InternalError" or "RequestTimeout" or "ServiceUnavailable" or "Throttling" or "OperationAborted";

    static T? Find<T>(Exception e) where T : Exception
    {
        for (var at = e; at is not null; at = at.InnerException)
            if (at is T found)
                return found;
        return null;
    }

    static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}
