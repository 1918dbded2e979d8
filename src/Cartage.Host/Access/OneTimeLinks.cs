using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Cartage.Host.Access;

/// <summary>Links that let somebody in once, within an hour.</summary>
sealed class OneTimeLinks(TimeProvider clock)
{
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    readonly ConcurrentDictionary<string, (string User, DateTimeOffset Until)> _codes = [];

    /// <summary>A new code for a user.</summary>
    public string Create(string user)
    {
        var code = RandomNumberGenerator.GetHexString(32, lowercase: true);
        _codes[code] = (user, clock.GetUtcNow() + Lifetime);
        return code;
    }

    /// <summary>The user a code lets in, which ends it.</summary>
    public string? Use(string code) => _codes.TryRemove(code, out var entry) && clock.GetUtcNow() < entry.Until ? entry.User : null;
}
