using System.Data.Common;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>The right to run a pipeline, renewed for as long as it is held. A server that was away for longer than it lasts has lost it, knows that by its own clock, and may begin nothing more.</summary>
public sealed class Lease : IAsyncDisposable
{
    readonly Cluster _cluster;
    readonly string _pipeline;
    readonly long _token;
    readonly TimeProvider _clock;
    readonly CancellationTokenSource _ending = new(), _lost = new();
    readonly Task _renewing;
    long _renewed;

    internal Lease(Cluster cluster, string pipeline, long token, long asked, TimeProvider clock)
    {
        (_cluster, _pipeline, _token, _renewed, _clock) = (cluster, pipeline, token, asked, clock);
        _renewing = RenewAsync();
    }

    /// <summary>Is cancelled when the lease is lost.</summary>
    public CancellationToken Gone => _lost.Token;

    /// <summary>Whether it is held, as far as this server's clock can say.</summary>
    public bool IsHeld => !_lost.IsCancellationRequested && _clock.GetElapsedTime(Interlocked.Read(ref _renewed)) < _cluster.Lease;

    /// <summary>What to say to who has lost it.</summary>
    public static PipelineException Lost(string pipeline) => new($"another server has taken over '{pipeline}' while this one was away", hint: "Nothing was published here; the other server runs it.");

    /// <summary>In the publishing transaction: holds whoever would take over until it ends, or refuses where somebody has.</summary>
    public Task FenceAsync(DbConnection publishing, CancellationToken ct) => IsHeld ? _cluster.FenceAsync(publishing, _pipeline, _token, ct) : throw Lost(_pipeline);

    /// <summary>The warehouse for as long as the lease is held.</summary>
    public IWarehouse Over(IWarehouse warehouse) => new Leased(warehouse, this);

    /// <summary>Gives it back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _renewing;
        try
        {
            if (IsHeld)
                await _cluster.ReleaseAsync(_pipeline, _token, CancellationToken.None);
        }
        catch (Exception e) when (e is PipelineException or DbException)
        {
            // it ends by itself; what became of the run does not hang on it
        }
        _ending.Dispose();
        _lost.Dispose();
    }

    async Task RenewAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                await Task.Delay(_cluster.Lease / 4, _clock, _ending.Token);
                var asked = _clock.GetTimestamp();
                try
                {
                    if (IsHeld && await _cluster.RenewAsync(_pipeline, _token, _ending.Token))
                        Interlocked.Exchange(ref _renewed, asked);
                    else
                        await _lost.CancelAsync();
                }
                catch (Exception e) when (e is PipelineException or DbException && IsHeld)
                {
                    continue; // there is time to try again
                }
                catch (Exception e) when (e is PipelineException or DbException)
                {
                    await _lost.CancelAsync();
                }
                if (_lost.IsCancellationRequested)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    sealed class Leased(IWarehouse warehouse, Lease lease) : IWarehouse
    {
        public Dialect Dialect => warehouse.Dialect;

        public ValueTask<DbConnection> OpenAsync(CancellationToken ct) => Held().OpenAsync(ct);

        public ValueTask<DuckDbConnection> OpenDoorAsync(Table? reading, CancellationToken ct) => Held().OpenDoorAsync(reading, ct);

        public ValueTask ReceiveAsync(DuckDbConnection door, Table table, CancellationToken ct) => Held().ReceiveAsync(door, table, ct);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        IWarehouse Held() => lease.IsHeld ? warehouse : throw Lost(lease._pipeline);
    }
}
