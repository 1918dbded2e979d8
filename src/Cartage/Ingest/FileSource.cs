using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cartage.Storage;

namespace Cartage.Ingest;

/// <summary>
/// Files by glob pattern (<c>*</c>, <c>?</c>, <c>**</c>), each a page, by name: in folders of this machine, or objects of a bucket.
/// <paramref name="placeOf"/> tells where a feed's pattern is, an absolute path or <c>s3://bucket/key</c>; <paramref name="openBucket"/> opens that bucket with a folder for what is fetched.
/// </summary>
public sealed class FileSource(Func<Feed, string, string> placeOf, Func<string, string, IObjectStore> openBucket, string tempFolder) : ISource
{
    const string Remote = "://";
    static readonly TimeSpan AtRest = TimeSpan.FromSeconds(2);

    readonly string _fetched = Path.Combine(tempFolder, Path.GetRandomFileName());
    readonly ConcurrentDictionary<string, IObjectStore> _buckets = [];

    /// <inheritdoc/>
    public int Parallelism => Environment.ProcessorCount;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Page> ReadAsync(Extraction extraction, [EnumeratorCancellation] CancellationToken ct)
    {
        var feed = extraction.Feed;
        List<string> patterns = [.. feed.Files.Select(p => placeOf(feed, p))];
        // Names are counted from the folder that all patterns share, so that files of one name in two folders stay apart.
        var shared = patterns.Select(Glob.Folder).Aggregate(Shared);
        var landed = extraction.Landed.GroupBy(m => m.Source).ToDictionary(g => g.Key, g => g.MaxBy(m => m.Version)!.CursorAfter);
        HashSet<string> seen = [];
        foreach (var (pattern, written) in patterns.Zip(feed.Files))
        {
            List<Page> pages = pattern.Contains(Remote, StringComparison.Ordinal) ? await ObjectsAsync(pattern, ct) : [.. Match(pattern).Select(OfFile)];
            if (pages.Count == 0 && (!IsGlob(pattern) || patterns.Count == 1))
                throw NoFile(feed, written);
            foreach (var page in pages.Where(p => seen.Add(p.Name)).Select(p => p with { Name = p.Name[shared.Length..] }))
                if (extraction.FullRefresh || page.CursorAfter is null || landed.GetValueOrDefault(page.Name) != page.CursorAfter)
                    yield return page;
        }
        if (seen.Count == 0)
            throw NoFile(feed, string.Join(", ", feed.Files));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var bucket in _buckets.Values.OfType<IDisposable>())
            bucket.Dispose();
        if (Directory.Exists(_fetched))
            Directory.Delete(_fetched, recursive: true);
        return ValueTask.CompletedTask;
    }

    // A file whose size and times are those of what landed is not read again, unless it was just being written: times are too coarse to tell two writes of one moment apart.
    static Page OfFile(string path)
    {
        var file = new FileInfo(path);
        var isAtRest = TimeProvider.System.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > AtRest;
        return new(path, _ => ValueTask.FromResult<Stream>(Open(path))) { CursorAfter = isAtRest ? $"{file.Length}:{file.LastWriteTimeUtc.Ticks}:{file.CreationTimeUtc.Ticks}" : null };
    }

    // An object is not fetched to find out that it is the one that landed: its tag is the bookmark.
    async Task<List<Page>> ObjectsAsync(string pattern, CancellationToken ct)
    {
        var root = pattern[..(pattern.IndexOf('/', pattern.IndexOf(Remote, StringComparison.Ordinal) + Remote.Length) + 1)];
        var store = _buckets.GetOrAdd(root, _ => openBucket(root, Path.Combine(_fetched, $"{_buckets.Count}")));
        var (key, matches) = (pattern[root.Length..], Glob.Of(pattern[root.Length..]));
        List<Page> pages = [];
        await foreach (var item in store.ListAsync(IsGlob(key) ? Glob.Folder(key) : key, ct))
            if (matches.IsMatch(item.Key))
                pages.Add(new(root + item.Key, async stop => new Fetched(await store.FetchAsync(item.Key, stop))) { CursorAfter = item.Tag });
        return pages;
    }

    static PipelineException NoFile(Feed feed, string patterns) =>
        new($"{feed.File}:{feed.Line}: the feed '{feed.Name}' finds no file: {patterns}", hint: "Put the files there or correct the pattern.");

    internal static bool IsGlob(string pattern) => Glob.IsPattern(pattern);

    static string Shared(string a, string b) => a[..(a[..a.AsSpan().CommonPrefixLength(b)].LastIndexOf('/') + 1)];

    internal static IEnumerable<string> Match(string pattern)
    {
        if (!IsGlob(pattern))
            return File.Exists(pattern) ? [pattern] : [];
        var folder = Glob.Folder(pattern);
        if (!Directory.Exists(folder))
            return [];
        var regex = Glob.Of(pattern);
        return Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(p => regex.IsMatch(p))
            .Order(StringComparer.Ordinal);
    }

    static FileStream Open(string path)
    {
        try
        {
            return new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0, FileOptions.SequentialScan);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new PipelineException($"{path}: permission denied", hint: "Permit this user to read the file, then run again.", inner: e);
        }
        catch (IOException e)
        {
            throw new PipelineException($"{path}: cannot be read: {e.Message}", isTransient: true, inner: e);
        }
    }

    sealed class Fetched(LocalCopy copy) : FileStream(copy.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan)
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing)
                copy.Dispose();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            copy.Dispose();
        }
    }
}
