using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Cartage.Host.Serving;

/// <summary>Something that is shown one time, to the one it is for.</summary>
sealed record Secret(string For, string Title, string Text, string Value);

/// <summary>Secrets on their way to the page that shows them.</summary>
sealed class Once
{
    const int Most = 100;
    readonly ConcurrentDictionary<string, Secret> _kept = [];

    /// <summary>Keeps one and returns where it is shown.</summary>
    public string Keep(Secret secret)
    {
        if (_kept.Count >= Most)
            _kept.Clear();
        var id = RandomNumberGenerator.GetHexString(24, lowercase: true);
        _kept[id] = secret;
        return $"/settings/once/{id}";
    }

    /// <summary>Gives one to whom it is for, which ends it.</summary>
    public Secret? Take(string id, string user) => _kept.TryGetValue(id, out var secret) && secret.For == user && _kept.TryRemove(id, out _) ? secret : null;
}
