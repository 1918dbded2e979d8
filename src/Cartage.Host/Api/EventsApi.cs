using System.Security.Cryptography;
using System.Text;
using Cartage.Connectors.Events;
using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Projects;
using Cartage.Triggers;
using Microsoft.AspNetCore.Http;

namespace Cartage.Host.Api;

/// <summary>Where the outside tells that something happened. What is acknowledged is written down; who tells proves itself by a token, by the key, or by the signature of the topic.</summary>
static class EventsApi
{
    public const string KeyHeader = "X-Cartage-Key";

    static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = 1 << 20 };
    static readonly SnsMessages Sns = new((url, ct) => Http.GetByteArrayAsync(url, ct));

    public static IReadOnlyList<Operation> Operations { get; } =
    [
        new("POST", "/api/events/objects", null, "Objects that came or changed in a bucket.", ReceiveObjects) { Sends = "An event as S3, EventBridge, SNS or Ceph sends it.", Returns = typeof(ObjectsAnswer) },
        new("POST", "/api/hooks/{pipeline}", null, "Starts a pipeline that has a webhook. The same 'Idempotency-Key' starts it once.", CallHook) { Status = StatusCodes.Status202Accepted, Returns = typeof(HookAnswer) },
    ];

    static async Task<IResult> ReceiveObjects(HttpContext context, Desk desk, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, ct);
        var message = body.ToArray();
        var settings = desk.Project.Events;
        if (!IsByToken(context) && !HasKey(context, Resolved(desk, settings?.Key, "project.yml", settings?.Line ?? 1)))
        {
            var outcome = Resolved(desk, settings?.Topic, "project.yml", settings?.Line ?? 1) is { } topic ? await Sns.LookAsync(message, topic, ct) : SnsOutcome.NotOne;
            if (outcome == SnsOutcome.Confirmed)
                return Results.Ok(new ObjectsAnswer(0, 0, 1, []));
            if (outcome != SnsOutcome.Genuine)
                return Results.Unauthorized();
        }
        var read = ObjectEvents.Read(message);
        if (read is { Objects.Count: 0, Others: 0, Unread.Count: > 0 })
            throw new UsageException(read.Unread[0], "Send what S3, EventBridge, SNS or Ceph send.");
        foreach (var why in read.Unread)
            await desk.Problems.WriteLineAsync($"A record of an event was not understood: {why}");
        var added = await desk.Automation.Inbox.AddObjectsAsync(desk.Project, read.Objects, ct);
        return Results.Ok(new ObjectsAnswer(read.Objects.Count, added, read.Others, read.Unread));
    }

    static async Task<IResult> CallHook(HttpContext context, Desk desk, string pipeline, CancellationToken ct)
    {
        // One answer for a pipeline that is not there, has no webhook, or another key: who has no key learns nothing.
        var found = desk.Project.Pipelines.FirstOrDefault(p => p.Name == pipeline);
        if (found is null || !found.Triggers.OfType<Trigger.Webhook>().Any(t => HasKey(context, Resolved(desk, t.Key, found.File, t.Line))))
            return Results.Unauthorized();
        var id = context.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : Guid.NewGuid().ToString("N");
        var added = await desk.Automation.Inbox.AddAsync([new(pipeline, $"hook {id}", $"webhook from {context.Connection.RemoteIpAddress}")], ct);
        return Results.Accepted(null, new HookAnswer(pipeline, added));
    }

    static bool IsByToken(HttpContext context) => context.IsByToken() && context.User.May(Scope.Run);

    static string? Resolved(Desk desk, string? text, string file, int line) => text is null ? null : new Resolver(desk.Project.Root, desk.Project.Variables).Resolve(text, file, line);

    // Who cannot send a header puts the key into the address, as the password (Ceph) or after '?key='.
    static bool HasKey(HttpContext context, string? key) => key is { Length: > 0 } && Given(context.Request).Any(x => CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(x)), SHA256.HashData(Encoding.UTF8.GetBytes(key))));

    static IEnumerable<string> Given(HttpRequest request)
    {
        if (request.Headers[KeyHeader].ToString() is { Length: > 0 } header)
            yield return header;
        if (request.Query["key"].ToString() is { Length: > 0 } query)
            yield return query;
        var sent = request.Headers.Authorization.ToString();
        if (sent.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            yield return sent[7..].Trim();
        if (sent.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) && TryDecode(sent[6..].Trim()) is { } pair)
            yield return pair[(pair.IndexOf(':') + 1)..];
    }

    static string? TryDecode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var n) ? Encoding.UTF8.GetString(bytes, 0, n) : null;
    }
}
