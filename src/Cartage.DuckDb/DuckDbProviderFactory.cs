using System.Data.Common;

namespace Cartage.DuckDb;

/// <summary>Makes the provider's objects.</summary>
public sealed class DuckDbProviderFactory : DbProviderFactory
{
    /// <summary>The only one.</summary>
    public static readonly DuckDbProviderFactory Instance = new();

    DuckDbProviderFactory() { }

    /// <inheritdoc/>
    public override DbConnection CreateConnection() => new DuckDbConnection();

    /// <inheritdoc/>
    public override DbCommand CreateCommand() => new DuckDbCommand();

    /// <inheritdoc/>
    public override DbParameter CreateParameter() => new DuckDbParameter();

    /// <inheritdoc/>
    public override DbConnectionStringBuilder CreateConnectionStringBuilder() => new DuckDbConnectionStringBuilder();
}
