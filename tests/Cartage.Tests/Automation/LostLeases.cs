using System.Runtime.CompilerServices;
using Cartage.Connectors.Warehouses;
using Cartage.Ingest;
using Cartage.Runs;
using Cartage.Tests.Support;
using Npgsql;
using Engine = Cartage.Connectors.Connectors;

namespace Cartage.Tests.Automation;

/// <summary>A server whose lease another takes while its run is at work.</summary>
public sealed class LostLeases(SharedPostgres postgres) : IDisposable
{
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    readonly FakeClock _clock = new("2026-03-05T12:00Z");
    readonly TestProject _project = SmallShop.Create().Write("in/customers.csv", "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 00:00:00,Y\n").Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,2024-01-05 00:00:00\n");
    string _url = "";

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task Publishes_nothing_where_it_comes_to_its_commit_before_it_has_noticed()
    {
        await using var workspace = await OpenAsync(null);

        var run = await RunAsync(workspace, new Once("publish", TakeAsync));

        Assert.Equal((RunState.Failed, "another server has taken over 'shop' while this one was away"), (run.State, run.Message));
        await NothingIsPublishedAsync();
    }

    [Fact]
    public async Task Ends_its_run_when_it_notices()
    {
        var source = new Waits();
        await using var workspace = await OpenAsync(source);
        var run = RunAsync(workspace, null);
        await source.Began.Task;
        await TakeAsync();

        await Wait.UntilAsync(() =>
        {
            _clock.Advance(Lease / 4);
            return Task.FromResult(run.IsCompleted);
        });

        Assert.Equal((RunState.Cancelled, "it was cancelled; nothing was published"), ((await run).State, (await run).Message));
        await NothingIsPublishedAsync();
    }

    // What the other has done with the pipeline is not known here: only that it holds it, and that nothing of this run is there.
    async Task NothingIsPublishedAsync()
    {
        Assert.Equal("another", await AskAsync("SELECT node FROM cartage.leases WHERE until > LOCALTIMESTAMP"));
        Assert.Equal(0L, await AskAsync("SELECT count(*) FROM cartage.outcomes"));
        Assert.Equal(0L, await AskAsync("SELECT count(*) FROM pg_tables WHERE schemaname = 'shop' AND tablename = 'fact_orders'"));
    }

    Task TakeAsync() => AskAsync("UPDATE cartage.leases SET node = 'another', token = token + 1");

    async Task<object?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(PostgresServer.ConnectionString(_url, pooling: false));
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Ct);
    }

    async Task<Workspace> OpenAsync(ISource? source)
    {
        _url = await postgres.CreateDatabaseAsync();
        var project = _project.Load().Project with { ClusterLease = Lease };
        return await Workspace.OpenAsync(project, "test", "0", async folders => await PostgresWarehouse.OpenAsync(new(_url, project.Name, new(folders, Path.Combine(project.StateFolder, "tmp"), Threads: 1)), Ct), () => Engine.RunDatabase(project), feed => source ?? Engine.OpenSource(project, feed, _clock), Engine.OpenZones(project, _clock), _clock, Ct);
    }

    static async Task<RunResult> RunAsync(Workspace workspace, IProgress<RunEvent>? progress) => Assert.Single(await workspace.RunAsync(await workspace.PlanAsync(new(), Ct), new(), progress, Ct));

    /// <summary>Does something when a run comes to a task for the first time, and has it wait.</summary>
    sealed class Once(string kind, Func<Task> act) : IProgress<RunEvent>
    {
        bool _done;

        public void Report(RunEvent value)
        {
            if (_done || value.Kind != kind || value.State != RunState.Running)
                return;
            _done = true;
            act().GetAwaiter().GetResult();
        }
    }

    /// <summary>Never answers.</summary>
    sealed class Waits : ISource
    {
        public TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Parallelism => 1;

        public async IAsyncEnumerable<Page> ReadAsync(Extraction extraction, [EnumeratorCancellation] CancellationToken ct)
        {
            Began.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            yield break;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
