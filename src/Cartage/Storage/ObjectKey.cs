using System.Security.Cryptography;
using System.Text;

namespace Cartage.Storage;

/// <summary>Names of objects that every store can hold: parts with <c>/</c> between, none of them empty, <c>.</c> or <c>..</c>, none over 255 bytes, 1,000 bytes in all.</summary>
public static class ObjectKey
{
    const int PartLimit = 255, Limit = 1000;

    /// <summary>A key from parts that may hold anything: what a file name or an address cannot hold is percent-encoded, what is long is cut and told apart by a hash.</summary>
    public static string Of(params IEnumerable<string> parts)
    {
        List<string> encoded = [.. parts.SelectMany(p => p.Split('/')).Select(Encode)];
        var key = string.Join('/', encoded);
        return Encoding.UTF8.GetByteCount(key) <= Limit - 100 ? key : $"{key[..80].TrimEnd('/')}/{Hash(key)}/{encoded[^1]}";
    }

    /// <summary>Why a store cannot hold a key, null where it can.</summary>
    public static string? Mistake(string key) =>
        key.Length == 0 ? "it is empty"
        : key.Any(char.IsControl) ? "it holds control characters"
        : Encoding.UTF8.GetByteCount(key) > Limit ? $"it has more than {Limit} bytes"
        : key.Split('/').Any(p => p is "" or "." or "..") ? "one of its parts is empty, '.' or '..'"
        : key.Split('/').Any(p => Encoding.UTF8.GetByteCount(p) > PartLimit) ? $"one of its parts has more than {PartLimit} bytes"
        : null;

    static string Encode(string part)
    {
        if (part is "" or "." or "..")
            return part.Length == 0 ? "%2F" : part.Replace(".", "%2E");
        var encoded = string.Concat(part.Select((c, i) => char.IsLetterOrDigit(c) || "-_.=+ ()@".Contains(c) ? c.ToString() : Hex(part, i)));
        return Encoding.UTF8.GetByteCount(encoded) <= 120 ? encoded : $"{encoded[..Math.Min(encoded.Length, 30)]}-{Hash(part)}{encoded[^Math.Min(encoded.Length, 20)..]}";
    }

    // Half of a surrogate pair has no bytes of its own: the first half writes both.
    static string Hex(string part, int at) =>
        char.IsLowSurrogate(part[at]) && at > 0 && char.IsHighSurrogate(part[at - 1]) ? ""
        : string.Concat(Encoding.UTF8.GetBytes(part.Substring(at, char.IsHighSurrogate(part[at]) && at + 1 < part.Length && char.IsLowSurrogate(part[at + 1]) ? 2 : 1)).Select(b => Uri.HexEscape((char)b)));

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
