using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Cartage.DuckDb;

/// <summary>A connection to a DuckDB database; used by one caller at a time, further ones come from <see cref="Duplicate"/>.</summary>
public sealed class DuckDbConnection(string connectionString = "") : DbConnection
{
    Database? _database;
    ConnectionHandle? _handle;

    /// <inheritdoc/>
    [AllowNull]
    public override string ConnectionString { get; set; } = connectionString;

    /// <inheritdoc/>
    public override string Database => "main";

    /// <inheritdoc/>
    public override string DataSource => new DuckDbConnectionStringBuilder(ConnectionString).DataSource;

    /// <inheritdoc/>
    public override unsafe string ServerVersion => Native.Text(Native.duckdb_library_version())!;

    /// <inheritdoc/>
    public override ConnectionState State => _handle is null ? ConnectionState.Closed : ConnectionState.Open;

    /// <inheritdoc/>
    protected override DbProviderFactory DbProviderFactory => DuckDbProviderFactory.Instance;

    internal ConnectionHandle Handle => _handle ?? throw new InvalidOperationException("The connection is not open.");

    internal DuckDbTransaction? Transaction { get; set; }

    /// <inheritdoc/>
    public override void Open()
    {
        if (_handle is not null)
            return;
        var settings = new DuckDbConnectionStringBuilder(ConnectionString);
        Connect(DuckDb.Database.Get(settings.DataSource, settings.Settings()));
    }

    /// <summary>A further open connection to the same database instance, in memory too.</summary>
    public DuckDbConnection Duplicate()
    {
        _ = Handle;
        var other = new DuckDbConnection(ConnectionString);
        other.Connect(_database!.Share());
        return other;
    }

    /// <summary>Stops the query that is running, which then throws; nothing happens when none is.</summary>
    public void Interrupt() => Native.duckdb_interrupt(Handle);

    /// <summary>How far the running query is.</summary>
    public QueryProgress GetProgress() => Native.duckdb_query_progress(Handle);

    /// <summary>A writer of whole chunks of rows into a table.</summary>
    public DuckDbAppender CreateAppender(string table, string? schema = null) => new(Handle, schema, table);

    /// <inheritdoc/>
    public override void Close()
    {
        Transaction?.Dispose();
        _handle?.Dispose();
        _database?.Dispose();
        _handle = null;
        _database = null;
    }

    /// <inheritdoc/>
    public override void ChangeDatabase(string databaseName) => Execute($"USE \"{databaseName.Replace("\"", "\"\"")}\"");

    /// <inheritdoc/>
    public new DuckDbCommand CreateCommand() => new() { Connection = this };

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => CreateCommand();

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
    {
        if (isolationLevel is not (IsolationLevel.Unspecified or IsolationLevel.Snapshot))
            throw new NotSupportedException($"DuckDB transactions are snapshots; there is no {isolationLevel}.");
        if (Transaction is not null)
            throw new InvalidOperationException("The connection has a transaction already.");
        Execute("BEGIN TRANSACTION");
        return Transaction = new DuckDbTransaction(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Close();
        base.Dispose(disposing);
    }

    internal void Execute(string sql)
    {
        using var command = CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    void Connect(Database database)
    {
        if (Native.duckdb_connect(database.Handle, out var handle) != 0)
        {
            database.Dispose();
            throw new DuckDbException("The database does not accept a connection.", DuckDbErrorType.Connection);
        }
        (_database, _handle) = (database, handle);
    }
}
