namespace Cartage.Host.Gen.Sellers;

/// <summary>Someone who sells, and where.</summary>
sealed record Seller(string Id, string[] Countries);

/// <summary>One seller's listing of one thing on one day; without a price it cannot be had.</summary>
sealed record Listing(Item Item, string Country, decimal? Price, decimal? OldPrice, int Offers, string? Bought, string? Rating, int? Ratings);

/// <summary>An invented marketplace: what is listed by whom on which day; everything follows from the seed.</summary>
sealed class Marketplace
{
    public const int ItemsPerScale = 180;
    public const int PageSize = 48;
    public const int Repeats = 2;

    /// <summary>The first day that prices are known of.</summary>
    public static readonly DateOnly FirstDay = new(2025, 1, 6);

    public static readonly Seller[] Sellers =
        [new("A1HALCYON0SHOPS", ["US", "GB"]), new("A2PARCELBARN07", ["US", "DE"]), new("A3MONSOONTRADE", ["IN"])];

    /// <summary>Every country somebody sells in.</summary>
    public static readonly string[] Countries = [.. Sellers.SelectMany(s => s.Countries).Distinct()];

    static readonly string?[] Bands = [null, "50+ bought in past month", "100+ bought in past month", "500+ bought in past month", "1K+ bought in past month", "10K+ bought in past month"];

    readonly Dictionary<string, Item> _byAsin;

    public Marketplace(long seed, int scale)
    {
        Chance = new(seed);
        Items = [.. Enumerable.Range(0, ItemsPerScale * scale).Select(id => Item.Make(Chance, id)).DistinctBy(i => i.Asin)];
        _byAsin = Items.ToDictionary(i => i.Asin);
    }

    public Chance Chance { get; }

    public IReadOnlyList<Item> Items { get; }

    public Item? Find(string asin) => _byAsin.GetValueOrDefault(asin);

    /// <summary>Everything a seller lists in a country on a day, in the order it is shown.</summary>
    public IReadOnlyList<Listing> Of(string sellerId, string country, DateOnly day) =>
        Array.FindIndex(Sellers, s => s.Id == sellerId && s.Countries.Contains(country)) is >= 0 and var seller
            ? [.. Items.Where(i => Chance.Share("lists", i.Id, seller) < 0.45 && Chance.Share("gone", i.Id, Block(day, i.Id, 9)) > 0.02).Select(i => At(i, seller, country, day))]
            : [];

    /// <summary>What a search finds: the cheapest-ranked seller of each thing whose title has the words.</summary>
    public IReadOnlyList<Listing> Search(string words, string country, DateOnly day) =>
        [.. Items.Where(i => i.Title.Contains(words, StringComparison.OrdinalIgnoreCase)).Select(i => At(i, Chance.Die(Sellers.Length, "wins", i.Id), country, day))];

    /// <summary>A page of what is shown, 1-based; it begins with the last things of the page before.</summary>
    public static IReadOnlyList<T> Page<T>(IReadOnlyList<T> all, int page) =>
        page == 1 ? [.. all.Take(PageSize)]
        : all.Count <= PageSize + (page - 2) * (PageSize - Repeats) ? []
        : [.. all.Skip(PageSize + (page - 2) * (PageSize - Repeats) - Repeats).Take(PageSize)];

    Listing At(Item item, int seller, string country, DateOnly day)
    {
        var factor = (decimal)(0.82 + 0.3 * Chance.Share("offer", item.Id, seller + 10 * Block(day, item.Id, 4)));
        decimal? price = Chance.Share("out", item.Id, seller + 10 * Block(day, item.Id, 3)) < 0.05 ? null : Math.Round(item.Price * factor * Rate(country), 2);
        var rated = Chance.Share("rated", item.Id) > 0.08;
        return new(
            item, country, price, price is { } p && Chance.Share("was", item.Id) < 0.3 ? Math.Round(p * 1.25m, 2) : null, price is null ? 0 : 1 + Chance.Die(6, "offers", item.Id),
            Bands[Math.Clamp(Chance.Die(Bands.Length, "band", item.Id) + Chance.Die(3, "demand", item.Id, Block(day, item.Id, 5)) - 1, 0, Bands.Length - 1)],
            rated ? (3 + 2 * Chance.Share("stars", item.Id)).ToString(Chance.Die(5, "whole", item.Id) == 0 ? "0" : "0.0", System.Globalization.CultureInfo.InvariantCulture) : null,
            rated ? 1 + Chance.Die(30000, "ratings", item.Id) : Chance.Die(2, "none", item.Id) == 0 ? 0 : null
        );
    }

    // What holds for some days holds for other days for another thing.
    static long Block(DateOnly day, int id, int days) => (day.DayNumber + id * 7L) / days;

    static decimal Rate(string country) => country switch { "GB" => 0.8m, "DE" => 0.95m, "IN" => 83m, _ => 1m };
}
