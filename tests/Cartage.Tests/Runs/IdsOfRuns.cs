using Cartage.Runs;

namespace Cartage.Tests.Runs;

/// <summary>Run ids are short, and sort by start.</summary>
public sealed class IdsOfRuns
{
    static readonly DateTimeOffset Start = new(2030, 1, 1, 2, 0, 0, TimeSpan.Zero);

    readonly RunIds _ids = new();

    [Fact]
    public void Look_like_a_time_and_four_letters() => Assert.Matches("^20300101T0[0-9]{5}Z-[a-z2-9]{4}$", _ids.Next(Start));

    [Fact]
    public void Within_one_second_sort_by_start()
    {
        var later = Enumerable.Range(0, 2000).Select(n => _ids.Next(Start.AddHours(1).AddMicroseconds(n * 499))).ToList();

        Assert.Equal(later.Order(StringComparer.Ordinal), later);
        Assert.Equal(later.Count, later.Distinct().Count());
    }

    [Fact]
    public async Task At_one_instant_are_still_different()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 5000).Select(_ => _ids.Next(Start)).ToList())));

        Assert.All(ids, mine => Assert.Equal(mine.Order(StringComparer.Ordinal), mine));
        Assert.Equal(20_000, ids.SelectMany(x => x).Distinct().Count());
    }
}
