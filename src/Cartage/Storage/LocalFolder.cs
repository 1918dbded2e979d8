using System.Runtime.CompilerServices;

namespace Cartage.Storage;

/// <summary>A folder as an object store; every part of a key is percent-encoded, so no key leads out of the folder.</summary>
public sealed class LocalFolder(string root) : IObjectStore
{
    /// <summary>The folder, absolute.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>A key from parts that may hold anything: what a file name cannot is percent-encoded.</summary>
    public static string Key(params IEnumerable<string> parts) => string.Join('/', parts.SelectMany(p => p.Split('/')).Select(Encode));

    /// <inheritdoc/>
    public async ValueTask PutAsync(string key, Stream content, CancellationToken ct)
    {
        var path = PathOf(key);
        var aside = path + ".part";
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
        var folder = PathOf(prefix.Contains('/') ? prefix[..prefix.LastIndexOf('/')] : "");
        if (!Directory.Exists(folder))
            yield break;
        var found = new DirectoryInfo(folder)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(f => f.Extension != ".part")
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
    public ValueTask<string> FetchAsync(string key, CancellationToken ct) => ValueTask.FromResult(PathOf(key));

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken ct)
    {
        File.Delete(PathOf(key));
        return ValueTask.CompletedTask;
    }

    string PathOf(string key)
    {
        var path = Path.GetFullPath(Path.Combine(Root, key));
        return path == Root || path.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new PipelineException($"the key '{key}' leads out of {Root}");
    }

    static string Encode(string part)
    {
        var encoded = string.Concat(part.Select(c => char.IsLetterOrDigit(c) || "-_.=+ ()@".Contains(c) ? c.ToString() : Uri.HexEscape(c < 256 ? c : '_')));
        encoded = encoded is "." or ".." ? encoded.Replace(".", "%2E") : encoded;
        if (encoded.Length <= 120)
            return encoded;
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(part)))[..12];
        return $"{encoded[..80]}-{hash}{encoded[^20..]}";
    }
}
