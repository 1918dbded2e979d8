using System.Globalization;
using Cartage.Projects;
using FsCheck;
using FsCheck.Fluent;

namespace Cartage.Tests.Projects;

/// <summary>When a schedule ticks.</summary>
public sealed class Schedules
{
    const string NewYork = "America/New_York"; // 2026: forward on 8 March at 2:00, back on 1 November at 2:00

    [Theory]
    [InlineData("0 2 * * *", "2026-01-01T01:59", "2026-01-01T02:00")]
    [InlineData("0 2 * * *", "2026-01-01T02:00", "2026-01-02T02:00")]
    [InlineData("*/15 * * * *", "2026-01-01T23:50", "2026-01-02T00:00")]
    [InlineData("5-59/20 9-17 * * mon-fri", "2026-01-02T17:46", "2026-01-05T09:05")]
    [InlineData("0 0 31 * *", "2026-01-31T00:00", "2026-03-31T00:00")]
    [InlineData("0 0 29 2 *", "2096-02-29T00:00", "2104-02-29T00:00")]
    [InlineData("0 0 13 * fri", "2026-01-01T12:00", "2026-01-02T00:00")] // either the 13th or a Friday
    [InlineData("0 0 13 * fri", "2026-01-09T12:00", "2026-01-13T00:00")]
    [InlineData("0 0 * * 7", "2026-01-01T00:00", "2026-01-04T00:00")]
    [InlineData("0 0 1,15 JUN,dec *", "2026-06-15T00:00", "2026-12-01T00:00")]
    [InlineData("10/30 * * * *", "2026-01-01T00:11", "2026-01-01T00:40")]
    [InlineData("@hourly", "2026-01-01T00:30", "2026-01-01T01:00")]
    [InlineData("@daily", "2026-01-01T00:00", "2026-01-02T00:00")]
    [InlineData("@weekly", "2026-01-01T00:00", "2026-01-04T00:00")]
    [InlineData("@monthly", "2026-01-01T00:00", "2026-02-01T00:00")]
    [InlineData("@yearly", "2026-01-01T00:00", "2027-01-01T00:00")]
    public void Next(string cron, string after, string next) => Assert.Equal(Utc(next), Cron(cron).Next(Utc(after), TimeZoneInfo.Utc));

    [Theory]
    [InlineData("0 2 * * *", "2026-01-01T02:00", "2026-01-01T02:00")]
    [InlineData("0 2 * * *", "2026-01-01T01:59:59", "2025-12-31T02:00")]
    [InlineData("0 0 29 2 *", "2104-02-28T00:00", "2096-02-29T00:00")]
    [InlineData("@monthly", "2026-03-31T12:00", "2026-03-01T00:00")]
    public void Last(string cron, string at, string last) => Assert.Equal(Utc(last), Cron(cron).Last(Utc(at), TimeZoneInfo.Utc));

    [Fact]
    public void In_its_time_zone() => Assert.Equal(Utc("2026-01-01T19:00"), Cron("0 2 * * *").Next(Utc("2026-01-01T00:00"), TimeZoneInfo.FindSystemTimeZoneById("Asia/Bangkok")));

    [Theory]
    // Set hours: once a day, at the end of the gap, at the first of two equal times.
    [InlineData("30 2 * * *", NewYork, "2026-03-07T12:00", "2026-03-09T12:00", "03-08T07:00 03-09T06:30")]
    [InlineData("0,20,40 2 * * *", NewYork, "2026-03-08T00:00", "2026-03-09T00:00", "03-08T07:00")]
    [InlineData("30 1 * * *", NewYork, "2026-10-31T12:00", "2026-11-02T12:00", "11-01T05:30 11-02T06:30")]
    [InlineData("@daily", NewYork, "2026-03-07T12:00", "2026-03-09T12:00", "03-08T05:00 03-09T04:00")]
    // Every hour: by elapsed time, through the gap and through both of two equal hours.
    [InlineData("@hourly", NewYork, "2026-03-08T05:30", "2026-03-08T08:30", "03-08T06:00 03-08T07:00 03-08T08:00")]
    [InlineData("@hourly", NewYork, "2026-11-01T04:30", "2026-11-01T07:30", "11-01T05:00 11-01T06:00 11-01T07:00")]
    [InlineData("*/30 * * * *", NewYork, "2026-11-01T05:00", "2026-11-01T07:00", "11-01T05:30 11-01T06:00 11-01T06:30 11-01T07:00")]
    // Midnight that is not there (Beirut goes forward at 0:00) and midnight that is there twice (Havana goes back at 1:00).
    [InlineData("@daily", "Asia/Beirut", "2026-03-28T12:00", "2026-03-30T12:00", "03-28T22:00 03-29T21:00")]
    [InlineData("@daily", "America/Havana", "2026-10-31T12:00", "2026-11-02T12:00", "11-01T04:00 11-02T05:00")]
    [InlineData("30 23 * * *", "Asia/Beirut", "2026-10-24T12:00", "2026-10-25T23:00", "10-24T20:30 10-25T21:30")]
    public void Where_clocks_change(string cron, string zone, string after, string until, string ticks) =>
        Assert.Equal(ticks, string.Join(' ', Cron(cron).Between(Utc(after), Utc(until), TimeZoneInfo.FindSystemTimeZoneById(zone)).Select(t => t.ToString("MM-dd'T'HH:mm", CultureInfo.InvariantCulture))));

