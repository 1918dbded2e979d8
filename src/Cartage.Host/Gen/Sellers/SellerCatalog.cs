using System.Globalization;
using Cartage.Connectors.Sources;

namespace Cartage.Host.Gen.Sellers;

/// <summary>The files the example <c>seller-catalog</c> runs on with nothing else: the API's answers day by day, as a connection with a <c>file:</c> address reads them, and the distributors' price lists.</summary>
static class SellerCatalog
{
    /// <summary>Writes one day and as many more as are asked for, in place of what an earlier time wrote.</summary>
    public static async Task<GenSummary> WriteAsync(string folder, int scale, int changes, long seed, CancellationToken ct)
    {
        var market = new Marketplace(seed, scale);
        var answers = new Answers(market);
        var api = Path.Combine(folder, "api");
        if (Directory.Exists(api))
            Directory.Delete(api, recursive: true);
        List<GenFile> files = [];
        for (var d = 0; d <= changes; d++)
        {
            var day = Marketplace.FirstDay.AddDays(d);
            var into = Path.Combine(api, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            long pages = 0, bytes = 0;
            foreach (var (path, query) in Questions(market, day, first: d == 0))
            {
                var file = Path.Combine(into, RecordedAnswers.NameOf(path, query));
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                var body = answers.To(path, query, day)!;
                await File.WriteAllBytesAsync(file, body, ct);
                (pages, bytes) = (pages + 1, bytes + body.Length);
            }
            files.Add(new($"api/{day:yyyy-MM-dd}", pages, bytes));
        }
        foreach (var (name, rows, bytes) in new PriceLists(market).Write(Path.Combine(folder, "distributors")))
            files.Add(new($"distributors/{name}", rows, bytes));
        return new(folder, files, 0, 0);
    }

    // What the example's feeds ask: every page of every seller in each of the countries, up to the empty one; every listed thing's codes, once.
    static IEnumerable<(string Path, Dictionary<string, string> Query)> Questions(Marketplace market, DateOnly day, bool first)
    {
        foreach (var seller in Marketplace.Sellers)
            foreach (var country in Marketplace.Countries)
                for (var (page, rows) = (1, 1); rows > 0; page++)
                {
                    yield return ("/seller-products", new() { ["seller_id"] = seller.Id, ["country"] = country, ["page"] = page.ToString(CultureInfo.InvariantCulture) });
                    rows = Marketplace.Page(market.Of(seller.Id, country, day), page).Count;
                }
        foreach (var country in first ? Marketplace.Countries : [])
            foreach (var item in market.Items)
                yield return ("/asin-to-gtin", new() { ["asin"] = item.Asin, ["country"] = country });
    }
}
