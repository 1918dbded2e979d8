using System.Globalization;

namespace Cartage.Host.Gen.Sellers;

/// <summary>One thing in the marketplace's catalogue: its identifiers, title as buyers see it, and list price in dollars. A book's ASIN is its ISBN-10.</summary>
sealed record Item(int Id, string Asin, string Ean, string Brand, string Model, string Noun, string Size, string Colour, int Pack, string Title, decimal Price)
{
    /// <summary>Three in a row share a model and differ in size, pack or colour; every fifteenth is a book.</summary>
    public static Item Make(Chance chance, int id)
    {
        if (id % 15 == 14)
            return Book(chance, id);
        var family = id / 3;
        var (kind, brand) = (chance.Pick(Goods.Kinds, "kind", family), chance.Pick(Goods.Brands, "brand", family));
        var model = $"{brand[..2].ToUpperInvariant()}{kind.Letter}-{100 + family}";
        var variant = id % 3 + chance.Die(3, "variant", family);
        var size = kind.Sizes.Length == 0 ? "" : kind.Sizes[variant % kind.Sizes.Length];
        var pack = kind.Packs[(kind.Sizes.Length == 0 ? variant : variant / 2) % kind.Packs.Length];
        var colour = kind.Coloured ? Goods.Colours[variant % Goods.Colours.Length] : "";
        var feature = chance.Pick(kind.Features, "feature", family);
        var price = Math.Round(kind.Price * (decimal)(0.7 + 1.1 * chance.Share("price", family)) * (0.85m + 0.15m * pack) * (1 + 0.1m * (variant % 3)), 2);
        var title = $"{brand} {model} {kind.Noun} {(feature.StartsWith("with", StringComparison.Ordinal) || feature.StartsWith("for", StringComparison.Ordinal) ? feature : $"– {feature}")}{Part(size)}{Part(colour)}{(pack > 1 ? chance.Die(2, "pack", id) == 0 ? $" (Pack of {pack})" : $", {pack} Count" : "")}";
        return new(id, Asin10(chance, id), Gtin.Ean13(family % 2 == 0 ? $"020{id:D9}" : $"200{id:D9}"), brand, model, kind.Noun, size, colour, pack, title, price);
    }

    static Item Book(Chance chance, int id)
    {
        var title = $"{chance.Pick(Goods.BookWords, "book", id)} {chance.Pick(Goods.BookEnds, "end", id)}: A Novel, Volume {1 + id % 9}";
        var body = string.Create(CultureInfo.InvariantCulture, $"{100000000 + id:D9}");
        return new(id, Gtin.Isbn10(body), Gtin.Ean13("978" + body), "", "", "Book", "", "", 1, title, 8 + id % 11 + 0.99m);
    }

    static string Part(string text) => text.Length == 0 ? "" : ", " + text;

    static string Asin10(Chance chance, int id) => "B0" + string.Concat(Enumerable.Range(0, 4).Select(i => "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"[chance.Die(34, "asin", id, i)])) + ((char)('A' + id / 1000 % 26)) + id.ToString("D3", CultureInfo.InvariantCulture)[^3..];
}

/// <summary>Check digits as GS1 and ISO 2108 define them.</summary>
static class Gtin
{
    public static string Ean13(string twelve) => twelve + (10 - twelve.Select((c, i) => (c - '0') * (i % 2 == 0 ? 1 : 3)).Sum() % 10) % 10;

    public static string Isbn10(string nine)
    {
        var check = (11 - nine.Select((c, i) => (c - '0') * (10 - i)).Sum() % 11) % 11;
        return nine + (check == 10 ? "X" : check.ToString(CultureInfo.InvariantCulture));
    }
}
