using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cartage.Alerts;

namespace Cartage.Connectors.Notifiers;

/// <summary>An address that takes notices, and in which shape; with a secret each body is signed (HMAC-SHA256).</summary>
sealed record WebhookOptions(Uri Url, string Format, IReadOnlyDictionary<string, string> Headers, string? Secret)
{
    public static WebhookOptions Read(Settings settings) =>
        new(settings.Url("url", "http", "https"), settings.Choice("format", "json", "json", "slack", "teams"), settings.Below("headers"), settings.Text("secret"));
}

/// <summary>Posts notices to an address.</summary>
sealed class WebhookNotifier(WebhookOptions options) : INotifier
{
    /// <summary>Where a body's signature is: <c>sha256=</c> and the HMAC in hexadecimal.</summary>
    public const string Signature = "X-Cartage-Signature";

    readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public async Task SendAsync(Message message, CancellationToken ct)
    {
        var body = Encoding.UTF8.GetBytes(Body(message).ToJsonString());
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
        foreach (var (name, value) in options.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (options.Secret is { } secret)
            request.Headers.TryAddWithoutValidation(Signature, "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body)));
        await HttpPost.SendAsync(_http, request, Shown, "Look at 'url' of the connection; a new one may be needed.", ct);
    }

    public void Dispose() => _http.Dispose();

    // Addresses of chats are secrets: only the host is said.
    string Shown => $"{options.Url.Scheme}://{options.Url.Authority}";

    JsonObject Body(Message message) => options.Format switch { "slack" => Slack(message), "teams" => Teams(message), _ => Plain(message) };

    static JsonObject Plain(Message message) =>
        new()
        {
            ["project"] = message.Project,
            ["subject"] = message.Subject,
            ["text"] = message.Text,
            ["notices"] = new JsonArray([.. message.Notices.Zip(message.Repeats, (n, times) => (JsonNode)new JsonObject
            {
                ["kind"] = n.Kind.ToString().ToLowerInvariant(), ["pipeline"] = n.Pipeline, ["run"] = n.Run, ["at"] = n.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null), ["title"] = n.Title,
                ["error"] = n.Error, ["facts"] = new JsonArray([.. n.Facts.Select(f => JsonValue.Create(f))]), ["next"] = n.Next, ["link"] = n.Link, ["repeats"] = times,
            })]),
        };

    // https://api.slack.com/reference/block-kit/blocks: a section holds 3,000 characters, a message 50 blocks.
    static JsonObject Slack(Message message) =>
        new()
        {
            ["text"] = Escaped(message.Subject),
            ["blocks"] = new JsonArray([.. message.Notices.Select(n => (JsonNode)new JsonObject
            {
                ["type"] = "section",
                ["text"] = new JsonObject { ["type"] = "mrkdwn", ["text"] = Cut($"*{Escaped(n.Title)}*{Line(n.Error)}{string.Concat(n.Facts.Select(f => $"\n• {Escaped(f)}"))}{(n.Next is { } next ? $"\n`{Escaped(next)}`" : "")}{(n.Link is { } link ? $"\n<{link}|Look at it>" : "")}", 2900) },
            })]),
        };

    // An adaptive card, as workflows in Teams take it.
    static JsonObject Teams(Message message) =>
        new()
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(new JsonObject
            {
                ["contentType"] = "application/vnd.microsoft.card.adaptive",
                ["content"] = new JsonObject
                {
                    ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
                    ["type"] = "AdaptiveCard",
                    ["version"] = "1.4",
                    ["body"] = new JsonArray([.. message.Notices.SelectMany(n => new[] { Block(n.Title, "Bolder") }.Concat(new[] { n.Error }.Concat(n.Facts).Append(n.Next).OfType<string>().Select(t => Block(t, "Default"))))]),
                    ["actions"] = new JsonArray([.. message.Notices.Where(n => n.Link is not null).Take(6).Select(n => (JsonNode)new JsonObject { ["type"] = "Action.OpenUrl", ["title"] = n.Run ?? n.Pipeline, ["url"] = n.Link })]),
                },
            }),
        };

    static JsonNode Block(string text, string weight) => new JsonObject { ["type"] = "TextBlock", ["text"] = Cut(text, 2000), ["wrap"] = true, ["weight"] = weight };

    static string Line(string? text) => text is null ? "" : "\n" + Escaped(text);

    static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    static string Cut(string text, int most) => text.Length <= most ? text : text[..most] + "…";
}

/// <summary>Sends a request whose answer only says whether it was taken.</summary>
static class HttpPost
{
    public static async Task SendAsync(HttpClient http, HttpRequestMessage request, string to, string hint, CancellationToken ct)
    {
        try
        {
            using var answer = await http.SendAsync(request, ct);
            if (answer.IsSuccessStatusCode)
                return;
            var said = await answer.Content.ReadAsStringAsync(ct);
            var passing = answer.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
            throw new PipelineException($"{to}: the notice was answered with {(int)answer.StatusCode}{(said.Length > 0 ? $": {(said.Length > 200 ? said[..200] + "…" : said)}" : "")}", passing, hint);
        }
        catch (HttpRequestException e)
        {
            throw new PipelineException($"{to}: cannot be reached: {e.Message}", isTransient: true, "Look at 'url' of the connection, and whether the server is up.", e);
        }
    }
}
