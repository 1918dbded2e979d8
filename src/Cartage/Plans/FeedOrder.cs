using Cartage.Ingest;
using Cartage.Models;

namespace Cartage.Plans;

/// <summary>Feeds so that each comes after those it refers to.</summary>
public static class FeedOrder
{
    /// <summary>Parents first; feeds that refer to themselves or in a circle keep the order they were written in.</summary>
    public static IReadOnlyList<Feed> Sort(IReadOnlyList<Feed> feeds)
    {
        var byName = feeds.ToDictionary(f => f.Name);
        var reads = feeds.ToDictionary(
            f => f.Name,
            f => (IReadOnlyList<string>)[.. f.Columns.Select(c => c.References?.Feed).Where(r => r is not null && r != f.Name && byName.ContainsKey(r)).Distinct()!]
        );
        var (order, cycle) = ModelGraph.Sort(reads);
        return cycle is null ? [.. order.Select(n => byName[n])] : feeds;
    }
}
