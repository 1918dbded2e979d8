namespace Cartage.DuckDb;

/// <summary>Why a call was stopped.</summary>
enum StopReason
{
    None,
    Asked,
    TimedOut,
}

/// <summary>Stops what a connection runs within its scope: on request, by a token or after a time. An interrupt that comes before the engine has begun is forgotten by it, so it is repeated until the scope ends.</summary>
sealed class Interruption : IDisposable
{
    static readonly TimeSpan Repeat = TimeSpan.FromMilliseconds(5);

    readonly Lock _gate = new();
    readonly DuckDbConnection _connection;
    readonly ConnectionHandle _handle;
    readonly int _timeout;
    readonly CancellationToken _ct;
    CancellationTokenRegistration _registration;
    Timer? _timer;
    bool _ended;

    public Interruption(DuckDbConnection connection, int timeoutSeconds, CancellationToken ct) =>
        (_connection, _handle, _timeout, _ct) = (connection, connection.Handle, timeoutSeconds, ct);

    public StopReason Reason { get; private set; }

    /// <summary>Begins to watch the token and the clock.</summary>
    public Interruption Watch()
    {
        if (_timeout > 0)
            _timer = new(_ => Stop(StopReason.TimedOut), null, TimeSpan.FromSeconds(_timeout), Timeout.InfiniteTimeSpan);
        _registration = _ct.UnsafeRegister(static s => ((Interruption)s!).Stop(StopReason.Asked), this);
        return this;
    }

    public void Stop(StopReason reason)
    {
        lock (_gate)
        {
            if (_ended || Reason != StopReason.None)
                return;
            Reason = reason;
            Native.duckdb_interrupt(_handle);
            _timer?.Dispose();
            _timer = new(_ => Again(), null, Repeat, Repeat);
        }
    }

    /// <summary>What a stopped call throws.</summary>
    public Exception Stopped(DuckDbException? error = null) =>
        Reason == StopReason.TimedOut
            ? new DuckDbException($"The statement was stopped because it took longer than its {nameof(DuckDbCommand.CommandTimeout)} of {_timeout} seconds.", DuckDbErrorType.Interrupt, new TimeoutException(null, error))
            : new OperationCanceledException("The statement was cancelled.", error, _ct.IsCancellationRequested ? _ct : default);

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            _timer?.Dispose();
        }
        _registration.Dispose();
        _connection.Leave(this);
    }

    void Again()
    {
        lock (_gate)
            if (!_ended)
                Native.duckdb_interrupt(_handle);
    }
}
