using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cartage.Host.Socket;

/// <summary>What a client asks: one line of JSON. The version must be the holder's.</summary>
sealed record Request(string Version, string[] Args, string Folder, int Width, bool OutIsTerminal, bool ErrorIsTerminal, bool Color);

/// <summary>What the holder answers, a line each: pieces of output, and last the exit code.</summary>
sealed record Reply(string? Out = null, string? Error = null, int? Exit = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Request))]
[JsonSerializable(typeof(Reply))]
sealed partial class Protocol : JsonSerializerContext
{
    public static Request? ReadRequest(string line) => JsonSerializer.Deserialize(line, Default.Request);

    public static Reply? ReadReply(string line) => JsonSerializer.Deserialize(line, Default.Reply);

    public static string Write(Request request) => JsonSerializer.Serialize(request, Default.Request);

    public static string Write(Reply reply) => JsonSerializer.Serialize(reply, Default.Reply);
}
