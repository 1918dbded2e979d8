using System.Runtime.CompilerServices;
using Cartage.Storage;

namespace Cartage.Ingest;

/// <summary>Files by glob pattern (<c>*</c>, <c>?</c>, <c>**</c>), each a page, by name; patterns are absolute or relative to <paramref name="root"/>.</summary>
public sealed class FileSource(string root) : ISource
{
    /// <inheritdoc/>
    public int Parallelism => Environment.ProcessorCount;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Page> ReadAsync(Extraction extraction, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        var feed = extraction.Feed;
        List<string> patterns = [.. feed.Files.Select(p => Path.GetFullPath(p, root))];
        // Names are counted from the folder that all patterns share, so that files of one name in two folders stay apart.
        var shared = patterns.Select(Glob.Folder).Aggregate(Shared);
        HashSet<string> seen = [];
        foreach (var (pattern, written) in patterns.Zip(feed.Files))
        {
            var paths = Match(pattern).ToList();
            if (paths.Count == 0 && (!IsGlob(pattern) || patterns.Count == 1))
                throw NoFile(feed, written);
            foreach (var path in paths.Where(seen.Add))
                yield return new(path[shared.Length..], _ => ValueTask.FromResult<Stream>(Open(path)));
        }
        if (seen.Count == 0)
            throw NoFile(feed, string.Join(", ", feed.Files));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

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
}
