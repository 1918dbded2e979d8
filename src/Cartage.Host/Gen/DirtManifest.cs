using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Cartage.Host.Gen;

/// <summary>
/// One record that is not sound: where it is (the physical line from 1, the header being the first; the data record from 1), why, and what it would be.
/// Bytes that are not UTF-8 are in base64; for a record that was added the clean line is that of the record it repeats or contradicts.
/// </summary>
sealed record DirtEntry(string File, string Feed, long Line, long Record, string? Key, string Reason, string? Column)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Raw { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RawBase64 { get; init; }

    public string? Clean { get; init; }
}

/// <summary>The list of what was broken, one JSON object a line.</summary>
sealed class DirtManifest(string path) : IDisposable
{
    static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);

    public long Lines { get; private set; }

    public void Add(DirtEntry entry, ReadOnlySpan<byte> raw, string clean)
    {
        var valid = Utf8.IsValid(raw);
        _file.Write(JsonSerializer.SerializeToUtf8Bytes(entry with { Raw = valid ? Encoding.UTF8.GetString(raw) : null, RawBase64 = valid ? null : Convert.ToBase64String(raw), Clean = clean }, Json));
        _file.WriteByte((byte)'\n');
        Lines++;
    }

    public void Dispose() => _file.Dispose();
}
