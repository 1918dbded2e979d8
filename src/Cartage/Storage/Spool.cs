using System.Security.Cryptography;
using System.Text;

namespace Cartage.Storage;

/// <summary>
/// Local copies of distant objects in a folder that one process owns, safe for parallel tasks: of files nobody uses, those used longest ago go when there are
/// more than <paramref name="limit"/> bytes; files in use stay.
/// </summary>
public sealed class Spool(string folder, long limit, TimeProvider clock)
{
    const string Unfinished = ".part";

    readonly Lock _gate = new();
    readonly Dictionary<string, Entry> _entries = [];
    readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];
    bool _opened;
    long _bytes;

    /// <summary>Where the copies are.</summary>
    public string Folder => folder;

    /// <summary>What is held, in bytes.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _bytes;
        }
    }

    /// <summary>Waits until nobody else looks for or fetches the same place; dispose it to let the next one in.</summary>
    public async ValueTask<IDisposable> TakeTurnAsync(string place, CancellationToken ct)
    {
        var turn = _turns[(uint)place.GetHashCode(StringComparison.Ordinal) % _turns.Length];
        await turn.WaitAsync(ct);
        return new Turn(turn);
    }

    /// <summary>The copy of a place, in use from here on, where there is one; whether its version is still right is for the caller to find out.</summary>
    public LocalCopy? Find(string place)
    {
        lock (_gate)
        {
            Open();
            return _entries.GetValueOrDefault(Name(place)) is { } entry ? Use(entry) : null;
        }
    }

    /// <summary>A path for a file that is being fetched; what is never added goes when the folder is next opened.</summary>
    public string NewFile()
    {
        lock (_gate)
            Open();
        return Path.Combine(folder, Path.GetRandomFileName() + Unfinished);
    }

    /// <summary>Takes a fetched file in as the copy of a place, in use from here on.</summary>
    public LocalCopy Add(string place, string version, string file)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(Name(place), out var before) && before.Version == version)
            {
                File.Delete(file);
                return Use(before);
            }
            if (before is not null)
                Retire(Name(place), before);
            var path = Path.Combine(folder, $"{Name(place)}.{Uri.EscapeDataString(version)}");
            File.Move(file, path, overwrite: true);
            var entry = new Entry(path, version, new FileInfo(path).Length);
            _entries[Name(place)] = entry;
            _bytes += entry.Bytes;
            var copy = Use(entry);
            Shrink();
            return copy;
        }
    }

    internal void Release(Entry entry)
    {
        lock (_gate)
        {
            entry.Uses--;
            if (entry is { IsRetired: true, Uses: 0 })
                File.Delete(entry.Path);
            Shrink();
        }
    }

    LocalCopy Use(Entry entry)
    {
        entry.Uses++;
        entry.LastUsed = clock.GetUtcNow().UtcDateTime;
        File.SetLastWriteTimeUtc(entry.Path, entry.LastUsed);
        return new(this, entry);
    }

    void Shrink()
    {
        if (_bytes <= limit)
            return;
        foreach (var (name, entry) in _entries.Where(e => e.Value.Uses == 0).OrderBy(e => e.Value.LastUsed).ToList())
        {
            if (_bytes <= limit)
                return;
            Retire(name, entry);
        }
    }

    // A file that is read right now goes when its last reader is done.
    void Retire(string name, Entry entry)
    {
        _entries.Remove(name);
        _bytes -= entry.Bytes;
        entry.IsRetired = true;
        if (entry.Uses == 0)
            File.Delete(entry.Path);
    }

    // Nothing here is flushed to the disk, so what was written before the machine started is not trusted.
    void Open()
    {
        if (_opened)
            return;
        Directory.CreateDirectory(folder);
        var started = clock.GetUtcNow().UtcDateTime - TimeSpan.FromMilliseconds(Environment.TickCount64);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
            if (file.Extension == Unfinished || file.LastWriteTimeUtc < started || !file.Name.Contains('.'))
                file.Delete();
            else
            {
                var (name, version) = (file.Name[..file.Name.IndexOf('.')], Uri.UnescapeDataString(file.Name[(file.Name.IndexOf('.') + 1)..]));
                if (_entries.TryGetValue(name, out var twice))
                    Retire(name, twice);
                _entries[name] = new(file.FullName, version, file.Length) { LastUsed = file.LastWriteTimeUtc };
                _bytes += file.Length;
            }
        _opened = true;
        Shrink();
    }

    static string Name(string place) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place)).AsSpan(0, 16));

    internal sealed class Entry(string path, string version, long bytes)
    {
        public string Path => path;
        public string Version => version;
        public long Bytes => bytes;
        public int Uses { get; set; }
        public bool IsRetired { get; set; }
        public DateTime LastUsed { get; set; }
    }

    sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
