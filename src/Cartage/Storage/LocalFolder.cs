using System.Runtime.CompilerServices;

namespace Cartage.Storage;

/// <summary>A folder as an object store; no key leads out of it.</summary>
public sealed class LocalFolder(string root) : IObjectStore
{
    const string Unfinished = ".part";

    /// <summary>The folder, absolute.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <inheritdoc/>
    public async ValueTask PutAsync(string key, Stream content, CancellationToken ct)
    {
        var path = PathOf(key);
        var aside = path + Unfinished;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                await content.CopyToAsync(file, 1 << 20, ct);
                file.Flush(flushToDisk: true);
            }
            Failpoint.Reach("store.put");
            File.Move(aside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(aside))
                File.Delete(aside);
            throw new PipelineException($"{path}: cannot be written: {e.Message}", hint: "Free some space or permit writing there, then run again.", inner: e);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        if (!Directory.Exists(Root))
            yield break;
        var folder = prefix.Contains('/') ? PathOf(prefix[..prefix.LastIndexOf('/')]) : Root;
        if (!Directory.Exists(folder))
            yield break;
        var found = new DirectoryInfo(folder)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(f => f.Extension != Unfinished)
            .Select(f => new StoredObject(Path.GetRelativePath(Root, f.FullName).Replace('\\', '/'), f.Length, new DateTimeOffset(f.LastWriteTimeUtc)))
            .Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(o => o.Key, StringComparer.Ordinal);
        foreach (var item in found)
        {
            ct.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    /// <inheritdoc/>
    public ValueTask<LocalCopy> FetchAsync(string key, CancellationToken ct) =>
        PathOf(key) is var path && File.Exists(path)
            ? ValueTask.FromResult(new LocalCopy(path))
            : throw new PipelineException($"{path}: there is no such object", hint: "It was removed since it was listed; run again.");

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken ct)
    {
        if (PathOf(key) is var path && File.Exists(path))
            File.Delete(path);
        return ValueTask.CompletedTask;
    }

    /// <summary>Moves a file of the same disk in as a whole object, without copying it.</summary>
    public void MoveIn(string file, string key)
    {
        var path = PathOf(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(file, path, overwrite: true);
    }

    /// <summary>Removes what puts that were cut off before an instant left behind; returns how many.</summary>
    public long Sweep(DateTimeOffset before, bool dryRun)
    {
        if (!Directory.Exists(Root))
            return 0;
        var left = new DirectoryInfo(Root).EnumerateFiles("*" + Unfinished, SearchOption.AllDirectories).Where(f => f.LastWriteTimeUtc < before.UtcDateTime).ToList();
        if (!dryRun)
            left.ForEach(f => f.Delete());
        return left.Count;
    }

    /// <inheritdoc/>
    public override string ToString() => Root;

    string PathOf(string key) =>
        ObjectKey.Mistake(key) is { } mistake ? throw new PipelineException($"{Root}: no object can have the key '{(key.Length > 200 ? key[..200] + "…" : key)}': {mistake}") : Path.Combine(Root, key);
}
