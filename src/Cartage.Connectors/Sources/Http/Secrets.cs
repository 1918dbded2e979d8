namespace Cartage.Connectors.Sources.Http;

/// <summary>What must not be seen: keys, passwords and tokens, as they are and as addresses and JSON write them.</summary>
sealed class Secrets
{
    const int Shortest = 3;

    readonly HashSet<string> _known = [];

    /// <summary>Takes a secret; texts of less than three characters hide nothing.</summary>
    public void Add(string secret)
    {
        if (secret.Length < Shortest)
            return;
        lock (_known)
            _known.UnionWith([secret, Uri.EscapeDataString(secret), System.Text.Json.JsonEncodedText.Encode(secret).ToString()]);
    }

    /// <summary>The text with every secret in it hidden.</summary>
    public string Mask(string text)
    {
        lock (_known)
            return _known.OrderByDescending(s => s.Length).Aggregate(text, (masked, secret) => masked.Replace(secret, "***", StringComparison.Ordinal));
    }
}
