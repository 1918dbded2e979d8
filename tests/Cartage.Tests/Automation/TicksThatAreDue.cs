using System.Globalization;
using Cartage.Projects;
using Cartage.Triggers;

namespace Cartage.Tests.Automation;

/// <summary>Which ticks are run, by catchup, from what is known.</summary>
public sealed class TicksThatAreDue
{
    const string NewYork = "America/New_York"; // 2026: forward on 8 March at 2:00, back on 1 November at 2:00

    [Theory]
    // On time: every kind of catchup runs the tick.
    [InlineData("0 2 * * *", Catchup.Latest, "03-05T00:00", "", "03-05T02:00:01", "03-05T02:00")]
    [InlineData("0 2 * * *", Catchup.None, "03-05T00:00", "", "03-05T02:00:01", "03-05T02:00")]
    [InlineData("0 2 * * *", Catchup.All, "03-05T00:00", "", "03-05T02:00:01", "03-05T02:00")]
    // Done with, and not yet.
    [InlineData("0 2 * * *", Catchup.Latest, "03-05T00:00", "03-05T02:00", "03-05T02:10", "")]
    [InlineData("0 2 * * *", Catchup.Latest, "03-05T00:00", "", "03-05T01:59:59", "")]
    // Missed for three days.
    [InlineData("0 2 * * *", Catchup.Latest, "03-02T00:00", "", "03-04T12:00", "03-04T02:00")]
    [InlineData("0 2 * * *", Catchup.None, "03-02T00:00", "", "03-04T12:00", "")]
    [InlineData("0 2 * * *", Catchup.All, "03-02T00:00", "", "03-04T12:00", "03-04T02:00 <03-02T02:00 <03-03T02:00")]
    [InlineData("0 2 * * *", Catchup.All, "03-02T00:00", "03-03T02:00", "03-04T12:00", "03-04T02:00 <03-02T02:00")]
    // A tick before the beginning is none.
    [InlineData("0 2 * * *", Catchup.All, "03-04T03:00", "", "03-04T12:00", "")]
    public void Are_these(string cron, Catchup catchup, string since, string handled, string now, string due) =>
        Assert.Equal(due, string.Join(' ', Due(cron, catchup, "UTC", since, handled, now).Select(d => $"{(d.Behind ? "<" : "")}{d.At:MM-dd'T'HH:mm}")));

    [Fact]
    public void Missed_ticks_come_in_portions_the_fresh_one_first()
    {
        var due = Due("0 * * * *", Catchup.All, "UTC", "01-01T00:00", "", "03-01T00:00");

        Assert.Equal(21, due.Count);
        Assert.Equal((Utc("03-01T00:00"), false), (due[0].At, due[0].Behind));
        Assert.All(due.Skip(1), d => Assert.True(d.Behind));
        Assert.Equal(Utc("01-01T01:00"), due[1].At);
    }

    [Fact]
    public void Intervals_of_missed_ticks_touch_without_a_gap()
    {
        var due = Due("0 2 * * *", Catchup.All, NewYork, "03-06T12:00", "", "03-10T12:00").OrderBy(d => d.At).ToList();

        Assert.Equal(Utc("03-06T12:00"), due[0].From);
        Assert.All(due.Zip(due.Skip(1)), x => Assert.Equal(x.First.At, x.Second.From));
    }

    // A day has 23 hours in spring and 25 in autumn; a schedule of set hours ticks once in each, one of every hour by elapsed time.
    [Theory]
    [InlineData("30 2 * * *", "03-07T12:00", "03-09T12:00", "03-08T07:00 03-09T06:30")]
    [InlineData("30 1 * * *", "10-31T12:00", "11-02T12:00", "11-01T05:30 11-02T06:30")]
    [InlineData("@hourly", "03-08T05:30", "03-08T08:30", "03-08T06:00 03-08T07:00 03-08T08:00")]
    [InlineData("@hourly", "11-01T04:30", "11-01T07:30", "11-01T05:00 11-01T06:00 11-01T07:00")]
    public void Where_clocks_change_none_is_lost_and_none_is_twice(string cron, string since, string until, string ticks)
    {
        HashSet<DateTimeOffset> handled = [];
        List<DateTimeOffset> run = [];
        for (var now = Utc(since); now <= Utc(until); now += TimeSpan.FromMinutes(1))
            foreach (var due in DueTicks.Of(Pipeline(cron, Catchup.Latest, NewYork), new(Utc(since), handled), now))
                if (handled.Add(due.At))
                    run.Add(due.At);

        Assert.Equal(ticks, string.Join(' ', run.Select(t => t.ToString("MM-dd'T'HH:mm", CultureInfo.InvariantCulture))));
    }

    static IReadOnlyList<DueTick> Due(string cron, Catchup catchup, string zone, string since, string handled, string now) =>
        DueTicks.Of(Pipeline(cron, catchup, zone), new(Utc(since), handled.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Utc).ToHashSet()), Utc(now));

    static Pipeline Pipeline(string cron, Catchup catchup, string zone) =>
        new("shop", "pipeline.yml") { Schedule = Cron.TryParse(cron, out var read, out _) ? read : null, Catchup = catchup, TimeZone = TimeZoneInfo.FindSystemTimeZoneById(zone) };

    static DateTimeOffset Utc(string text) => DateTimeOffset.Parse("2026-" + text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
