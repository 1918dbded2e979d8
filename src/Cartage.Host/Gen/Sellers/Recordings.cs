using System.Globalization;
using System.Text.Json;

namespace Cartage.Host.Gen.Sellers;

/// <summary>Recorded answers from a folder: a file's name begins with its endpoint (<c>seller_products_…</c>), and its <c>parameters</c> say what was asked. A page after the recorded ones is empty.</summary>
sealed class Recordings
{
    static readonly string[] Endpoints = ["asin_to_gtin", "seller_products", "search"];

    readonly List<(string Endpoint, Dictionary<string, string> Asked, byte[] Body)> _recorded = [];

    Recordings() { }

    /// <summary>Reads a folder; a <see cref="PipelineException"/> where it holds no recorded answer.</summary>
    public static Recordings Read(string folder)
    {
        var result = new Recordings();
        if (Directory.Exists(folder))
            foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
                result.Add(file);
        return result._recorded.Count > 0 ? result : throw new PipelineException($"{folder}: there is no recorded answer in it", hint: "Name a folder of JSON files, each with 'parameters' and 'data'.");
    }

    /// <summary>A question that has an answer: path and parameters.</summary>
    public string First => $"{_recorded[0].Endpoint.Replace('_', '-')}?{string.Join('&', _recorded[0].Asked.Select(a => $"{Uri.EscapeDataString(a.Key)}={Uri.EscapeDataString(a.Value)}"))}";

    /// <summary>The answer to a question, or null where nothing like it was recorded.</summary>
    public byte[]? To(string path, IReadOnlyDictionary<string, string> query)
    {
        var endpoint = path.Trim('/').Replace('-', '_');
        var same = _recorded.Where(r => r.Endpoint == endpoint).ToList();
        if (same.Find(r => r.Asked.All(a => !query.TryGetValue(a.Key, out var value) ? a.Key != "page" || a.Value == "1" : value == a.Value)) is { Body: { } body })
            return body;
        return endpoint switch
        {
            "asin_to_gtin" => """{"status":"OK","data":[]}"""u8.ToArray(),
            "search" => """{"status":"OK","data":{"products":[]}}"""u8.ToArray(),
            "seller_products" => """{"status":"OK","data":{"seller_products":[]}}"""u8.ToArray(),
            _ => null,
        };
    }

    void Add(string file)
    {
        var bytes = File.ReadAllBytes(file);
        using var json = JsonDocument.Parse(bytes);
        if (!json.RootElement.TryGetProperty("parameters", out var parameters) || !json.RootElement.TryGetProperty("data", out _))
            return;
        var name = Path.GetFileName(file);
        var endpoint = Endpoints.FirstOrDefault(e => name.StartsWith(e, StringComparison.Ordinal));
        if (endpoint is not null)
            _recorded.Add((endpoint, parameters.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ValueKind == JsonValueKind.Number ? p.Value.GetInt64().ToString(CultureInfo.InvariantCulture) : p.Value.ToString()), bytes));
    }
}