    [Theory]
    [InlineData("0 2 * *", "there are 4 fields")]
    [InlineData("0 0 2 * * ?", "there are 6 fields")]
    [InlineData("60 2 * * *", "'60' is no minute: write *, */n, a number from 0 to 59, a range a-b or a list")]
    [InlineData("0 24 * * *", "'24' is no hour")]
    [InlineData("0 0 0 * *", "'0' is no day of month")]
    [InlineData("0 0 * janu *", "'janu' is no month: write *, */n, a number from 1 to 12, a name such as feb, a range a-b or a list")]
    [InlineData("0 0 * * 8", "'8' is no day of week")]
    [InlineData("0 5-3 * * *", "'5-3' is no hour")]
    [InlineData("*/0 * * * *", "'*/0' is no minute")]
    [InlineData("1,,2 * * * *", "'' is no minute")]
    [InlineData("-1 * * * *", "'-1' is no minute")]
    [InlineData("0 0 L * *", "'L' is no day of month")]
    [InlineData("0 0 31 4,6 *", "the day never comes: no month 4,6 has a day 31")]
    [InlineData("0 0 30 2 *", "the day never comes")]
    [InlineData("@dayly", "there is no preset '@dayly'; there are @hourly")]
    public void That_cannot_be_read(string text, string mistake)
    {
        Assert.False(Cartage.Projects.Cron.TryParse(text, out _, out var said));
        Assert.StartsWith(mistake, said, StringComparison.Ordinal);
    }

    // The definition, minute by minute, against the search.
    [Fact]
    public void Are_what_their_fields_say_at_every_minute() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(60),
            Prop.ForAll(
                (from minute in Gen.Elements("*", "*/7", "0", "30", "5-50/15", "1,2,59") from hour in Gen.Elements("*", "*/5", "3,4") from day in Gen.Elements("*", "13", "29-31") from month in Gen.Elements("*", "2", "3,11") from weekday in Gen.Elements("*", "1-5", "0")
                 from zone in Gen.Elements("UTC", NewYork, "Asia/Kathmandu", "Australia/Lord_Howe") from start in Gen.Choose(0, 365 * 24 * 60) select ($"{minute} {hour} {day} {month} {weekday}", zone, start)).ToArbitrary(),
                x =>
                {
                    var (text, zone, cron, from) = (x.Item1, TimeZoneInfo.FindSystemTimeZoneById(x.zone), Cron(x.Item1), Utc("2026-01-01T00:00").AddMinutes(x.start));
                    var open = text.Split(' ')[1].StartsWith('*');
                    var expected = Enumerable.Range(1, 6 * 24 * 60).Select(n => from.AddMinutes(n)).Where(t => Says(text, TimeZoneInfo.ConvertTime(t, zone).DateTime) && (open || IsFirst(t, zone))).ToList();
                    var ticks = cron.Between(from, from.AddDays(6), zone).ToList();
                    Assert.Equal(expected, open ? ticks : ticks.Where(t => Says(text, TimeZoneInfo.ConvertTime(t, zone).DateTime)));
                    foreach (var (tick, next) in ticks.Zip(ticks.Skip(1)).Take(20))
                        Assert.Equal((next, tick, next), (cron.Next(tick, zone), cron.Last(next.AddTicks(-1), zone), cron.Last(next, zone)));
                }));

    static bool IsFirst(DateTimeOffset at, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(at, zone) is var local && (!zone.IsAmbiguousTime(local.DateTime) || local.Offset == zone.GetAmbiguousTimeOffsets(local.DateTime).Max());

    static bool Says(string text, DateTime at)
    {
        var parts = text.Split(' ');
        var (day, weekday) = (Holds(parts[2], at.Day, 1), Holds(parts[4], (int)at.DayOfWeek, 0));
        return Holds(parts[0], at.Minute, 0) && Holds(parts[1], at.Hour, 0) && Holds(parts[3], at.Month, 1) && (parts[2] == "*" || parts[4] == "*" ? day && weekday : day || weekday);
    }

    static bool Holds(string field, int value, int least) =>
        field.Split(',').Any(item =>
        {
            var (range, step) = item.Split('/') is [var r, var s] ? (r, int.Parse(s, CultureInfo.InvariantCulture)) : (item, 1);
            var bounds = range == "*" ? [least, 99] : range.Split('-').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            return value >= bounds[0] && value <= bounds[^1] && (value - bounds[0]) % step == 0;
        });

    static Cron Cron(string text) => Cartage.Projects.Cron.TryParse(text, out var cron, out var mistake) ? cron : throw new FormatException(mistake);

    static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
