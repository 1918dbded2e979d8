using Cartage.Storage;

namespace Cartage.Triggers;

/// <summary>
/// Sees files appear and change under a pattern of absolute paths: the operating system tells at once, a look every so often finds what it did not tell. A file counts
/// once it has stayed as it is from one look to the next, so that one being written is not taken for whole.
/// </summary>
public sealed class FolderWatch(string pattern, TimeSpan every, TimeSpan settle, TimeProvider clock)
{
    readonly System.Text.RegularExpressions.Regex _matches = Glob.Of(pattern);
    readonly string _folder = Glob.Folder(pattern);
    readonly HashSet<string> _told = [];
    Dictionary<string, string> _seen = [];

    /// <summary>Tells of files, those that are there already first, until it is stopped; what <paramref name="tell"/> did not take is told again.</summary>
    public async Task WatchAsync(Func<IReadOnlyList<ObjectEvent>, CancellationToken, Task> tell, CancellationToken ct)
    {
        using SemaphoreSlim stirred = new(0, 1);
        using var watcher = Start(stirred);
        while (true)
        {
            var (settled, moving) = Look();
            if (settled.Count > 0)
            {
                await tell(settled, ct);
                _told.UnionWith(settled.Select(f => f.Id));
            }
            using var limit = new CancellationTokenSource(moving ? settle : every, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            try
            {
                await stirred.WaitAsync(either.Token);
                await Task.Delay(settle, clock, ct); // files come in crowds
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                continue;
            }
        }
    }

    /// <summary>The files that stayed as they are since the look before, and whether others have not; for one look at a time.</summary>
    public (IReadOnlyList<ObjectEvent> Settled, bool Moving) Look()
    {
        var now = Files().ToDictionary(f => f.FullName, f => $"{f.FullName}#{f.Length}:{f.LastWriteTimeUtc.Ticks}");
        List<ObjectEvent> settled = [.. now.Where(f => _seen.GetValueOrDefault(f.Key) == f.Value && !_told.Contains(f.Value)).Select(f => new ObjectEvent(f.Key, f.Value, clock.GetUtcNow()))];
        var moving = now.Any(f => _seen.GetValueOrDefault(f.Key) != f.Value && !_told.Contains(f.Value));
        _seen = now;
        _told.IntersectWith(now.Values);
        return (settled, moving);
    }

    IEnumerable<FileInfo> Files()
    {
        if (!Directory.Exists(_folder))
            return [];
        return new DirectoryInfo(_folder)
            .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None })
            .Where(f => _matches.IsMatch(f.FullName));
    }

    // A folder that is not there yet, or more folders than the system watches: then the looks alone must do.
    FileSystemWatcher? Start(SemaphoreSlim stirred)
    {
        if (!Directory.Exists(_folder))
            return null;
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(_folder) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
            void Stir()
            {
                lock (stirred)
                    if (stirred.CurrentCount == 0)
                        stirred.Release();
            }
            watcher.Created += (_, _) => Stir();
            watcher.Changed += (_, _) => Stir();
            watcher.Renamed += (_, _) => Stir();
            watcher.Error += (_, _) => Stir();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (IOException)
        {
            watcher?.Dispose();
            return null;
        }
    }
}
