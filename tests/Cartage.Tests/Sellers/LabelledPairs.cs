namespace Cartage.Tests.Sellers;

/// <summary>A listing and an offer, and whether they are the same thing.</summary>
public sealed record LabelledPair(string Kind, bool Same, Listed Listing, Offered Offer);

/// <summary>A listed thing; codes are as the API gives them.</summary>
public sealed record Listed(string Asin, string Title, params string[] Codes);

/// <summary>A row of a price list.</summary>
public sealed record Offered(string Sku, string Asin = "", string Gtin = "", string Brand = "", string Model = "", string Title = "");

/// <summary>Five hundred pairs: some written by hand, the rest by rules of their own that the matcher knows nothing of.</summary>
public sealed class LabelledPairs
{
    static readonly string[] Brands = ["Arvika", "Belmora", "Cindrel", "Dorvane", "Elstow", "Fennick", "Gravure", "Hollin", "Istrell", "Jorvik Bay", "Kelmscott", "Lorne & Reed", "Mosswell", "Nerida", "Orrin", "Pell Street"];

    static readonly (string Noun, string Other, string[] Sorts, string[] Sizes)[] Things =
    [
        ("Frying Pan", "frypan pan", ["Copper", "Ceramic", "Granite"], ["20 cm|20cm", "24 cm|24cm", "28 cm|0.28 m"]),
        ("Hand Cream", "cream for hands", ["Lavender", "Almond", "Shea"], ["75 ml|75ml", "100 ml|0.1 l", "250 ml|250 millilitres"]),
        ("Floor Lamp", "standing lamp", ["Arc", "Tripod", "Column"], ["150 cm|1.5 m", "165 cm|165cm"]),
        ("Protein Powder", "powder protein", ["Vanilla", "Chocolate", "Pea"], ["500 g|0.5 kg", "1 kg|1000 g", "2 kg|2kg"]),
        ("Garden Hose", "hose for the garden", ["Expandable", "Reinforced", "Soaker"], ["15 m|15 metres", "30 m|30m"]),
        ("Picture Frame", "frame", ["Oak", "Walnut", "Aluminium"], ["30 cm|30cm", "40 cm|0.4 m"]),
        ("Tablet Stand", "stand for tablets", ["Foldable", "Swivel", "Magnetic"], ["11 inch|11\"", "13 inch|13in"]),
        ("Laundry Detergent", "detergent", ["Sensitive", "Alpine", "Wool"], ["1 L|1000 ml", "1.5 L|1,5 l", "3 L|3l"]),
        ("Paint Roller", "roller", ["Foam", "Microfibre", "Mohair"], ["100 mm|10 cm", "180 mm|18cm"]),
        ("Dumbbell", "hand weight", ["Neoprene", "Chrome", "Rubber"], ["2 kg|2000 g", "5 kg|5kg", "10 kg|10 kilograms"]),
    ];

    static readonly string[] Features = ["Easy to Clean", "for Home and Office", "Award Winning Design", "Lightweight", "Gift Idea", "Professional Quality", "Improved Version"];
    static readonly string[] Colours = ["Red", "Blue", "Green", "Black", "White", "Pink"];

    readonly Random _chance = new(20250106);
    readonly List<LabelledPair> _pairs = [];
    int _made;

    LabelledPairs() { }

    /// <summary>The pairs, always the same.</summary>
    public static IReadOnlyList<LabelledPair> All()
    {
        var made = new LabelledPairs();
        made.ByHand();
        made.Repeat(30, made.SpelledAsin);
        made.Repeat(35, made.UpcAgainstEan);
        made.Repeat(20, made.CodeInAnotherNotation);
        made.Repeat(15, made.IsbnAgainstEan);
        made.Repeat(10, made.WrongCheckDigit);
        made.Repeat(20, made.AnotherCode);
        made.Repeat(10, made.CodeOfTheCase);
        made.Repeat(90, made.Reworded);
        made.Repeat(35, made.AnotherSize);
        made.Repeat(20, made.AnotherColour);
        made.Repeat(25, made.AnotherModel);
        made.Repeat(35, made.SamePack);
        made.Repeat(40, made.AnotherPack);
        return made._pairs;
    }

