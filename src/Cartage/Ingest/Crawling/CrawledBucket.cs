using Cartage.Storage;

namespace Cartage.Ingest.Crawling;

/// <summary>
/// Objects of a bucket as files of a folder: all by name, those that are looked at with their bytes; disposing removes the folder.
/// <paramref name="open"/> opens the bucket with a folder for what is fetched; <paramref name="root"/> is what the bucket's places begin with, <c>s3://bucket/</c>.
/// </summary>
public sealed class CrawledBucket(Func<string, IObjectStore> open, string root, string folder) : IDisposable
{
    const long MostBytes = 1L << 30;

    readonly IObjectStore _store = open(Path.Combine(folder, "fetched"));
    readonly string _objects = Path.Combine(folder, "objects") + "/";
    readonly Dictionary<string, long> _bytes = [];

    /// <summary>The objects at a key, below it as a folder, or of a pattern.</summary>
    public async Task<IReadOnlyList<CrawledFiles>> FindAsync(string place, CancellationToken ct)
    {
        var key = place[root.Length..].TrimEnd('/');
        var (matches, within) = (Glob.Of(key), key.Length == 0 ? "" : key + "/");
        await foreach (var item in _store.ListAsync(Glob.IsPattern(key) ? Glob.Folder(key) : key, ct))
            if (ObjectKey.Mistake(item.Key) is null && (matches.IsMatch(item.Key) || item.Key.StartsWith(within, StringComparison.Ordinal) && CrawledFiles.Known(item.Key)))
                _bytes[_objects + item.Key] = item.Bytes;
        return _bytes.ContainsKey(_objects + key) ? [CrawledFiles.Single(_objects + key)] : CrawledFiles.Of(place, [.. _bytes.Keys]);
    }

    /// <summary>Does something with some files when as much of them as is enough to tell has been fetched; what goes wrong is said of the objects.</summary>
    public async Task<T> FetchedAsync<T>(CrawledFiles files, Func<CrawledFiles, Task<T>> work, CancellationToken ct)
    {
        var here = await FetchAsync(files, ct);
        try
        {
            return await work(here);
        }
        catch (PipelineException e)
        {
            throw new PipelineException(e.Message.Replace(_objects, root, StringComparison.Ordinal), hint: e.Hint, inner: e);
        }
    }

    async Task<CrawledFiles> FetchAsync(CrawledFiles files, CancellationToken ct)
    {
        var left = MostBytes;
        List<string> looked = [.. files.Looked.TakeWhile((path, i) => (left -= _bytes[path]) >= 0 || i == 0)];
        await Parallel.ForEachAsync(looked, ct, async (path, stop) =>
        {
            using var copy = await _store.FetchAsync(path[_objects.Length..], stop);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(copy.Path, path);
        });
        return files with { Looked = looked };
    }

    /// <summary>Where the bucket has what a path or pattern stands for.</summary>
    public string PlaceOf(string path) => root + path[_objects.Length..];

    /// <inheritdoc/>
    public void Dispose()
    {
        (_store as IDisposable)?.Dispose();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
