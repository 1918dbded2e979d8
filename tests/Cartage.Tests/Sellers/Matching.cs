using System.Globalization;
using Cartage.Runs;

namespace Cartage.Tests.Sellers;

/// <summary>How well offers are matched with listings.</summary>
public sealed class Matching(ITestOutputHelper output)
{
    [Fact]
    public async Task On_500_labelled_pairs_precision_is_0_98_and_recall_0_9_or_better()
    {
        var pairs = LabelledPairs.All();
        Assert.Equal(500, pairs.Count);
        Assert.Equal(500, pairs.Select(p => p.Offer.Sku).Distinct().Count());
        using var sellers = new SellerProject();
        var listed = pairs.Select(p => p.Listing).DistinctBy(l => l.Asin).ToList();
        sellers.Lists(new(2025, 1, 6), [.. listed.Chunk(48).Select(page => page.Select(l => (object)new { asin = l.Asin, product_title = l.Title, product_price = "$9.99", currency = "USD" }).ToArray())]);
        listed.ForEach(l => sellers.Codes(l.Asin, l.Codes));
        sellers.Offers([.. pairs.Select(p => p.Offer)]);

        var run = await sellers.RunAsync(new(2025, 1, 6));

        Assert.True(run.State == RunState.Succeeded, run.Message);
        var said = (await sellers.Project.QueryAsync("SELECT sku, asin, method, CAST(score AS VARCHAR), evidence FROM seller_catalog.matches WHERE status = 'matched'")).Select(r => r.Split('|')).ToDictionary(r => r[0]);
        bool Right(LabelledPair p) => p.Same && said.TryGetValue(p.Offer.Sku, out var s) && s[1] == p.Listing.Asin;
        // An offer that is said to be a thing it is not counts as wrong, whichever thing that is.
        var (right, wrong, missed) = (pairs.Count(Right), pairs.Count(p => said.ContainsKey(p.Offer.Sku) && !Right(p)), pairs.Count(p => p.Same && !said.ContainsKey(p.Offer.Sku)));
        var (precision, recall) = ((double)right / (right + wrong), (double)right / pairs.Count(p => p.Same));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pairs.Count} pairs, {pairs.Count(p => p.Same)} the same: {right} right, {wrong} wrong, {missed} missed: precision {precision:0.000}, recall {recall:0.000}"));
        foreach (var kind in pairs.GroupBy(p => p.Kind))
            output.WriteLine($"{kind.Key}: {kind.Count(Right)} of {kind.Count(p => p.Same)} right, {kind.Count(p => said.ContainsKey(p.Offer.Sku) && !Right(p))} of {kind.Count()} wrong");
        foreach (var pair in pairs.Where(p => said.ContainsKey(p.Offer.Sku) ? !Right(p) : p.Same))
            output.WriteLine($"{(said.TryGetValue(pair.Offer.Sku, out var s) ? $"WRONG {s[2]} {s[3]} -> {listed.First(l => l.Asin == s[1]).Title}" : "MISSED")} [{pair.Kind}] {pair.Listing.Title} <> {pair.Offer.Brand}|{pair.Offer.Model}|{pair.Offer.Title}");
        Assert.True(precision >= 0.98, $"precision {precision:0.000}");
        Assert.True(recall >= 0.9, $"recall {recall:0.000}");
    }
}
