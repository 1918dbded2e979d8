using System.Globalization;
using Cartage.Runs;
using Cartage.Tests.Support;
using Engine = Cartage.Connectors.Connectors;

namespace Cartage.Tests.Projects;

/// <summary>What a run without --from and --to covers.</summary>
public sealed class ScheduledIntervals : IDisposable
{
    readonly TestProject _project = SmallShop.Create();

    public void Dispose() => _project.Dispose();

    [Theory]
    [InlineData("schedule: '0 2 * * *'\ntimezone: Asia/Bangkok\nstart: 2026-01-01", "2025-12-31T17:00Z", "2026-03-04T19:00Z")] // from midnight in Bangkok to its two o'clock
    [InlineData("schedule: '0 2 * * *'", "2026-03-04T02:00Z", "2026-03-05T02:00Z")]
    [InlineData("schedule: '@monthly'", "2026-02-01T00:00Z", "2026-03-01T00:00Z")]
    [InlineData("schedule: '*/15 * * * *'", "2026-03-05T12:15Z", "2026-03-05T12:30Z")]
    [InlineData("description: by hand", "2026-03-04T12:34Z", "2026-03-05T12:34Z")]
    public async Task Ends_at_the_last_tick(string pipeline, string start, string end)
    {
        _project.Write("pipelines/shop/pipeline.yml", pipeline + "\n");

        Assert.Equal((start, end), await IntervalAsync(new(), "2026-03-05T12:34Z"));
    }

    [Fact]
    public async Task Begins_where_the_last_one_ended()
    {
        _project.Write("pipelines/shop/pipeline.yml", "schedule: '@hourly'\n").Write("in/customers.csv", "customer_id,name,is_active\n1,Ann,Y\n").Write("in/orders.csv", "order_id,customer_id,order_date,amount\n1,1,2026-03-01,5\n");
        await RunAsync(new(), "2026-03-05T10:30Z");

        Assert.Equal(("2026-03-05T10:00Z", "2026-03-05T14:00Z"), await IntervalAsync(new(), "2026-03-05T14:05Z"));
        Assert.Equal(("2026-03-05T09:00Z", "2026-03-05T10:00Z"), await IntervalAsync(new(), "2026-03-05T10:59Z")); // again, before the next tick
    }

    async Task<(string Start, string End)> IntervalAsync(RunRequest request, string now)
    {
        await using var workspace = await OpenAsync(now);
        var interval = Assert.Single(await workspace.PlanAsync(request, CancellationToken.None)).Interval;
        return (Show(interval.Start), Show(interval.End));
    }

    async Task RunAsync(RunRequest request, string now)
    {
        await using var workspace = await OpenAsync(now);
        var result = Assert.Single(await workspace.RunAsync(await workspace.PlanAsync(request, CancellationToken.None), request, null, CancellationToken.None));
        Assert.True(result.State == RunState.Succeeded, result.Message);
    }

    async Task<Workspace> OpenAsync(string now)
    {
        var loaded = _project.Load();
        Assert.Empty(loaded.Findings);
        return await Workspace.OpenAsync(loaded.Project, "test", "0", folders => Engine.OpenWarehouseAsync(loaded.Project, folders, CancellationToken.None), () => Engine.RunDatabase(loaded.Project), feed => Engine.OpenSource(loaded.Project, feed, TimeProvider.System), Engine.OpenZones(loaded.Project, TimeProvider.System), new ClockAt(now), CancellationToken.None);
    }

    static string Show(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);

    sealed class ClockAt(string now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.Parse(now, CultureInfo.InvariantCulture);
    }
}
