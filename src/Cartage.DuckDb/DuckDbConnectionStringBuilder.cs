using System.Data.Common;

namespace Cartage.DuckDb;

/// <summary><c>DataSource=path</c> (or <c>:memory:</c>) and any setting of DuckDB, such as <c>threads=4;memory_limit=2GB</c>. Unless a setting says otherwise, extensions are never fetched.</summary>
public sealed class DuckDbConnectionStringBuilder : DbConnectionStringBuilder
{
    /// <summary>An empty one: a private in-memory database.</summary>
    public DuckDbConnectionStringBuilder() { }

    /// <summary>Reads a connection string.</summary>
    public DuckDbConnectionStringBuilder(string connectionString) => ConnectionString = connectionString;

    /// <summary>The file, <c>:memory:</c> for a database of its own, or <c>:memory:name</c> for one that connections share.</summary>
    public string DataSource
    {
        get => TryGetValue("DataSource", out var value) && value is string { Length: > 0 } source ? source : ":memory:";
        set => this["DataSource"] = value;
    }

    /// <summary>The settings it names, as DuckDB spells them.</summary>
    internal IReadOnlyDictionary<string, string> Settings() =>
        Keys.Cast<string>()
            .Where(key => !key.Equals("DataSource", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(key => key.ToLowerInvariant(), key => (string)this[key], StringComparer.Ordinal);
}
