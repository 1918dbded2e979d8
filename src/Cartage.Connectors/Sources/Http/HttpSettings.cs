using System.Globalization;
using Cartage.Projects;

namespace Cartage.Connectors.Sources.Http;

/// <summary>A connection of type <c>http</c>, with every reference filled in.</summary>
sealed record HttpSettings(string Name, Uri Url, Secrets Secrets)
{
    /// <summary>The names of the settings; those with a dot after them are maps.</summary>
    public static readonly string[] Keys = ["url", "headers", "params", "auth", "rate", "timeout", "attempts", "max_wait"];

    static readonly Dictionary<string, string[]> Auths = new()
    {
        ["basic"] = ["user", "password"],
        ["bearer"] = ["token"],
        ["oauth2"] = ["token_url", "client_id", "client_secret", "scope"],
    };

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Parameters of every request, for APIs that want their key there.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    public HttpAuth Auth { get; init; } = new HttpAuth.None();

    /// <summary>Requests a second; null where nobody said.</summary>
    public double? Rate { get; init; }

    /// <summary>The longest one answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is tried in all.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The longest wait that an answer can ask for.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A folder of recorded answers takes the place of the API.</summary>
    public bool IsRecorded => Url.IsFile;

    /// <summary>Mistakes that can be seen without secrets.</summary>
    public static IEnumerable<Finding> Findings(ConnectionSpec spec)
    {
        Finding Wrong(string message, string? hint = null) => new(spec.File, spec.Line, $"the connection '{spec.Name}': {message}", hint);
        if (!spec.Settings.ContainsKey("url"))
            yield return Wrong("'url' is missing", "Such as https://api.example.com/v1.");
        foreach (var key in new[] { "timeout", "max_wait" })
            if (Plain(spec, key) is { } text && !Durations.TryParse(text, out _))
                yield return Wrong($"'{key}' must be a duration such as 30s, not '{text}'");
        if (Plain(spec, "rate") is { } rate && ReadRate(rate) is null)
            yield return Wrong($"'rate' must be so many requests in a time, such as 5/s or 100/m, not '{rate}'");
        if (Plain(spec, "attempts") is { } attempts && !(int.TryParse(attempts, CultureInfo.InvariantCulture, out var n) && n > 0))
            yield return Wrong($"'attempts' must be a whole number from 1, not '{attempts}'");
        var auth = spec.Settings.Where(s => s.Key.StartsWith("auth.", StringComparison.Ordinal)).ToDictionary(s => s.Key[5..], s => s.Value);
        if (auth.Count == 0)
            yield break;
        if (!Auths.TryGetValue(auth.GetValueOrDefault("type", ""), out var known))
            yield return Wrong($"there is no 'auth' of type '{auth.GetValueOrDefault("type")}'", $"There are {string.Join(", ", Auths.Keys)}; a key goes under 'headers' or 'params'.");
        else
            foreach (var missing in known.Where(k => k != "scope" && !auth.ContainsKey(k)))
                yield return Wrong($"'auth' of type {auth["type"]} lacks '{missing}'");
    }

    /// <summary>The settings with every reference filled in; a <see cref="PipelineException"/> where one has no value.</summary>
    public static HttpSettings Read(ConnectionSpec spec, Resolver resolver, string root)
    {
        var secrets = new Secrets();
        string? Get(string key, bool secret = false)
        {
            if (!spec.Settings.TryGetValue(key, out var raw))
                return null;
            var text = resolver.Resolve(raw, spec.File, spec.Line);
            if (secret || raw.Contains("${secret:", StringComparison.Ordinal))
                secrets.Add(text);
            return text;
        }
        Dictionary<string, string> Map(string prefix) => spec.Settings.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(k => k[prefix.Length..], k => Get(k, secret: true)!);
        var url = Get("url") ?? "";
        var settings = new HttpSettings(spec.Name, Address(spec, url, root), secrets)
        {
            Headers = Map("headers."),
            Parameters = Map("params."),
            Rate = Get("rate") is { } rate ? ReadRate(rate) : null,
            Auth = Get("auth.type") switch
            {
                "basic" => new HttpAuth.Basic(Get("auth.user") ?? "", Get("auth.password", secret: true) ?? ""),
                "bearer" => new HttpAuth.Bearer(Get("auth.token", secret: true) ?? ""),
                "oauth2" => new HttpAuth.ClientCredentials(new(Get("auth.token_url") ?? ""), Get("auth.client_id") ?? "", Get("auth.client_secret", secret: true) ?? "", Get("auth.scope")),
                _ => new HttpAuth.None(),
            },
        };
        return settings with
        {
            Timeout = Get("timeout") is { } timeout && Durations.TryParse(timeout, out var t) ? t : settings.Timeout,
            MaxWait = Get("max_wait") is { } wait && Durations.TryParse(wait, out var w) ? w : settings.MaxWait,
            Attempts = Get("attempts") is { } attempts ? int.Parse(attempts, CultureInfo.InvariantCulture) : settings.Attempts,
        };
    }

    static string? Plain(ConnectionSpec spec, string key) => spec.Settings.GetValueOrDefault(key) is { } text && !text.Contains("${", StringComparison.Ordinal) ? text : null;

    static Uri Address(ConnectionSpec spec, string url, string root)
    {
        if (url.StartsWith("file:", StringComparison.Ordinal))
            return new(Path.GetFullPath(url[5..].StartsWith("//", StringComparison.Ordinal) ? url[7..] : url[5..], root));
        return Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new PipelineException($"{spec.File}:{spec.Line}: the connection '{spec.Name}' has the address '{url}', which is none", hint: "Write it with https:// in front, or file: and a folder of recorded answers.");
    }

    static double? ReadRate(string text) =>
        text.Split('/') is [var count, var unit] && double.TryParse(count, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n) && n > 0
            ? unit.Trim() switch { "s" => n, "m" => n / 60, "h" => n / 3600, _ => null }
            : null;
}

/// <summary>Who says that we may ask.</summary>
abstract record HttpAuth
{
    public sealed record None : HttpAuth;

    public sealed record Basic(string User, string Password) : HttpAuth;

    public sealed record Bearer(string Token) : HttpAuth;

    /// <summary>OAuth 2.0 client credentials (RFC 6749, 4.4).</summary>
    public sealed record ClientCredentials(Uri TokenUrl, string ClientId, string Secret, string? Scope) : HttpAuth;
}
