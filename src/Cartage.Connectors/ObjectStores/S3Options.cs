namespace Cartage.Connectors.ObjectStores;

/// <summary>
/// A bucket, the prefix its keys begin with and how to reach it. Without an endpoint it is on AWS, without a key the standard chain looks for one
/// (environment, profile, container, machine). Path style is the default where there is an endpoint.
/// </summary>
public sealed record S3Options(string Bucket, string Prefix = "")
{
    /// <summary>The settings a connection of type <c>s3</c> may have.</summary>
    public static IReadOnlyList<string> Settings { get; } = ["bucket", "endpoint", "region", "path_style", "access_key_id", "secret_access_key", "session_token", "profile", "timeout"];

    /// <summary>The server's address, null for AWS.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The region, null where the environment says it.</summary>
    public string? Region { get; init; }

    /// <summary>Whether the bucket is in the path rather than the host's name.</summary>
    public bool PathStyle { get; init; }

    /// <summary>The key's id, null to look for one.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>The key.</summary>
    public string? SecretAccessKey { get; init; }

    /// <summary>What goes with a key that is lent.</summary>
    public string? SessionToken { get; init; }

    /// <summary>The profile of the AWS files to take the key from.</summary>
    public string? Profile { get; init; }

    /// <summary>How long the server may be silent.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The size of the parts that large objects are sent in.</summary>
    public int PartBytes { get; init; } = 8 << 20;

    /// <summary>Makes what sends the requests; null for the usual.</summary>
    internal Func<HttpMessageHandler>? Handler { get; init; }

    /// <summary>Where it is, for messages.</summary>
    public string Place => $"s3://{Bucket}{(Prefix.Length == 0 ? "" : "/" + Prefix)}";

    /// <summary>Reads an address such as <c>s3://bucket/prefix</c> and a connection's settings; what is not set comes from the environment's <c>AWS_</c> variables.</summary>
    public static S3Options Read(string url, IReadOnlyDictionary<string, string> settings, string file, int line)
    {
        string? Given(string name) => settings.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
        PipelineException Wrong(string what, string hint) => new($"{file}:{line}: {what}", hint: hint);
        if (!url.StartsWith("s3://", StringComparison.Ordinal) || url[5..].Split('/', 2) is not [{ Length: > 0 } bucket, ..] parts || bucket.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')))
            throw Wrong($"'{url}' names no bucket", "Write it as s3://bucket or s3://bucket/prefix.");
        var endpoint = Given("endpoint") ?? Named("AWS_ENDPOINT_URL_S3") ?? Named("AWS_ENDPOINT_URL");
        if (endpoint is not null && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw Wrong($"the endpoint '{endpoint}' is no address", "Write it as https://host or http://host:port.");
        if (Given("access_key_id") is null != Given("secret_access_key") is null)
            throw Wrong("'access_key_id' and 'secret_access_key' go together", "Give both, or neither and let the environment or a profile have them.");
        if (Given("path_style") is { } style && style is not ("true" or "false"))
            throw Wrong($"'path_style' must be true or false, not '{style}'", "Most servers but AWS want true.");
        var timeout = Given("timeout") is not { } text ? TimeSpan.FromSeconds(60)
            : Projects.Durations.TryParse(text, out var span) && span > TimeSpan.Zero && span <= TimeSpan.FromDays(1) ? span
            : throw Wrong($"'timeout' must be a duration such as 60s, of a day at most, not '{text}'", "It is how long the server may be silent.");
        return new(bucket, parts.Length > 1 ? parts[1].Trim('/') : "")
        {
            Endpoint = endpoint,
            Region = Given("region") ?? Named("AWS_REGION") ?? Named("AWS_DEFAULT_REGION"),
            PathStyle = Given("path_style") is { } path ? path == "true" : endpoint is not null,
            AccessKeyId = Given("access_key_id"),
            SecretAccessKey = Given("secret_access_key"),
            SessionToken = Given("session_token"),
            Profile = Given("profile"),
            Timeout = timeout,
        };
    }

    static string? Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
