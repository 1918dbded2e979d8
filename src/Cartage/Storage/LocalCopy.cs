namespace Cartage.Storage;

/// <summary>A local file with an object's bytes, which stays as it is until this is disposed; callers must not change it.</summary>
public sealed class LocalCopy : IDisposable
{
    readonly Spool? _spool;
    readonly Spool.Entry? _entry;
    int _released;

    internal LocalCopy(string path) => Path = path;

    internal LocalCopy(Spool spool, Spool.Entry entry) => (Path, _spool, _entry) = (entry.Path, spool, entry);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The version of the object it was copied from, empty where the object itself is the file.</summary>
    public string Version => _entry?.Version ?? "";

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_entry is not null && Interlocked.Exchange(ref _released, 1) == 0)
            _spool!.Release(_entry);
    }
}
