using Cartage.Host.Gen.Sellers;

namespace Cartage.Host.Gen;

/// <summary>What was asked for: where to, how much, and the seed that decides everything else.</summary>
public sealed record GenRequest(string Folder, int Scale = 1, int Days = 30, int Changes = 0, bool Dirt = false, long Seed = 42);

/// <summary>A kind of data that can be made, and what one unit of scale of it is.</summary>
sealed record Dataset(string Name, string AtScale1, Func<GenRequest, CancellationToken, Task<GenSummary>> WriteAsync)
{
    /// <summary>Whether a number of days means anything to it.</summary>
    public bool HasDays { get; init; }

    /// <summary>Whether it can add days of changes.</summary>
    public bool HasChanges { get; init; }
}

/// <summary>The one list of what <c>gen</c> can make, each by the name of the example that reads it.</summary>
static class Datasets
{
    public static IReadOnlyList<Dataset> All { get; } =
    [
        new("bike-store", "1,615 orders", (r, ct) => BikeStore.WriteAsync(new(r.Folder, r.Scale, r.Changes, r.Dirt, r.Seed), ct)) { HasChanges = true },
        new("order-metrics", "about 60 orders a day", OrderMetrics.WriteAsync) { HasDays = true },
        new("retail", "about 1,300 invoice lines a day", Retail.WriteAsync) { HasDays = true },
        new("seller-catalog", "180 things for sale", (r, ct) => SellerCatalog.WriteAsync(r.Folder, r.Scale, r.Changes, r.Seed, ct)) { HasChanges = true },
        new("transactions", "about 100 transactions a day", Transactions.WriteAsync) { HasDays = true },
    ];

    public static Dataset? Find(string name) => All.FirstOrDefault(x => x.Name == name);
}
