using System.Globalization;
using System.Text;

namespace Cartage.Host.Gen.Sellers;

/// <summary>What distributors offer, as CSV files the way they send them: some with ASINs, some with codes in one notation or another, some with a brand and a model, some with no more than words.</summary>
sealed class PriceLists(Marketplace market)
{
    static readonly string[] Distributors = ["northgate", "baltic-trade", "meridian"];

    Chance Chance => market.Chance;

    /// <summary>Writes a file each into a folder and returns its rows by name.</summary>
    public IEnumerable<(string Name, long Rows, long Bytes)> Write(string folder)
    {
        Directory.CreateDirectory(folder);
        for (var d = 0; d < Distributors.Length; d++)
        {
            StringBuilder csv = new("distributor,sku,asin,gtin,brand,model,title,unit_cost,currency,stock\n");
            long rows = 0;
            foreach (var item in market.Items.Where(i => Chance.Share("offered", i.Id, d) < 0.4))
            {
                csv.AppendJoin(',', Row(item, d).Select(Field)).Append('\n');
                rows++;
            }
            foreach (var unknown in Enumerable.Range(0, 3))
            {
                csv.AppendJoin(',', new[] { Distributors[d], $"X-{unknown}", "", "", "", "", $"Assorted remainder lot {unknown + 1}", "1.00", "USD", "1" }.Select(Field)).Append('\n');
                rows++;
            }
            var path = Path.Combine(folder, $"{Distributors[d]}.csv");
            File.WriteAllText(path, csv.ToString());
            yield return (Distributors[d], rows, new FileInfo(path).Length);
        }
    }

    string[] Row(Item item, int d)
    {
        var how = Chance.Share("known by", item.Id, d);
        var cost = Math.Round(item.Price * (decimal)(0.5 + 0.35 * Chance.Share("cost", item.Id, d)), 2);
        var asin = how < 0.45 ? Chance.Die(12, "typed", item.Id, d) == 0 ? $" {item.Asin.ToLowerInvariant()}" : item.Asin : "";
        var gtin = how is >= 0.35 and < 0.75 ? Code(item, d) : "";
        var named = how >= 0.75 || Chance.Share("named", item.Id, d) < 0.5;
        return
        [
            Distributors[d], $"{Distributors[d][..2].ToUpperInvariant()}-{10000 + item.Id}", asin, gtin, named ? item.Brand.ToUpperInvariant() : "", named && how < 0.93 ? Model(item, d) : "", how < 0.93 ? Title(item, d) : InWords(item, d),
            cost.ToString(CultureInfo.InvariantCulture), "USD", Chance.Die(120, "stock", item.Id, d).ToString(CultureInfo.InvariantCulture),
        ];
    }

    // UPC-A, EAN-13, GTIN-14, a book's ISBN-10, with the hyphens some write; now and then a digit is wrong.
    string Code(Item item, int d) =>
        Chance.Die(6, "notation", item.Id, d) switch
        {
            0 => "0" + item.Ean,
            1 or 2 when item.Ean[0] == '0' => item.Ean[1..],
            3 when item.Noun == "Book" => item.Asin,
            4 => $"{item.Ean[..1]}-{item.Ean[1..7]}-{item.Ean[7..]}",
            5 when Chance.Die(10, "wrong", item.Id, d) == 0 => item.Ean[..12] + (char)('0' + (item.Ean[12] - '0' + 1) % 10),
            _ => item.Ean,
        };

    string Model(Item item, int d) => Chance.Die(3, "dash", item.Id, d) == 0 ? item.Model.Replace("-", "") : item.Model;

    string Title(Item item, int d) =>
        item.Noun == "Book"
            ? item.Title
            : string.Join(' ', new[] { item.Brand, item.Noun, item.Size.Replace(" ", ""), Chance.Die(3, "model in title", item.Id, d) > 0 ? item.Model : "", item.Colour, item.Pack > 1 ? Pack(item, d) : "" }.Where(p => p.Length > 0));

    // Known by words alone, and now and then by too few of them.
    string InWords(Item item, int d) => item.Noun != "Book" && Chance.Die(3, "brief", item.Id, d) == 0 ? string.Join(' ', new[] { item.Noun, item.Colour, item.Brand }.Where(p => p.Length > 0)) : Title(item, d);

    string Pack(Item item, int d) => Chance.Die(3, "pack", item.Id, d) switch { 0 => $"{item.Pack}-pack", 1 => $"pack of {item.Pack}", _ => $"{item.Pack} ct" };

    static string Field(string text) => text.AsSpan().ContainsAny(',', '"') ? $"\"{text.Replace("\"", "\"\"")}\"" : text;
}
