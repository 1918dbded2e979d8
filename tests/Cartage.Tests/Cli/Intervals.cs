using Cartage.Host;
using Cartage.Host.Commands;

namespace Cartage.Tests.Cli;

public sealed class Intervals
{
    static readonly TimeZoneInfo Bangkok = TimeZoneInfo.FindSystemTimeZoneById("Asia/Bangkok");

    [Fact]
    public void Read_a_bare_date_as_midnight_where_the_pipeline_is() =>
        Assert.Equal(new DateTimeOffset(2016, 1, 1, 17, 0, 0, TimeSpan.Zero), RunArguments.Instant("--from", "2016-01-02", Bangkok));

    [Fact]
    public void Read_a_time_with_a_zone_as_it_says() =>
        Assert.Equal(new DateTimeOffset(2016, 1, 2, 6, 0, 0, TimeSpan.Zero), RunArguments.Instant("--from", "2016-01-02T06:00:00Z", Bangkok));

    [Fact]
    public void Tile_a_backfill_without_gaps()
    {
        var intervals = BackfillCommand.Intervals("2016-01-01..2016-01-11", TimeSpan.FromDays(3), TimeZoneInfo.Utc).ToList();

        Assert.Equal(4, intervals.Count);
        Assert.Equal(TimeSpan.FromDays(1), intervals[^1].End - intervals[^1].Start);
        Assert.All(intervals.Zip(intervals.Skip(1)), x => Assert.Equal(x.First.End, x.Second.Start));
    }

    [Theory]
    [InlineData("2016-03-25..2016-03-30"), InlineData("2016-10-28..2016-11-02")]
    public void Cut_a_backfill_at_midnight_where_clocks_change_too(string span)
    {
        var paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");
        var intervals = BackfillCommand.Intervals(span, TimeSpan.FromDays(1), paris).ToList();

        Assert.Equal(5, intervals.Count);
        Assert.All(intervals, x => Assert.Equal(TimeSpan.Zero, TimeZoneInfo.ConvertTime(x.End, paris).TimeOfDay));
        Assert.All(intervals.Zip(intervals.Skip(1)), x => Assert.Equal(x.First.End, x.Second.Start));
    }

    [Theory]
    [InlineData("2016-01-02..2016-01-01", "ends before it starts")]
    [InlineData("2016-01-01", "not a span")]
    [InlineData("yesterday..2016-01-01", "not a date")]
    public void Refuse_what_is_no_span(string typed, string said) =>
        Assert.Contains(said, Assert.Throws<UsageException>(() => BackfillCommand.Intervals(typed, TimeSpan.FromDays(1), TimeZoneInfo.Utc)).Message, StringComparison.Ordinal);

    // Where a zone or an overlap is taken off there must be time left.
    [Theory]
    [InlineData("0001-01-01", "Asia/Bangkok"), InlineData("0001-01-01", "UTC"), InlineData("0001-01-01T00:00:00Z", "UTC"), InlineData("9999-12-31", "America/New_York"), InlineData("9999-12-31T23:59:59.9999999", "UTC")]
    public void Refuse_the_ends_of_time(string typed, string zone) =>
        Assert.Equal($"--from {typed}: its year is not between 1900 and 9000.", Assert.Throws<UsageException>(() => RunArguments.Instant("--from", typed, TimeZoneInfo.FindSystemTimeZoneById(zone))).Message);

    [Theory]
    [InlineData("5m", 300)]
    [InlineData("1h30m", 5400)]
    [InlineData("2d", 172800)]
    public void Read_durations(string typed, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Spans.Parse("--every", typed));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("m5")]
    [InlineData("0d")]
    public void Refuse_what_is_no_duration(string typed) => Assert.Throws<UsageException>(() => Spans.Parse("--every", typed));
}
