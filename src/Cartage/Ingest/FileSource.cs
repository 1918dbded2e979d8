using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Cartage.Ingest;

/// <summary>Files by glob pattern (<c>*</c>, <c>?</c>, <c>**</c>), each a page, by name; patterns are absolute or relative to <paramref name="root"/>.</summary>
public sealed class FileSource(string root) : ISource
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<Page> ReadAsync(Feed feed, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        var any = false;
        foreach (var pattern in feed.Files)
            foreach (var (path, name) in Match(Path.GetFullPath(pattern, root)))
            {
                any = true;
                yield return new(name, () => Open(path));
            }
        if (!any)
            throw new PipelineException(
                $"{feed.File}:{feed.Line}: the feed '{feed.Name}' finds no file: {string.Join(", ", feed.Files)}",
                hint: "Put the files there or correct the pattern."
            );
    }

    static IEnumerable<(string Path, string Name)> Match(string pattern)
    {
        if (!pattern.AsSpan().ContainsAny('*', '?'))
            return File.Exists(pattern) ? [(pattern, Path.GetFileName(pattern))] : [];
        var fix = pattern[..pattern.AsSpan().IndexOfAny('*', '?')];
        var folder = fix[..(fix.LastIndexOf('/') + 1)];
        if (!Directory.Exists(folder))
            return [];
        var regex = new Regex("^" + Regex.Escape(pattern).Replace(@"\*\*/", "(.*/)?").Replace(@"\*\*", ".*").Replace(@"\*", "[^/]*").Replace(@"\?", "[^/]") + "$", RegexOptions.NonBacktracking);
        return Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(p => regex.IsMatch(p))
            .Order(StringComparer.Ordinal)
            .Select(p => (p, p[folder.Length..]));
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
