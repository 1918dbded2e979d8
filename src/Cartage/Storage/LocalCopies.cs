namespace Cartage.Storage;

/// <summary>Local files of several objects, in the order they were asked for.</summary>
public sealed class LocalCopies : IDisposable
{
    const int AtOnce = 16;

    readonly LocalCopy?[] _copies;

    LocalCopies(int count) => _copies = new LocalCopy?[count];

    /// <summary>The files.</summary>
    public IEnumerable<string> Paths => _copies.Select(c => c!.Path);

    /// <summary>Fetches objects, several at once.</summary>
    public static async Task<LocalCopies> FetchAsync(IObjectStore store, IReadOnlyList<string> keys, CancellationToken ct)
    {
        var copies = new LocalCopies(keys.Count);
        try
        {
            if (store is LocalFolder) // where nothing has to come, there is nothing to wait for
                for (var i = 0; i < keys.Count; i++)
                    copies._copies[i] = await store.FetchAsync(keys[i], ct);
            else
                await Parallel.ForAsync(0, keys.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (i, stop) => copies._copies[i] = await store.FetchAsync(keys[i], stop));
            return copies;
        }
        catch
        {
            copies.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var copy in _copies)
            copy?.Dispose();
    }
}
