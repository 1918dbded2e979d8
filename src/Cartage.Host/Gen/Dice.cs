namespace Cartage.Host.Gen;

/// <summary>Chance from a seed, the same on every machine (SplitMix64).</summary>
sealed class Dice(ulong seed)
{
    ulong _state = seed;

    public static Dice Of(long seed, string what) => new(what.Aggregate((ulong)seed, (h, c) => (h ^ c) * 0x100000001B3));

    public long Roll(long sides)
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (long)((z ^ (z >> 31)) % (ulong)sides);
    }

    public T Of<T>(IReadOnlyList<T> choices) => choices[(int)Roll(choices.Count)];
}
