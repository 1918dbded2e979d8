using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Cartage.DuckDb;

/// <summary>A connection to a DuckDB database. It runs one statement at a time; <see cref="Duplicate"/> gives more to run side by side.</summary>
public sealed class DuckDbConnection(string connectionString = "") : DbConnection
{
    readonly HashSet<IDisposable> _parts = [];
    Instance? _instance;
    ConnectionHandle? _handle;
    Autocommit? _autocommit;
    Interruption? _running;

    /// <inheritdoc/>
    [AllowNull]
    public override string ConnectionString
    {
        get;
        set => field = State == ConnectionState.Closed ? value ?? "" : throw new InvalidOperationException("The connection is open; close it before changing its connection string.");
    } = connectionString;

    /// <inheritdoc/>
    public override string Database => DataSource.StartsWith(":memory:", StringComparison.Ordinal) ? "memory" : Path.GetFileNameWithoutExtension(DataSource);

    /// <inheritdoc/>
    public override string DataSource => new DuckDbConnectionStringBuilder(ConnectionString).DataSource;

    /// <inheritdoc/>
    public override unsafe string ServerVersion => Native.Text(Native.duckdb_library_version())!;

    /// <inheritdoc/>
    public override ConnectionState State => _handle is null ? ConnectionState.Closed : ConnectionState.Open;

    /// <inheritdoc/>
    protected override DbProviderFactory DbProviderFactory => DuckDbProviderFactory.Instance;

    internal ConnectionHandle Handle => _handle ?? throw new InvalidOperationException("The connection is not open.");

    internal Autocommit Autocommit => _autocommit ?? throw new InvalidOperationException("The connection is not open.");

    internal DuckDbTransaction? Transaction { get; set; }

    /// <summary>Whether a statement has failed since the transaction began, which may have aborted it.</summary>
    internal bool Suspect { get; set; }

    /// <inheritdoc/>
    public override void Open()
    {
        if (_handle is not null)
            throw new InvalidOperationException("The connection is open already.");
        var settings = new DuckDbConnectionStringBuilder(ConnectionString);
        Connect(Instance.Get(settings.DataSource, settings.Settings()));
    }

    /// <inheritdoc/>
    public override Task OpenAsync(CancellationToken cancellationToken) => Here.Run(Open, cancellationToken);

    /// <summary>A further open connection to the same database, in memory too.</summary>
    public DuckDbConnection Duplicate()
    {
        _ = Handle;
        var other = new DuckDbConnection(ConnectionString);
        other.Connect(_instance!.Share());
        return other;
    }

    /// <summary>Cancels the statement that is running, which then throws <see cref="OperationCanceledException"/>; nothing happens when none is. May be called from any thread.</summary>
    public void Interrupt() => Volatile.Read(ref _running)?.Stop(StopReason.Asked);

    /// <summary>How far the running statement is, as the engine's calling thread last counted between two of its own tasks; nothing as long as it waits for the others', and nothing unless the connection string has <c>enable_progress_bar=true;enable_progress_bar_print=false</c>: counting makes short statements dearer. May be called from any thread.</summary>
    public QueryProgress GetProgress() => Native.duckdb_query_progress(Handle);

    /// <summary>A writer of many rows into a table.</summary>
    public DuckDbAppender CreateAppender(string table, string? schema = null, string? catalog = null) => new(this, catalog, schema, table);

    /// <inheritdoc/>
    public override void Close()
    {
        if (_handle is not { } handle)
            return;
        Interrupt();
        // The file is closed only after the last call on it has returned, and only then may it be opened anew.
        SpinWait.SpinUntil(() => Volatile.Read(ref _running) is null, TimeSpan.FromSeconds(5));
        foreach (var part in Parts())
            part.Dispose();
        (_handle, _autocommit, Transaction, Suspect) = (null, null, null, false);
        handle.Dispose();
        _instance!.Dispose();
        OnStateChange(new(ConnectionState.Open, ConnectionState.Closed));
    }

    /// <inheritdoc/>
    public override void ChangeDatabase(string databaseName) => Execute($"USE \"{databaseName.Replace("\"", "\"\"")}\"");

    /// <inheritdoc/>
    public new DuckDbCommand CreateCommand() => new() { Connection = this };

    /// <inheritdoc/>
    public new DuckDbTransaction BeginTransaction() => (DuckDbTransaction)BeginDbTransaction(IsolationLevel.Snapshot);

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => CreateCommand();

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
    {
        if (isolationLevel is not (IsolationLevel.Unspecified or IsolationLevel.Snapshot))
            throw new NotSupportedException($"DuckDB's transactions are snapshots; there is no {isolationLevel}.");
        if (Transaction is not null)
            throw new InvalidOperationException("The connection has a transaction already.");
        Execute("BEGIN TRANSACTION");
        return Transaction = new(this);
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

    /// <summary>Begins a call into the library, of which there is one at a time.</summary>
    internal Interruption Enter(int timeoutSeconds, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var call = new Interruption(this, timeoutSeconds, ct);
        return Interlocked.CompareExchange(ref _running, call, null) is null
            ? call.Watch()
            : throw new InvalidOperationException("The connection is busy with another statement; run this one on a Duplicate() of it.");
    }

    /// <summary>Begins a call that nothing stops; null while there is another.</summary>
    internal Interruption? TryEnter()
    {
        var call = new Interruption(this, 0, default);
        return Interlocked.CompareExchange(ref _running, call, null) is null ? call : null;
    }

    internal void Leave(Interruption call) => Interlocked.CompareExchange(ref _running, null, call);

    /// <summary>What holds on to the connection ends with it.</summary>
    internal T Adopt<T>(T part)
        where T : IDisposable
    {
        lock (_parts)
            _parts.Add(part);
        return part;
    }

    internal void Release(IDisposable part)
    {
        lock (_parts)
            _parts.Remove(part);
    }

    internal IDisposable[] Parts()
    {
        lock (_parts)
            return [.. _parts];
    }

    internal void DemandNoOpenReader()
    {
        if (Parts().Any(part => part is RowSource { Result.IsStreaming: true }))
            throw new InvalidOperationException("A reader of this connection has not been read to its end; close it first, or use a Duplicate() of the connection.");
    }

    void ApplyLocal(string statements)
    {
        try
        {
            if (statements is not "")
                Execute(statements);
        }
        catch (DuckDbException e)
        {
            throw new DuckDbException($"{e.Message} (in {statements.Trim()})", e.ErrorType, e);
        }
    }

    void Connect(Instance instance)
    {
        if (Native.duckdb_connect(instance.Handle, out var handle) != 0)
        {
            instance.Dispose();
            throw new DuckDbException("The database does not accept a connection.", DuckDbErrorType.Connection);
        }
        (_instance, _handle, _autocommit) = (instance, handle, new(handle));
        try
        {
            ApplyLocal(instance.Local);
        }
        catch
        {
            Close();
            throw;
        }
        OnStateChange(new(ConnectionState.Closed, ConnectionState.Open));
    }
}
