using Cartage.Projects;

namespace Cartage.Host.Serving;

/// <summary>The project as its files are now; with mistakes in them, as it was when they were right.</summary>
sealed class LiveProject(Project first, Func<CancellationToken, Task<LoadedProject>> read, TimeProvider clock) : IDisposable
{
    static readonly TimeSpan Often = TimeSpan.FromSeconds(1);
    readonly SemaphoreSlim _one = new(1, 1);
    (long Newest, int Count) _seen = Look(first.Root);
    long _lookedAt = clock.GetTimestamp();

    /// <summary>What runs and pages go by.</summary>
    public Project Current { get; private set; } = first;

    /// <summary>The mistakes in the files since then.</summary>
    public IReadOnlyList<Finding> Findings { get; private set; } = [];

    /// <summary>Reads the files again when they have changed.</summary>
    public async Task<Project> RefreshAsync(CancellationToken ct)
    {
        if (clock.GetElapsedTime(_lookedAt) < Often || !await _one.WaitAsync(0, ct))
            return Current;
        try
        {
            _lookedAt = clock.GetTimestamp();
            if (Look(Current.Root) is var now && now == _seen)
                return Current;
            var loaded = await read(ct);
            (_seen, Findings) = (now, loaded.Findings);
            if (loaded.Findings.Count == 0)
                Current = loaded.Project;
            return Current;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    static (long Newest, int Count) Look(string root)
    {
        var folder = new DirectoryInfo(Path.Combine(root, "pipelines"));
        var files = folder.Exists ? folder.EnumerateFileSystemInfos("*", SearchOption.AllDirectories) : [];
        var (newest, count) = (File.GetLastWriteTimeUtc(Path.Combine(root, "project.yml")).Ticks, 1);
        foreach (var file in files)
            (newest, count) = (Math.Max(newest, file.LastWriteTimeUtc.Ticks), count + 1);
        return (newest, count);
    }
}
