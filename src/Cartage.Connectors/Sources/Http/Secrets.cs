namespace Cartage.Connectors.Sources.Http;

/// <summary>What must not be seen: keys, passwords and tokens, as they are and as addresses and JSON write them.</summary>
sealed class Secrets
{
    const int Shortest = 3;

    readonly HashSet<string> _known = [], _keys = [];

    /// <summary>Takes a secret; texts of less than three characters hide nothing. One that stands in the project's files may be any value, and is no key.</summary>
    public void Add(string secret, bool isKey = true)
    {
        if (secret.Length < Shortest)
            return;
        string[] written = [secret, Uri.EscapeDataString(secret), System.Text.Json.JsonEncodedText.Encode(secret).ToString()];
        lock (_known)
        {
            _known.UnionWith(written);
            if (isKey)
                _keys.UnionWith(written);
        }
    }

    /// <summary>The text with every secret in it hidden.</summary>
    public string Mask(string text)
    {
        lock (_known)
            return _known.OrderByDescending(s => s.Length).Aggregate(text, (masked, secret) => masked.Replace(secret, "***", StringComparison.Ordinal));
    }

    /// <summary>Whether a text has a key in it.</summary>
    public bool IsIn(string text)
    {
        lock (_known)
            return _keys.Any(key => text.Contains(key, StringComparison.Ordinal));
    }
}