    void ByHand()
    {
        Listed? listing = null;
        foreach (var line in File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Sellers", "pairs.txt")).Where(l => l.Length > 0 && l[0] != '#'))
            if (line[0] is '+' or '-')
            {
                var fields = line[1..].Split('|', StringSplitOptions.TrimEntries);
                _pairs.Add(new("by hand", line[0] == '+', listing!, new(Sku(), Brand: fields[0], Model: fields[1], Title: fields[2])));
            }
            else
                listing = new(Asin(), line);
    }

    LabelledPair SpelledAsin()
    {
        var thing = Make();
        return new("ASIN", true, thing.Listing, new(Sku(), Asin: Pick($" {thing.Listing.Asin}", thing.Listing.Asin.ToLowerInvariant(), thing.Listing.Asin + " "), Title: Pick("", thing.Noun)));
    }

    LabelledPair UpcAgainstEan()
    {
        var upc = Checked(Digits(11));
        var thing = Make("0" + upc);
        return new("UPC against EAN", true, thing.Listing, new(Sku(), Gtin: upc, Title: Pick("", $"item {_made}", thing.Noun)));
    }

    LabelledPair CodeInAnotherNotation()
    {
        var ean = Checked("4" + Digits(11));
        var thing = Make(ean);
        return new("code in another notation", true, thing.Listing, new(Sku(), Gtin: Pick("0" + ean, $"{ean[0]} {ean[1..7]} {ean[7..]}", $"{ean[..3]}-{ean[3..8]}-{ean[8..12]}-{ean[12]}")));
    }

    LabelledPair IsbnAgainstEan()
    {
        var nine = Digits(9);
        var sum = nine.Select((c, i) => (c - '0') * (i + 1)).Sum() % 11;
        var listing = new Listed(Asin(), $"The {Pick("Quiet", "Northern", "Paper", "Seventh")} {Pick("Orchard", "Bridge", "Season", "Letter")} {_made}", Checked("978" + nine));
        return new("ISBN against EAN", true, listing, new(Sku(), Gtin: $"{nine[0]}-{nine[1..5]}-{nine[5..]}-{(sum == 10 ? "X" : sum.ToString())}"));
    }

    LabelledPair WrongCheckDigit()
    {
        var ean = Checked("5" + Digits(11));
        var thing = Make(ean);
        return new("wrong check digit", false, thing.Listing, new(Sku(), Gtin: ean[..12] + (char)('0' + (ean[12] - '0' + 3) % 10), Title: Make().Reworded));
    }

    LabelledPair AnotherCode()
    {
        var thing = Make(Checked("6" + Digits(11)));
        return new("another code", false, thing.Listing, new(Sku(), Gtin: Checked("6" + Digits(11)), Brand: thing.Brand, Title: thing.Listing.Title));
    }

    LabelledPair CodeOfTheCase()
    {
        var ean = Checked("7" + Digits(11));
        var thing = Make(ean);
        return new("code of the case", false, thing.Listing, new(Sku(), Gtin: Checked("1" + ean[..12]), Title: $"{thing.Reworded} carton of 12"));
    }

    LabelledPair Reworded()
    {
        var thing = Make();
        return new("reworded", true, thing.Listing, Offer(thing, thing.Reworded));
    }

    LabelledPair AnotherSize()
    {
        var thing = Make();
        var other = thing.Sizes.First(s => s != thing.Size);
        return new("another size", false, thing.Listing, Offer(thing, Words(thing, other.Split('|')[_chance.Next(2)], thing.Colour, "")));
    }

    LabelledPair AnotherColour()
    {
        var thing = Make();
        return new("another colour", false, thing.Listing, Offer(thing, Words(thing, thing.Size.Split('|')[1], Colours.First(c => c != thing.Colour), "")));
    }

    LabelledPair AnotherModel()
    {
        var thing = Make(model: true);
        var model = thing.Model[..^1] + (char)('0' + (thing.Model[^1] - '0' + 1 + _chance.Next(8)) % 10);
        return new("another model", false, thing.Listing, new(Sku(), Brand: thing.Brand, Model: _chance.Next(2) == 0 ? model : "", Title: $"{thing.Noun} {model} {thing.Sort}"));
    }

    LabelledPair SamePack()
    {
        var n = Pick(2, 3, 4, 6, 8, 12, 24);
        var thing = Make(pack: Pick($"(Pack of {n})", $"{n} Count", $"{n}-Pack", $"Set of {n}"));
        return new("same pack", true, thing.Listing, Offer(thing, Words(thing, thing.Size.Split('|')[1], thing.Colour, Pick($"{n} pcs", $"{n}pk", $"pack of {n}", $"{n} ct", n == 12 ? "dozen" : $"{n} pieces"))));
    }

    LabelledPair AnotherPack()
    {
        var n = Pick(2, 3, 4, 6, 8, 12, 24);
        var thing = Make(pack: _chance.Next(4) == 0 ? "" : Pick($"(Pack of {n})", $"{n} Count", $"{n}-Pack", $"Set of {n}"));
        var other = n * Pick(2, 3);
        return new("another pack", false, thing.Listing, Offer(thing, Words(thing, thing.Size.Split('|')[1], thing.Colour, thing.Pack.Length > 0 && _chance.Next(3) == 0 ? "" : Pick($"{other} pcs", $"{other}pk", $"pack of {other}", $"{other} ct"))));
    }

    Thing Make(string? code = null, bool model = false, string pack = "")
    {
        _made++;
        // No two things have brand, noun and sort in common.
        var (brand, kind) = (Brands[_made % Brands.Length], Things[_made / Brands.Length % Things.Length]);
        var sort = $"{kind.Sorts[_made / (Brands.Length * Things.Length) % kind.Sorts.Length]}";
        var name = model || _chance.Next(3) == 0 ? $"{(char)('A' + _chance.Next(26))}{(char)('A' + _chance.Next(26))}-{_chance.Next(100, 9999)}" : "";
        var (size, colour) = (kind.Sizes[_chance.Next(kind.Sizes.Length)], Colours[_chance.Next(Colours.Length)]);
        var title = string.Join(' ', new[] { brand, name, sort, kind.Noun, Pick(Features) }.Where(p => p.Length > 0)) + $", {size.Split('|')[0]}, {colour}{(pack.Length > 0 ? " " + pack : "")}";
        var thing = new Thing(new(Asin(), title, code is null ? [] : [code]), brand, name, sort, kind.Noun, kind.Other, size, kind.Sizes, colour, pack);
        return thing with { Reworded = Words(thing, size.Split('|')[_chance.Next(2)], colour, "") };
    }

    // The other way round, with other words for the same, and what distributors add.
    string Words(Thing thing, string size, string colour, string pack) =>
        string.Join(' ', new[] { _chance.Next(3) == 0 ? thing.Other : thing.Noun.ToLowerInvariant(), Pick(thing.Sort, thing.Sort.ToUpperInvariant()), _chance.Next(3) == 0 ? thing.Model.Replace("-", "") : thing.Model, colour.ToLowerInvariant(), size, pack, Pick("", "", "NEW", "retail box") }.Where(p => p.Length > 0));

    Offered Offer(Thing thing, string words) =>
        _chance.Next(2) == 0 ? new(Sku(), Brand: Pick(thing.Brand, thing.Brand.ToUpperInvariant()), Title: words) : new(Sku(), Title: $"{thing.Brand} {words}");

    void Repeat(int times, Func<LabelledPair> make)
    {
        for (var i = 0; i < times; i++)
            _pairs.Add(make());
    }

    T Pick<T>(params T[] choices) => choices[_chance.Next(choices.Length)];

    string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(i => (char)('0' + (i == 0 ? 1 + _chance.Next(8) : _chance.Next(10)))));

    string Sku() => $"S-{_pairs.Count:D4}";

    string Asin() => $"B0{_pairs.Count:D4}{_chance.Next(1000, 10000)}";

    // Every other digit from the right counts three times.
    static string Checked(string digits) => digits + (10 - digits.Reverse().Select((c, i) => (c - '0') * (i % 2 == 0 ? 3 : 1)).Sum() % 10) % 10;

    sealed record Thing(Listed Listing, string Brand, string Model, string Sort, string Noun, string Other, string Size, string[] Sizes, string Colour, string Pack)
    {
        public string Reworded { get; init; } = "";
    }
}
