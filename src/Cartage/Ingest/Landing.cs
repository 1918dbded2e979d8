using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Cartage.Storage;

namespace Cartage.Ingest;

/// <summary>Copies what a source hands over into the raw zone as it arrives; a page whose name, size and content have landed before is not copied again.</summary>
public sealed class Landing(IObjectStore raw, string tempFolder, TimeProvider clock)
{
    /// <summary>Lands a feed's new and changed pages and returns every manifest it has, oldest version first; pages that landed before a failure stay.</summary>
    public async Task<IReadOnlyList<Manifest>> LandAsync(ISource source, Extraction extraction, CancellationToken ct)
    {
        var newest = extraction.Landed.GroupBy(m => m.Source).ToDictionary(g => g.Key, g => g.MaxBy(m => m.Version)!);
        var landed = new ConcurrentBag<Manifest>();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var pages = source.ReadAsync(extraction, reading.Token).GetAsyncEnumerator(reading.Token);
        if (await pages.MoveNextAsync()) // most feeds of most runs have nothing new, and no thread is set going for it
            await Parallel.ForEachAsync(FromAsync(pages, reading, ct), new ParallelOptions { MaxDegreeOfParallelism = source.Parallelism, CancellationToken = ct }, async (page, stop) =>
            {
                if (await LandPageAsync(extraction.Feed, page, newest.GetValueOrDefault(page.Name), stop) is { } manifest)
                    landed.Add(manifest);
            });
        return [.. extraction.Landed.Concat(landed).OrderBy(m => m.Object, StringComparer.Ordinal)];
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
            manifests.Add(JsonSerializer.Deserialize(File.ReadAllBytes(path), ManifestJson.Default.Manifest)!);
        return manifests;
    }

    // The first page and those after it, until one of them cannot be landed.
    static async IAsyncEnumerable<Page> FromAsync(IAsyncEnumerator<Page> pages, CancellationTokenSource reading, [EnumeratorCancellation] CancellationToken failed)
    {
        await using var stop = failed.Register(reading.Cancel);
        do
            yield return pages.Current;
        while (await pages.MoveNextAsync());
    }

    /// <summary>Writes a manifest, or writes it anew.</summary>
    public static ValueTask PutManifestAsync(IObjectStore raw, Manifest manifest, CancellationToken ct) =>
        raw.PutAsync(manifest.Object + Manifest.Suffix, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.Manifest)), ct);

    async Task<Manifest?> LandPageAsync(Feed feed, Page page, Manifest? before, CancellationToken ct)
    {
        await using var input = await page.OpenAsync(ct);
        if (input.CanSeek && before is not null && before.Bytes == input.Length)
        {
            if (before.Sha256 == await HashAsync(input, ct))
                return null;
            input.Position = 0;
        }
        Directory.CreateDirectory(tempFolder);
        var copy = Path.Combine(tempFolder, Path.GetRandomFileName());
        try
        {
            var (bytes, hash, facts) = await CopyAsync(input, copy, page, ct);
            var rows = page.Rows ?? (page.Columns is null ? null : facts.Records - 1);
            if (hash == before?.Sha256 || hash == page.Unless || (page.OmitEmpty && rows == 0))
                return null;
            var version = (before?.Version ?? 0) + 1;
            var key = ObjectKey.Of(feed.Pipeline, feed.Name, page.Name, $"v{version:D5}-{hash[..12]}{Extensions(page.Name)}");
            var manifest = new Manifest(feed.Name, page.Name, version, key, bytes, hash, page.RowsAt is null ? facts : facts with { FirstLine = "" }, clock.GetUtcNow())
            {
                CursorBefore = page.CursorBefore,
                CursorAfter = page.CursorAfter,
                Columns = page.Columns,
                Rows = rows,
                Deletes = page.Deletes,
                RowsAt = page.RowsAt,
                Fields = page.Fields,
                Constants = page.Constants,
            };
            await MoveInAsync(copy, key, ct);
            Failpoint.Reach("land.object");
            await PutManifestAsync(raw, manifest, ct);
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

    // In great pieces: the framework's own reads 4 KB at a time, each of which costs more than its hash.
    static async Task<string> HashAsync(Stream input, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        for (int read; (read = await input.ReadAsync(buffer, ct)) > 0; )
            hash.AppendData(buffer.AsSpan(0, read));
        ArrayPool<byte>.Shared.Return(buffer);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // The bytes are read once: hashed, looked at and written in one pass; a put then only renames where the zone is on the same disk.
    static async Task<(long Bytes, string Sha256, ObjectFacts Facts)> CopyAsync(Stream input, string copy, Page page, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var facts = new ObjectScan();
        var buffer = new byte[1 << 20];
        var scan = Scannable(page.Name);
        var gzip = !page.Pack && page.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        await using var file = new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.Read, page.Pack ? buffer.Length : 0); // what packs writes 8 KB at a time
        Stream output = page.Pack ? new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true) : file;
        // Whole buffers, because some sources give a row at a time.
        for (int read; (read = await input.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct)) > 0; )
        {
            hash.AppendData(buffer.AsSpan(0, read));
            if (scan && !gzip)
                facts.Add(buffer.AsSpan(0, read));
            await output.WriteAsync(buffer.AsMemory(0, read), ct);
        }
        if (page.Pack)
            await output.DisposeAsync();
        file.Flush(flushToDisk: true);
        var bytes = file.Length;
        if (scan && gzip)
            scan = await ScanGzipAsync(copy, facts, buffer, ct);
        return (bytes, Convert.ToHexStringLower(hash.GetHashAndReset()), facts.Facts(scan));
    }

    static async Task<bool> ScanGzipAsync(string path, ObjectScan facts, byte[] buffer, CancellationToken ct)
    {
        try
        {
            await using var plain = new GZipStream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), CompressionMode.Decompress);
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
