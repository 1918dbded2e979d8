using System.Numerics;

namespace Cartage.Host.Gen.Sellers;

/// <summary>Chance from a seed: the same question gets the same answer, in whatever order it is asked.</summary>
readonly record struct Chance(long Seed)
{
    public ulong Draw(string what, long about, long more = 0)
    {
        var hash = 14695981039346656037UL ^ (ulong)Seed;
        foreach (var c in what)
            hash = (hash ^ c) * 1099511628211;
        return Stir(Stir(Stir(hash) ^ (ulong)about) ^ BitOperations.RotateLeft((ulong)more, 32));
    }

    public int Die(int sides, string what, long about, long more = 0) => (int)(Draw(what, about, more) % (ulong)sides);

    public double Share(string what, long about, long more = 0) => (Draw(what, about, more) >> 11) / 9007199254740992.0;

    public T Pick<T>(IReadOnlyList<T> choices, string what, long about, long more = 0) => choices[Die(choices.Count, what, about, more)];

    // The finalizer of SplitMix64.
    static ulong Stir(ulong x)
    {
        x = (x + 0x9E3779B97F4A7C15) ^ ((x + 0x9E3779B97F4A7C15) >> 30);
        x *= 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
