using System.Collections.Concurrent;

namespace Cartage.Host.Access;

/// <summary>Lets few guesses through to the hash: a handful at once and then one in ten seconds, for each name (and for all names together), apart from browsers that have been let in before.</summary>
sealed class LoginGate(TimeProvider clock)
{
    const int Burst = 5;
    const int Names = 10_000;
    static readonly TimeSpan Refill = TimeSpan.FromSeconds(10);
    readonly ConcurrentDictionary<string, (double Left, long At)> _buckets = [];

    /// <summary>Whether a guess may be tried now; else how long to wait. A browser known for the name has a bucket of its own, so strangers cannot lock its owner out.</summary>
    public TimeSpan? Refuses(string name, string? device)
    {
        var key = device is null ? $"name {name}" : $"device {device}";
        return Take(key, Burst) ?? (device is null ? Take("everyone", Burst * 4) : null);
    }

    /// <summary>A right password: the name's bucket is full again.</summary>
    public void Forget(string name) => _buckets.TryRemove($"name {name}", out _);

    TimeSpan? Take(string key, int burst)
    {
        if (_buckets.Count > Names)
            foreach (var old in _buckets.Where(x => Level(x.Value, Burst) >= Burst).Select(x => x.Key).ToList())
                _buckets.TryRemove(old, out _);
        TimeSpan? wait = null;
        _buckets.AddOrUpdate(key, _ => (burst - 1, clock.GetTimestamp()), (_, bucket) =>
        {
            var level = Level(bucket, burst);
            wait = level >= 1 ? null : Refill * (1 - level);
            return level >= 1 ? (level - 1, clock.GetTimestamp()) : bucket;
        });
        return wait;
    }

    double Level((double Left, long At) bucket, int burst) => Math.Min(burst, bucket.Left + clock.GetElapsedTime(bucket.At) / Refill);
}
