using System.Collections.Concurrent;
using System.Globalization;
using Cartage.Host.Gen.Sellers;
using Cartage.Tests.Support;

namespace Cartage.Tests.Sellers;

/// <summary>Two hundred pages from an API of which one answer in twenty is broken, slow or refused, by a process that is killed twice.</summary>
public sealed class TwoHundredPages(ITestOutputHelper output)
{
    const int Scale = 24;

    static readonly string[] Faults = ["slow", "429", "truncated"];

    [Fact]
    public async Task Every_item_once_a_day_and_no_page_asked_twice_after_it_landed()
    {
        var market = new Marketplace(seed: 42, Scale);
        var answers = new Answers(market);
        ConcurrentQueue<AskedOnce> heard = [];
        await using var api = SellerApi.Start(new((path, query) => answers.To(path, query, Marketplace.FirstDay)) { Key = "hush", Faults = 0.07, Seed = 7, RetryAfter = 0, Slow = TimeSpan.FromMinutes(1), Heard = heard.Enqueue }, TimeProvider.System);
        using var project = new TestProject()
            .Write("project.yml", $"name: pages\nconnections:\n  market: {{ type: http, url: \"{api.Url}\", headers: {{ x-rapidapi-key: hush }}, timeout: 8s, attempts: 8 }}\n")
            .Write("pipelines/shop/pipeline.yml", "description: pages\n")
            .Write("pipelines/shop/feeds/market.yml", $"""
                connection: market
                feeds:
                  listings:
                    get: /seller-products
                    each:
                      seller_id: [{string.Join(", ", Marketplace.Sellers.Select(s => s.Id))}]
                      country: [{string.Join(", ", Marketplace.Countries)}]
                    pages:
                      by: page
                    rows: data.seller_products
                    add:
                      day: "{"{{ end:yyyy-MM-dd }}"}"
                    key: [seller_id, country, asin, day]

                """);

        Assert.NotEqual(0, (await project.KilledAsync("land.manifest#70")).ExitCode);
        var (first, atFirst) = (Landed(project), heard.Count);
        Assert.NotEqual(0, (await project.KilledAsync("land.object#80")).ExitCode);
        var (second, atSecond) = (Landed(project), heard.Count);
        Assert.Equal(0, (await project.KilledAsync("")).ExitCode);
        var all = heard.ToList();

        Assert.Equal((70, 149), (first.Count, second.Count));
        Assert.Empty(all.Skip(atFirst).Select(Question).Intersect(first));
        Assert.Empty(all.Skip(atSecond).Select(Question).Intersect(second));
        // Within a run too: what was asked again was refused, broken or late, or in a process that died before it landed.
        foreach (var asked in all.GroupBy(Question))
            Assert.True(asked.Count(a => a.Fault is null) <= (asked.Key == Question(all[atSecond - 1]) ? 2 : 1), asked.Key);
        Assert.True(Landed(project).Count >= 200);
        Assert.True(all.Count(a => a.Fault is not null) >= 0.05 * all.Count, "fewer than one answer in twenty failed");
        Assert.All(Faults, fault => Assert.Contains(all, a => a.Fault == fault));
        var expected = Marketplace.Sellers.Sum(s => s.Countries.Sum(c => market.Of(s.Id, c, Marketplace.FirstDay).Count));
        Assert.Equal($"{expected}|{expected}", await project.ScalarAsync("SELECT count(*), count(DISTINCT (seller_id, country, asin, day)) FROM shop_raw.listings"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Landed(project).Count} pages, {all.Count} requests, {all.Count(a => a.Fault is not null)} of them {string.Join(", ", all.Where(a => a.Fault is not null).GroupBy(a => a.Fault).Select(g => $"{g.Count()} × {g.Key}"))}; {expected} items"));
    }

    // A question as both the API's log and the names of landed pages tell it.
    static string Question(AskedOnce asked)
    {
        var query = asked.PathAndQuery.Split('?')[1].Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        return $"seller_id={query["seller_id"]}/country={query["country"]}/{int.Parse(query["page"], CultureInfo.InvariantCulture):D7}.json";
    }

    static HashSet<string> Landed(TestProject project) =>
        [.. Directory.EnumerateFiles(Path.Combine(project.Root, ".cartage", "raw"), "*.manifest.json", SearchOption.AllDirectories).Select(f => string.Join('/', f.Split('/')[^4..^1]))];
}
