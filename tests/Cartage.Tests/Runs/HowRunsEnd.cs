using System.Runtime.CompilerServices;
using Cartage.Ingest;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Runs;

/// <summary>Retries, timeouts and cancellation: what passes is tried again, and whatever ends a run leaves the tables of the run before.</summary>
public sealed class HowRunsEnd : IDisposable
{
    readonly TestProject _project = SmallShop.Create()
        .Write("in/customers.csv", "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 00:00:00,Y\n")
        .Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,2024-01-05 00:00:00\n");

    readonly List<RunEvent> _told = [];

    public void Dispose() => _project.Dispose();

    [Theory]
    [InlineData("constant"), InlineData("exponential")]
    public async Task What_passes_is_tried_again(string backoff)
    {
        Retry(3, backoff);
        var flaky = new Flaky(_project, fails: 2, transient: true);
        var run = await RunAsync(flaky.Open);
        Assert.Equal((RunState.Succeeded, 3), (run.State, flaky.Attempts));
        Assert.Equal(["attempt 1 failed: the shop is closed", "attempt 2 failed: the shop is closed"], _told.Where(e => e.Task == "orders" && e.Message.StartsWith("attempt", StringComparison.Ordinal)).Select(e => e.Message));
        Assert.Single(run.Tasks, t => t is { Kind: "extract", Name: "orders" });
        Assert.Equal("1", await _project.ScalarAsync("SELECT count(*) FROM shop.fact_orders"));
    }

    [Fact]
    public async Task What_failed_is_run_again_by_its_state()
    {
        Assert.Equal(RunState.Failed, (await RunAsync(new Flaky(_project, fails: 1, transient: false).Open)).State);

        Assert.Equal(RunState.Succeeded, (await _project.RunAsync(new("status:failed"))).State);
        Assert.Equal("'status:failed' selects nothing", (await Assert.ThrowsAsync<PipelineException>(() => _project.RunAsync(new("status:failed")))).Message);
    }

    [Theory]
    [InlineData(true, 3), InlineData(false, 1)]
    public async Task What_lasts_fails_with_its_own_message(bool transient, int attempts)
    {
        Retry(3, "constant");
        var flaky = new Flaky(_project, fails: int.MaxValue, transient);
        var run = await RunAsync(flaky.Open);
        Assert.Equal((RunState.Failed, "the shop is closed", "Wait until it opens.", attempts), (run.State, run.Message, run.Hint, flaky.Attempts));
        Assert.Equal("0", await _project.ScalarAsync("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'shop'"));
    }

    [Fact]
    public async Task What_takes_too_long_is_stopped()
    {
        _project.Write("pipelines/shop/pipeline.yml", "description: a small shop\ntimeout: 1s\n");
        var run = await RunAsync(feed => new Endless());
        Assert.Equal(RunState.Failed, run.State);
        Assert.Equal("it took longer than its timeout of 00:00:01; nothing was published", run.Message);
        _project.Write("pipelines/shop/pipeline.yml", "description: a small shop\n");
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
    }

    [Fact]
    public async Task Cancelled_at_any_event_the_tables_are_those_of_before_or_after()
    {
        await _project.RunAsync();
        var before = await SmallShop.StateAsync(_project);
        _project.Write("in/customers-2.csv", "customer_id,name,city,updated_at,is_active\n1,Ann,Rome,2024-02-01 00:00:00,Y\n2,Bob,Oslo,2024-02-01 00:00:00,Y\n")
            .Write("in/orders-2.csv", "order_id,customer_id,order_date,amount,updated_at\n2,1,2024-02-05,20.00,2024-02-05 00:00:00\n");
        HashSet<RunState> ends = [];
        for (var events = 1; ; events++)
        {
            using var copy = new TestProject();
            TestProject.CopyFolder(_project.Root, copy.Root);
            using var stop = new CancellationTokenSource();
            _told.Clear();
            var run = await RunAsync(null, copy, stop, cancelAt: events);
            ends.Add(run.State);
            Assert.True(run.State is RunState.Cancelled or RunState.Succeeded, run.Message);
            var state = await SmallShop.StateAsync(copy);
            Assert.True(run.State == RunState.Cancelled == (state == before), $"at event {events}, {_told[^1]}: {run.State}, but the tables {(state == before ? "have not changed" : "have changed")}");
            Assert.Equal(RunState.Succeeded, (await copy.RunAsync()).State);
            Assert.Equal("2|2|3", await copy.ScalarAsync("SELECT (SELECT count(*) FROM shop_raw.customers), (SELECT count(*) FROM shop.fact_orders), (SELECT count(*) FROM shop.dim_customers WHERE customer_id IS NOT NULL AND customer_key > 0)"));
            if (_told.Count < events)
                break;
        }
        Assert.Equal([RunState.Cancelled, RunState.Succeeded], ends.Order().Reverse());
    }

    [Fact]
    public async Task A_warehouse_of_a_newer_version_is_left_alone()
    {
        await _project.RunAsync();
        await _project.QueryAsync("INSERT INTO cartage.format VALUES (99)");
        var error = await Assert.ThrowsAsync<PipelineException>(() => _project.RunAsync());
        Assert.Equal("the warehouse was written by a newer version (format 99; this one knows 1)", error.Message);
    }

    void Retry(int attempts, string backoff) => _project.Write("pipelines/shop/pipeline.yml", $"description: a small shop\nretry: {{ attempts: {attempts}, delay: 1ms, backoff: {backoff}, max_delay: 5ms }}\n");

    async Task<RunResult> RunAsync(Func<Feed, ISource>? openSource, TestProject? project = null, CancellationTokenSource? stop = null, int? cancelAt = null)
    {
        await using var workspace = await (project ?? _project).OpenAsync(openSource);
        var told = new Told(e =>
        {
            int count;
            lock (_told)
            {
                _told.Add(e);
                count = _told.Count;
            }
            if (count == cancelAt)
                stop!.Cancel();
        });
        return Assert.Single(await workspace.RunAsync(await workspace.PlanAsync(new(), CancellationToken.None), new(), told, stop?.Token ?? CancellationToken.None));
    }

    sealed class Told(Action<RunEvent> tell) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => tell(value);
    }

    /// <summary>The project's files, of which the orders' are out of reach at first.</summary>
    sealed class Flaky(TestProject project, int fails, bool transient) : ISource
    {
        readonly ISource _files = Connectors.Connectors.OpenSource(project.Load().Project, new("shop", "orders", "feeds.yml", 1), TimeProvider.System);

        public int Attempts { get; private set; }

        public int Parallelism => _files.Parallelism;

        public ISource Open(Feed feed) => this;

        public async IAsyncEnumerable<Page> ReadAsync(Extraction extraction, [EnumeratorCancellation] CancellationToken ct)
        {
            if (extraction.Feed.Name == "orders" && ++Attempts <= fails)
                throw new PipelineException("the shop is closed", transient, "Wait until it opens.");
            await foreach (var page in _files.ReadAsync(extraction, ct))
                yield return page;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    sealed class Endless : ISource
    {
        public int Parallelism => 1;

        public async IAsyncEnumerable<Page> ReadAsync(Extraction extraction, [EnumeratorCancellation] CancellationToken ct)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            yield break;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
