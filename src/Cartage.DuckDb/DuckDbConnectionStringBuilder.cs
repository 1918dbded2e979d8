using System.Data.Common;

namespace Cartage.DuckDb;

/// <summary><c>DataSource=path</c> (or <c>:memory:</c>) and any setting of DuckDB, such as <c>threads=4;memory_limit=2GB</c>. Extensions are never fetched unless a setting says so.</summary>
public sealed class DuckDbConnectionStringBuilder : DbConnectionStringBuilder
{
    /// <summary>An empty one: a private in-memory database.</summary>
    public DuckDbConnectionStringBuilder() { }

    /// <summary>Reads a connection string.</summary>
    public DuckDbConnectionStringBuilder(string connectionString) => ConnectionString = connectionString;

    /// <summary>The file, <c>:memory:</c>, or <c>:memory:name</c> for one that connections share.</summary>
    public string DataSource
    {
        get => TryGetValue("DataSource", out var value) ? (string)value : ":memory:";
        set => this["DataSource"] = value;
    }

    internal IEnumerable<(string Name, string Value)> Settings()
    {
        if (!ContainsKey("autoinstall_known_extensions"))
            yield return ("autoinstall_known_extensions", "false");
        if (!ContainsKey("autoload_known_extensions"))
            yield return ("autoload_known_extensions", "false");
        foreach (string key in Keys)
            if (!key.Equals("DataSource", StringComparison.OrdinalIgnoreCase))
                yield return (key.ToLowerInvariant(), (string)this[key]);
    }
}
