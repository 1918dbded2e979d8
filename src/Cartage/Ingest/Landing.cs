using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Cartage.Storage;

namespace Cartage.Ingest;

/// <summary>Copies what a source hands over into the raw zone, byte for byte; a page whose name, size and content have landed before is not copied again.</summary>
public sealed class Landing(IObjectStore raw, string tempFolder, TimeProvider clock)
{
    /// <summary>Lands a feed's new and changed pages and returns every manifest it has, oldest version first.</summary>
    public async Task<IReadOnlyList<Manifest>> LandAsync(ISource source, Feed feed, CancellationToken ct)
    {
        var known = await ReadManifestsAsync(feed, ct);
        var newest = known.GroupBy(m => m.Source).ToDictionary(g => g.Key, g => g.MaxBy(m => m.Version)!);
        var landed = new ConcurrentBag<Manifest>();
        List<Page> pages = [];
        await foreach (var page in source.ReadAsync(feed, ct))
            pages.Add(page);
        await Parallel.ForEachAsync(pages, ct, async (page, stop) =>
        {
            if (await LandPageAsync(feed, page, newest.GetValueOrDefault(page.Name), stop) is { } manifest)
                landed.Add(manifest);
        });
        return [.. known.Concat(landed).OrderBy(m => m.Object, StringComparer.Ordinal)];
    }

    /// <summary>The manifests of a feed, by object.</summary>
    public async Task<IReadOnlyList<Manifest>> ReadManifestsAsync(Feed feed, CancellationToken ct)
    {
        List<string> keys = [];
        await foreach (var item in raw.ListAsync(ObjectKey.Of(feed.Pipeline, feed.Name) + "/", ct))
            if (item.Key.EndsWith(Manifest.Suffix, StringComparison.Ordinal))
                keys.Add(item.Key);
        using var copies = await LocalCopies.FetchAsync(raw, keys, ct);
        List<Manifest> manifests = [];
        foreach (var path in copies.Paths)
            manifests.Add(JsonSerializer.Deserialize(await File.ReadAllBytesAsync(path, ct), ManifestJson.Default.Manifest)!);
        return manifests;
    }

    async Task<Manifest?> LandPageAsync(Feed feed, Page page, Manifest? before, CancellationToken ct)
    {
        await using var input = page.Open();
        if (before is not null && before.Bytes == input.Length && before.Sha256 == Convert.ToHexStringLower(await SHA256.HashDataAsync(input, ct)))
            return null;
        input.Position = 0;
        Directory.CreateDirectory(tempFolder);
        var copy = Path.Combine(tempFolder, Path.GetRandomFileName());
        try
        {
            var (bytes, hash, facts) = await CopyAsync(input, copy, page.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase), Scannable(page.Name), ct);
            var version = (before?.Version ?? 0) + 1;
            var key = ObjectKey.Of(feed.Pipeline, feed.Name, page.Name, $"v{version:D5}-{hash[..12]}{Extensions(page.Name)}");
            var manifest = new Manifest(feed.Name, page.Name, version, key, bytes, hash, facts, clock.GetUtcNow());
            await MoveInAsync(copy, key, ct);
            Failpoint.Reach("land.object");
            await raw.PutAsync(key + Manifest.Suffix, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.Manifest)), ct);
            Failpoint.Reach("land.manifest");
            return manifest;
        }
        catch (IOException e)
        {
            throw new PipelineException($"{page.Name}: cannot be landed: {e.Message}", hint: "Free some space in the project's folder, then run again.", inner: e);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    // The bytes are read once: hashed, looked at and written in one pass; a put then only renames where the zone is on the same disk.
    static async Task<(long Bytes, string Sha256, ObjectFacts Facts)> CopyAsync(Stream input, string copy, bool gzip, bool scan, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var facts = new ObjectScan();
        var buffer = new byte[1 << 20];
        long total = 0;
        await using (var output = new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0))
        {
            for (int read; (read = await input.ReadAsync(buffer, ct)) > 0; total += read)
            {
                hash.AppendData(buffer.AsSpan(0, read));
                if (scan && !gzip)
                    facts.Add(buffer.AsSpan(0, read));
                await output.WriteAsync(buffer.AsMemory(0, read), ct);
            }
            output.Flush(flushToDisk: true);
        }
        if (scan && gzip)
            scan = await ScanGzipAsync(copy, facts, buffer, ct);
        return (total, Convert.ToHexStringLower(hash.GetHashAndReset()), facts.Facts(scan));
    }

    static async Task<bool> ScanGzipAsync(string path, ObjectScan facts, byte[] buffer, CancellationToken ct)
    {
        try
        {
            await using var plain = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            for (int read; (read = await plain.ReadAsync(buffer, ct)) > 0; )
                facts.Add(buffer.AsSpan(0, read));
            return true;
        }
        catch (InvalidDataException)
        {
            return false; // the door says what is wrong with it
        }
    }

    async Task MoveInAsync(string copy, string key, CancellationToken ct)
    {
        if (raw is LocalFolder folder)
        {
            folder.MoveIn(copy, key);
            return;
        }
        await using var content = File.OpenRead(copy);
        await raw.PutAsync(key, content, ct);
    }

    static bool Scannable(string name) => !(name.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".zst", StringComparison.OrdinalIgnoreCase));

    static string Extensions(string name) => Path.GetFileName(name) is var file && file.IndexOf('.') is > 0 and var dot ? file[dot..] : "";
}
