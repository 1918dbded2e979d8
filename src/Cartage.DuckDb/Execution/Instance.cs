namespace Cartage.DuckDb;

/// <summary>One open database, counted by its users: connections to the same file share it, because a file is never opened twice in a process.</summary>
sealed class Instance : IDisposable
{
    static readonly Dictionary<string, Instance> Open = new(DataSources.Comparer);

    readonly string? _name;
    readonly IReadOnlyDictionary<string, string> _settings;
    int _users = 1;

    Instance(string? name, IReadOnlyDictionary<string, string> settings)
    {
        (_name, _settings) = (name, settings);
        Handle = OpenHandle(DataSources.IsFile(name) ? name : DataSources.Memory, settings, out var local);
        Local = local;
    }

    public DatabaseHandle Handle { get; }

    /// <summary>Statements that give each connection the settings that are not the database's.</summary>
    public string Local { get; }

    /// <summary>The database of a data source, opened where it is not yet; <c>:memory:</c> is always a new one.</summary>
    public static Instance Get(string source, IReadOnlyDictionary<string, string> settings)
    {
        var name = DataSources.SharedName(source);
        if (name is null)
            return new(null, settings);
        lock (Open)
        {
            if (!Open.TryGetValue(name, out var instance))
                return Open[name] = new(name, settings);
            instance.Demand(settings);
            return instance.Share();
        }
    }

    /// <summary>Counts one more user.</summary>
    public Instance Share()
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

    void Demand(IReadOnlyDictionary<string, string> settings)
    {
        foreach (var (key, value) in settings)
            if (!_settings.TryGetValue(key, out var current) || !current.Equals(value, StringComparison.OrdinalIgnoreCase))
                throw new DuckDbException($"{_name} is open already, with {key} {(current is null ? "not set" : $"'{current}'")} instead of '{value}'; use the same settings, or close it first.", DuckDbErrorType.Settings);
    }

    static unsafe DatabaseHandle OpenHandle(string path, IReadOnlyDictionary<string, string> settings, out string local)
    {
        _ = Native.duckdb_create_config(out var config);
        using var _1 = config;
        local = "";
        foreach (var (name, value) in Settings.WithDefaults(settings))
            if (Native.duckdb_set_config(config, Native.ZeroTerminated(name, "A setting's name"), Native.ZeroTerminated(value, "A setting")) != 0)
                local += Settings.Statement(name, value);
        if (Native.duckdb_open_ext(Native.ZeroTerminated(path, "The path"), out var database, config, out var error) == 0)
            return database;
        database.Dispose();
        throw new DuckDbException(Native.TakeText(error) ?? $"{path} cannot be opened.", DuckDbErrorType.Unknown);
    }
}
