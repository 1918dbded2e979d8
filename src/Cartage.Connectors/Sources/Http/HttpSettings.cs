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
        if (Plain(spec, "timeout") is { } timeout && ReadTimeout(timeout) is null)
            yield return Wrong($"'timeout' must be a duration such as 30s, of a day at most, not '{timeout}'");
        if (Plain(spec, "max_wait") is { } wait && ReadWait(wait) is null)
            yield return Wrong($"'max_wait' must be a duration such as 30s, not '{wait}'");
        if (Plain(spec, "rate") is { } rate && ReadRate(rate) is null)
            yield return Wrong($"'rate' must be so many requests in a time, such as 5/s or 100/m, not '{rate}'");
        if (Plain(spec, "attempts") is { } attempts && ReadCount(attempts) is null)
            yield return Wrong($"'attempts' must be a whole number from 1, not '{attempts}'");
        var auth = spec.Settings.Where(s => s.Key.StartsWith("auth.", StringComparison.Ordinal)).ToDictionary(s => s.Key[5..], s => s.Value);
        if (auth.Count == 0)
            yield break;
        if (!Auths.TryGetValue(auth.GetValueOrDefault("type", ""), out var known))
            yield return Wrong($"there is no 'auth' of type '{auth.GetValueOrDefault("type")}'", $"There are {string.Join(", ", Auths.Keys)}; a key goes under 'headers' or 'params'.");
        else
            foreach (var missing in known.Where(k => k != "scope" && !auth.ContainsKey(k)))
                yield return Wrong($"'auth' of type {auth["type"]} lacks '{missing}'");
        if (Plain(spec, "auth.token_url") is { } address && Address(address) is null)
            yield return Wrong($"'token_url' must be an address such as https://login.example.com/token, not '{address}'");
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
                secrets.Add(text, isKey: raw.Contains("${", StringComparison.Ordinal));
            return text;
        }
        PipelineException NotA(string key, string wanted) => new($"{spec.File}:{spec.Line}: the connection '{spec.Name}': '{key}' is not {wanted}");
        T? Given<T>(string key, string wanted, Func<string, T?> read) where T : struct => Get(key) is { } text ? read(text) ?? throw NotA(key, wanted) : null;
        Dictionary<string, string> Map(string prefix) => spec.Settings.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(k => k[prefix.Length..], k => Get(k, secret: true)!);
        var url = Get("url") ?? "";
        var settings = new HttpSettings(spec.Name, Address(spec, url, root), secrets)
        {
            Headers = Map("headers."),
            Parameters = Map("params."),
            Rate = Given("rate", "so many requests in a time, such as 5/s", ReadRate),
            Auth = Get("auth.type") switch
            {
                "basic" => new HttpAuth.Basic(Get("auth.user") ?? "", Get("auth.password", secret: true) ?? ""),
                "bearer" => new HttpAuth.Bearer(Get("auth.token", secret: true) ?? ""),
                "oauth2" => new HttpAuth.ClientCredentials(Address(Get("auth.token_url") ?? "") ?? throw NotA("auth.token_url", "an address such as https://login.example.com/token"), Get("auth.client_id") ?? "", Get("auth.client_secret", secret: true) ?? "", Get("auth.scope")),
                _ => new HttpAuth.None(),
            },
        };
        return settings with
        {
            Timeout = Given("timeout", "a duration such as 30s", ReadTimeout) ?? settings.Timeout,
            MaxWait = Given("max_wait", "a duration such as 30s", ReadWait) ?? settings.MaxWait,
            Attempts = Given("attempts", "a whole number from 1", ReadCount) ?? settings.Attempts,
        };
    }

    static string? Plain(ConnectionSpec spec, string key) => spec.Settings.GetValueOrDefault(key) is { } text && !text.Contains("${", StringComparison.Ordinal) ? text : null;

    static Uri Address(ConnectionSpec spec, string url, string root)
    {
        if (url.StartsWith("file:", StringComparison.Ordinal))
            return new(Path.GetFullPath(url[5..].StartsWith("//", StringComparison.Ordinal) ? url[7..] : url[5..], root));
        return Address(url.TrimEnd('/') + "/") ?? throw new PipelineException($"{spec.File}:{spec.Line}: the connection '{spec.Name}' has the address '{url}', which is none", hint: "Write it with https:// in front, or file: and a folder of recorded answers.");
    }

    static Uri? Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null;

    // Timers know no longer time than some weeks.
    static TimeSpan? ReadTimeout(string text) => ReadWait(text) is { } span && span > TimeSpan.Zero && span <= TimeSpan.FromDays(1) ? span : null;

    static TimeSpan? ReadWait(string text) => Durations.TryParse(text, out var span) ? span : null;

    static int? ReadCount(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : null;

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
