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
        using Heard heard = new(_folder, stirred);
        while (true)
        {
            heard.Listen();
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

    // What the operating system tells; where the folder is not there yet or the system watches too many, the looks alone must do until it can.
    sealed class Heard(string folder, SemaphoreSlim stirred) : IDisposable
    {
        FileSystemWatcher? _watcher;

        public void Listen()
        {
            if (_watcher is not null && Directory.Exists(folder))
                return;
            Dispose();
            if (!Directory.Exists(folder))
                return;
            try
            {
                _watcher = new(folder) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size };
                _watcher.Created += (_, _) => Stir();
                _watcher.Changed += (_, _) => Stir();
                _watcher.Renamed += (_, _) => Stir();
                _watcher.Error += (_, _) => Stir();
                _watcher.EnableRaisingEvents = true;
            }
            catch (IOException)
            {
                Dispose();
            }
        }

        public void Dispose()
        {
            _watcher?.Dispose();
            _watcher = null;
        }

        void Stir()
        {
            lock (stirred)
                if (stirred.CurrentCount == 0)
                    stirred.Release();
        }
    }
}
