using System.Globalization;
using System.Threading.Channels;
using Cartage.Host.Serving.Automation;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Triggers;

namespace Cartage.Tests.Automation;

/// <summary>Quartz, set to the ticks of schedules, on a clock that goes on when it is told to.</summary>
public sealed class TheClock
{
    [Theory]
    [InlineData("30 2 * * *", "2026-03-07T12:00Z", 3, "03-08T07:00 03-09T06:30 03-10T06:30")] // no half past two on the 8th in New York
    [InlineData("30 1 * * *", "2026-10-31T12:00Z", 3, "11-01T05:30 11-02T06:30 11-03T06:30")] // half past one twice on the 1st
    [InlineData("*/30 * * * *", "2026-11-01T05:10Z", 4, "11-01T05:30 11-01T06:00 11-01T06:30 11-01T07:00")]
    public async Task Looks_at_each_tick_where_clocks_change(string text, string now, int ticks, string expected)
    {
        var (clock, zone) = (new FakeClock(now), TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
        Assert.True(Cron.TryParse(text, out var cron, out _));
        var looks = Channel.CreateUnbounded<DateTimeOffset>();
        await using var quartz = await QuartzClock.StartAsync((_, _) =>
        {
            looks.Writer.TryWrite(clock.GetUtcNow());
            return Task.FromResult<DateTimeOffset?>(cron.Next(clock.GetUtcNow(), zone));
        }, (e, what) => throw new InvalidOperationException(what, e), RunDatabase.File(":memory:"), clock, CancellationToken.None);
        var next = cron.Next(clock.GetUtcNow(), zone);
        await quartz.SetAsync("shop", next, CancellationToken.None);

        List<DateTimeOffset> seen = [];
        for (var n = 0; n < ticks; n++)
        {
            clock.AdvanceTo(next);
            using var limit = new CancellationTokenSource(Wait.Longest);
            seen.Add(await looks.Reader.ReadAsync(limit.Token));
            next = cron.Next(next, zone);
            while (await quartz.NextAsync("shop", limit.Token) != next) // set once the look is over
                await Task.Delay(5, limit.Token);
        }

        Assert.Equal(expected, string.Join(' ', seen.Select(t => t.ToString("MM-dd'T'HH:mm", CultureInfo.InvariantCulture))));
    }

    [Fact]
    public async Task Runs_what_was_missed_once_and_then_goes_on()
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), "schedule: '0 * * * *'\nstart: 2026-03-01");
        await using var starter = new Starter(bench.Orders, bench.Sensors, () => bench.Workspace, bench.Clock);
        var schedules = Schedules(bench, starter);

        Assert.Equal(bench.Clock.GetUtcNow().AddHours(1), await schedules.LookAsync(bench.Pipeline, CancellationToken.None));
        await schedules.LookAsync(bench.Pipeline, CancellationToken.None);
        var (_, request, by) = Assert.Single(bench.Asked);
        Assert.Equal((null, bench.Clock.GetUtcNow(), false, "schedule 2026-03-05T12:00Z"), (request.From, request.To, request.Behind, by));

        await bench.EndAsync();
        ((FakeClock)bench.Clock).Advance(TimeSpan.FromHours(1));
        await schedules.LookAsync(bench.Pipeline, CancellationToken.None);
        Assert.Equal(2, bench.Asked.Count);
    }

    [Theory]
    [InlineData("skip", 1, 0)]
    [InlineData("queue", 2, 0)]
    [InlineData("cancel", 2, 1)]
    public async Task Keeps_to_overlap_while_a_run_is_open(string overlap, int asked, int cancelled)
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), $"schedule: '0 * * * *'\nstart: 2026-03-01\noverlap: {overlap}");
        await using var starter = new Starter(bench.Orders, bench.Sensors, () => bench.Workspace, bench.Clock);
        var schedules = Schedules(bench, starter);
        await schedules.LookAsync(bench.Pipeline, CancellationToken.None);
        ((FakeClock)bench.Clock).Advance(TimeSpan.FromHours(1));
        await schedules.LookAsync(bench.Pipeline, CancellationToken.None);

        Assert.Equal((asked, cancelled), (bench.Asked.Count, bench.Cancelled.Count));
    }

    [Fact]
    public async Task A_tick_that_comes_while_the_one_before_waits_for_something_is_left_out()
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), "schedule: '* * * * *'\nstart: 2026-03-01\nwait_for: [ { object: never.csv, every: 30s, timeout: 2h } ]");
        await using var starter = new Starter(bench.Orders, bench.Sensors, () => bench.Workspace, bench.Clock);
        var schedules = Schedules(bench, starter);
        for (var n = 0; n < 5; n++)
        {
            await schedules.LookAsync(bench.Pipeline, CancellationToken.None);
            ((FakeClock)bench.Clock).Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((1, 0), (starter.Waiting.Count, bench.Asked.Count));
    }

    [Fact]
    public async Task Runs_each_missed_tick_behind_fresh_ones_over_its_own_interval()
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-04T12:00Z"), "schedule: '0 2 * * *'\nstart: 2026-03-01\ncatchup: all");
        await using var starter = new Starter(bench.Orders, bench.Sensors, () => bench.Workspace, bench.Clock);
        await Schedules(bench, starter).LookAsync(bench.Pipeline, CancellationToken.None);

        Assert.Equal(
            "03-03T02:00..03-04T02:00 <03-01T00:00..03-01T02:00 <03-01T02:00..03-02T02:00 <03-02T02:00..03-03T02:00",
            string.Join(' ', bench.Asked.Select(a => $"{(a.Request.Behind ? "<" : "")}{a.Request.From:MM-dd'T'HH:mm}..{a.Request.To:MM-dd'T'HH:mm}")));
    }

    [Fact]
    public async Task Leaves_a_paused_pipeline_alone_and_catches_up_when_it_goes_on()
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), "schedule: '0 * * * *'\nstart: 2026-03-01");
        await using var starter = new Starter(bench.Orders, bench.Sensors, () => bench.Workspace, bench.Clock);
        await bench.Workspace.Store.SetAsync("shop", true, "ann", bench.Clock.GetUtcNow(), CancellationToken.None);
        await Schedules(bench, starter).LookAsync(bench.Pipeline, CancellationToken.None);
        Assert.Empty(bench.Asked);

        await bench.Workspace.Store.SetAsync("shop", false, "ann", bench.Clock.GetUtcNow(), CancellationToken.None);
        await Schedules(bench, starter).LookAsync(bench.Pipeline, CancellationToken.None);
        Assert.Single(bench.Asked);
    }

    [Fact]
    public async Task A_schedule_that_did_not_fire_is_overdue_until_it_does()
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T11:59Z"), "schedule: '0 * * * *'");
        await using var starter = new Starter(bench.Orders, bench.Sensors, () => bench.Workspace, bench.Clock);
        var (clock, ticks) = ((FakeClock)bench.Clock, new TickStore(bench.Workspace.Store, bench.Clock));
        Task<OverdueRun?> FindAsync() => OverdueRun.FindAsync(bench.Pipeline, ticks, starter, bench.Workspace, TimeSpan.FromMinutes(10), clock.GetUtcNow(), CancellationToken.None);
        await Schedules(bench, starter).LookAsync(bench.Pipeline, CancellationToken.None);

        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(await FindAsync()); // nine minutes late
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(("shop", "2026-03-05T12:00"), (await FindAsync() is var late ? late!.Pipeline : "", late!.Tick.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture)));
        await Schedules(bench, starter).LookAsync(bench.Pipeline, CancellationToken.None);
        Assert.Contains("has not begun", (await FindAsync())!.Why, StringComparison.Ordinal); // asked for, and waits
        await bench.EndAsync();
        Assert.Null(await FindAsync());
    }

    static Schedules Schedules(Bench bench, Starter starter) => new(bench.Orders, starter, new(bench.Workspace.Store, bench.Clock), () => bench.Workspace, bench.Clock);
}
