using System.Globalization;
using System.Text.Json;

namespace Cartage.Triggers;

/// <summary>An object that was written: where, and what tells this writing from every other.</summary>
public sealed record ObjectEvent(string Place, string Id, DateTimeOffset? At);

/// <summary>What a message said: the objects, how many records were about something else, and why others could not be read.</summary>
public sealed record ReadEvents(IReadOnlyList<ObjectEvent> Objects, int Others, IReadOnlyList<string> Unread)
{
    /// <summary>Nothing at all.</summary>
    public static readonly ReadEvents None = new([], 0, []);

    internal ReadEvents With(ReadEvents more) => new([.. Objects, .. more.Objects], Others + more.Others, [.. Unread, .. more.Unread]);
}

/// <summary>
/// Reads what object stores send: S3 (<c>Records</c>, keys form-encoded), EventBridge (<c>detail</c>, keys as they are), Ceph (<c>Records</c> of <c>ceph:s3</c>), any of
/// them in an envelope of SNS or SQS, alone or in a list. Every record is looked at; one that cannot be read costs no other.
/// </summary>
public static class ObjectEvents
{
    const int Deepest = 5;

    /// <summary>The objects a message tells of; text that is no JSON is one unread record.</summary>
    public static ReadEvents Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var json = JsonDocument.Parse(message);
            return Read(json.RootElement, 0);
        }
        catch (JsonException e)
        {
            return new([], 0, [$"this is no JSON: {e.Message}"]);
        }
    }

    static ReadEvents Read(JsonElement at, int depth) =>
        depth > Deepest ? Unread("it is nested too deep")
        : at.ValueKind == JsonValueKind.Array ? All(at, depth)
        : at.ValueKind != JsonValueKind.Object ? Unread($"a record must be an object, not {Show(at)}")
        : Property(at, "Records") is { ValueKind: JsonValueKind.Array } records ? All(records, depth)
        : Text(at, "Message") is { } message && Text(at, "Type") is "Notification" or null ? Enveloped(message, depth)
        : Property(at, "Sns") is { } sns ? Read(sns, depth + 1)
        : Text(at, "body") is { } body && Property(at, "s3") is null ? Enveloped(body, depth)
        : Property(at, "detail") is { } detail && Text(at, "source") == "aws.s3" ? FromEventBridge(at, detail)
        : Property(at, "s3") is { } s3 ? FromS3(at, s3)
        : Text(at, "Event") == "s3:TestEvent" || Text(at, "Type") is not null ? ReadEvents.None with { Others = 1 }
        : Unread($"nothing says which object it is about: {Show(at)}");

    static ReadEvents All(JsonElement list, int depth) => list.EnumerateArray().Aggregate(ReadEvents.None, (read, one) => read.With(Read(one, depth + 1)));

    static ReadEvents Enveloped(string text, int depth)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return Read(json.RootElement, depth + 1);
        }
        catch (JsonException)
        {
            return Unread($"the message within is no JSON: {(text.Length > 100 ? text[..100] + "…" : text)}");
        }
    }

    static ReadEvents FromS3(JsonElement record, JsonElement s3)
    {
        var name = Text(record, "eventName") ?? "";
        if (!name.Replace("s3:", "", StringComparison.Ordinal).StartsWith("ObjectCreated:", StringComparison.Ordinal))
            return name.Length > 0 ? ReadEvents.None with { Others = 1 } : Unread($"a record without eventName: {Show(record)}");
        var key = Property(s3, "object") is { } o ? Text(o, "key") : null;
        return Created(Property(s3, "bucket"), Property(s3, "object"), Text(record, "eventSource") == "ceph:s3" ? FromCeph(key) : FromForm(key), Text(record, "eventTime"), record);
    }

    static ReadEvents FromEventBridge(JsonElement envelope, JsonElement detail) =>
        Text(envelope, "detail-type") == "Object Created"
            ? Created(Property(detail, "bucket"), Property(detail, "object"), Property(detail, "object") is { } o ? Text(o, "key") : null, Text(envelope, "time"), envelope)
            : ReadEvents.None with { Others = 1 };

    static ReadEvents Created(JsonElement? bucket, JsonElement? item, string? key, string? time, JsonElement record)
    {
        if (bucket is not { } b || item is not { } o || Text(b, "name") is not { Length: > 0 } name || key is not { Length: > 0 })
            return Unread($"a record without bucket or key: {Show(record)}");
        var place = $"s3://{name}/{key}";
        // The sequencer is one per writing; where there is none, the version or the content and the time are.
        var mark = First(o, "sequencer") ?? First(o, "versionId") ?? First(o, "version-id") ?? $"{First(o, "eTag") ?? First(o, "etag")}@{time}";
        return new([new(place, $"{place}#{mark}", DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null)], 0, []);
    }

    static string? FromForm(string? key) => key is null ? null : Uri.UnescapeDataString(key.Replace('+', ' '));

    // Ceph sends keys as they are; releases that encode them encode the slashes too.
    static string? FromCeph(string? key) => key is not null && !key.Contains('/') && key.Contains("%2F", StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(key) : key;

    static ReadEvents Unread(string why) => new([], 0, [why]);

    static JsonElement? Property(JsonElement at, string name) => at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    static string? Text(JsonElement at, string name) => Property(at, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    static string? First(JsonElement at, string name) => Text(at, name) is { Length: > 0 } text ? text : null;

    static string Show(JsonElement at) => at.GetRawText() is { Length: > 100 } text ? text[..100] + "…" : at.GetRawText();
}
