namespace Cartage.DuckDb;

/// <summary>One open database instance; connections to the same file share it, because a file is never opened twice in a process.</summary>
sealed class Database : IDisposable
{
    static readonly Dictionary<string, Database> Open = [];

    readonly string? _name;
    int _users = 1;

    Database(string? name, DatabaseHandle handle)
    {
        _name = name;
        Handle = handle;
    }

    public DatabaseHandle Handle { get; }

    /// <summary>The instance of a path, opened where it is not yet; <c>:memory:</c> is always a new one.</summary>
    public static Database Get(string source, IEnumerable<(string Name, string Value)> settings)
    {
        if (source is "" or ":memory:")
            return new(null, OpenHandle(":memory:", settings));
        var name = source.StartsWith(":memory:", StringComparison.Ordinal) ? source : Path.GetFullPath(source);
        lock (Open)
        {
            if (Open.TryGetValue(name, out var shared))
                return shared.Share();
            var database = new Database(name, OpenHandle(name, settings));
            Open.Add(name, database);
            return database;
        }
    }

    /// <summary>Counts one more user.</summary>
    public Database Share()
    {
        lock (Open)
            _users++;
        return this;
    }

    public void Dispose()
    {
        lock (Open)
        {
            if (--_users > 0)
                return;
            if (_name is not null)
                Open.Remove(_name);
            Handle.Dispose();
        }
    }

    static unsafe DatabaseHandle OpenHandle(string path, IEnumerable<(string Name, string Value)> settings)
    {
        Native.duckdb_create_config(out var config);
        try
        {
            foreach (var (name, value) in settings)
                if (Native.duckdb_set_config(config, name, value) != 0)
                    throw new DuckDbException($"'{value}' is not a value of the setting '{name}', or there is no such setting.", DuckDbErrorType.Settings);
            if (Native.duckdb_open_ext(path, out var database, config, out var error) == 0)
                return new(database);
            var message = Native.Text(error) ?? $"{path} cannot be opened.";
            Native.duckdb_free(error);
            throw new DuckDbException(message, DuckDbErrorType.Io);
        }
        finally
        {
            Native.duckdb_destroy_config(ref config);
        }
    }
}
