using System.Globalization;
using Cartage.Host.Gen.Sellers;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Sellers;

/// <summary>The example on records of a real marketplace, through the API's stand-in.</summary>
public sealed class SellerTruth
{
    [Fact]
    public async Task A_search_over_three_pages_matched_with_a_price_list()
    {
        using var project = Create("/search", "query: drone, sort_by: RELEVANCE, product_condition: NEW", "US", out var folder);
        await using var api = Start(project, folder);

        var run = await project.RunAsync();

        Assert.True(run.State == RunState.Succeeded, run.Message);
        var read = run.Equations.Single(e => e.Feed == "listings");
        Assert.Equal((20, 18, 2), (read.Read, read.Inserted, read.Superseded));
        Assert.Equal("18|5|2933.47|10000|18", await project.ScalarAsync("SELECT count(*), count(*) FILTER (WHERE price = 0), CAST(sum(price) AS VARCHAR), max(bought_past_month), count(rating) FROM seller_catalog.stg_listings"));
        Assert.Equal("0", await project.ScalarAsync("SELECT count(*) FROM seller_catalog.stg_listings WHERE title LIKE '%&amp;%' OR price_status <> 'read'"));
        Assert.Equal(["acme|AC-1|B0CWXNS552|6.85", "acme|AC-2|B0C7GV6RRZ|339.00", "bolt|BX-7|B0FBRHN2JC|38.99", "bolt|BX-9|B0CWXNS552|7.40"], await project.QueryAsync("SELECT distributor, sku, asin, CAST(unit_margin AS VARCHAR) FROM seller_catalog.margins ORDER BY ALL"));
        Assert.Equal("02000000000015", await project.ScalarAsync("SELECT gtin14 FROM seller_catalog.product_gtins WHERE asin = 'B0CWXNS552' ORDER BY gtin14 DESC LIMIT 1"));
    }

    [Fact]
    public async Task A_sellers_products()
    {
        using var project = Create("/seller-products", "sort_by: RELEVANCE", "US", out var folder);
        await using var api = Start(project, folder);

        Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);
        Assert.Equal("6|A02211013Q5HP3OMSZC7W|1349.00", await project.ScalarAsync("SELECT count(*), max(seller_id), CAST(max(price) AS VARCHAR) FROM seller_catalog.stg_listings"));
    }

    [Fact]
    public async Task Another_country_with_missing_columns()
    {
        using var project = Create("/search", "query: tv, sort_by: RELEVANCE, product_condition: ALL", "IN", out var folder);
        await using var api = Start(project, folder);

        Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);
        Assert.Equal("5|INR|55968.00|4", await project.ScalarAsync("SELECT count(*), max(currency), CAST(sum(price) AS VARCHAR), count(rating) FROM seller_catalog.stg_listings"));
    }

    static TestProject Create(string endpoint, string parameters, string country, out string folder)
    {
        folder = TestProject.RealData("amazon");
        var project = new TestProject("seller-catalog");
        (project.Variables["sellers"], project.Variables["countries"]) = ("A02211013Q5HP3OMSZC7W", country);
        project.Write(".cartage/sample/distributors/all.csv", File.ReadAllText(Path.Combine(folder, "supplier_products_SYNTHETIC.csv")));
        var feeds = "pipelines/seller-catalog/feeds/marketplace.yml";
        return project.Write(feeds, File.ReadAllText(Path.Combine(project.Root, feeds)).Replace("get: /seller-products", $"get: {endpoint}\n    params: {{ {parameters} }}", StringComparison.Ordinal));
    }

    static SellerApi Start(TestProject project, string folder)
    {
        var api = SellerApi.Start(new(Recordings.Read(folder).To), TimeProvider.System);
        project.Write("project.yml", File.ReadAllText(Path.Combine(project.Root, "project.yml")).Replace("\"file:${var:data}/api\"", string.Create(CultureInfo.InvariantCulture, $"\"{api.Url}\""), StringComparison.Ordinal));
        return api;
    }
}
