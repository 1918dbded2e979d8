using System.Globalization;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Sellers;

/// <summary>What goes wrong with sellers' catalogues today, and does not here.</summary>
public sealed class SellerCatalogToday : IDisposable
{
    static readonly DateOnly Monday = new(2025, 1, 6), Tuesday = new(2025, 1, 7);

    readonly SellerProject _sellers = new();

    public void Dispose() => _sellers.Dispose();

    [Fact]
    public async Task Stops_only_on_an_empty_body_so_pages_forever()
    {
        // Never an empty body: a page after the last has an empty list, or, with another seller, is the last page once more.
        await using var api = new TestApi(a => a.Path == "/asin-to-gtin" ? new("""{"data": []}""")
            : int.Parse(a.Query["page"], CultureInfo.InvariantCulture) is var page && a.Query["seller_id"] == "S1" ? new($$"""{"data": {"products": [{{(page < 3 ? Row($"B00000000{page}") : "")}}]} }""")
            : new($$"""{"data": {"seller_products": [{{Row($"B00000000{Math.Min(page, 2)}")}}]}, "request_id": "{{page}}"}"""));
        _sellers.Project.Variables["sellers"] = "S1, S2";
        _sellers.Project.Write("project.yml", File.ReadAllText(Path.Combine(_sellers.Project.Root, "project.yml")).Replace("\"file:${var:data}/api\"", $"\"{api.Url}\"", StringComparison.Ordinal));

        var run = await _sellers.RunAsync(Monday);

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(6, api.Paths.Count(p => p.StartsWith("/seller-products", StringComparison.Ordinal)));
        Assert.Equal("4", await _sellers.Project.ScalarAsync("SELECT count(*) FROM seller_catalog.stg_listings"));

        static string Row(string asin) => $$"""{"asin": "{{asin}}", "product_title": "thing"}""";
    }

    [Fact]
    public async Task Unparsable_or_non_dollar_prices_become_0()
    {
        (string? Text, string? Currency, string Expected)[] prices =
        [
            ("$24.95", "USD", "24.95|USD|read"), ("$1,349.00", null, "1349.00|USD|read"), ("$0.00", "USD", "0.00|USD|read"), ("₹11,990", "INR", "11990.00|INR|read"), ("₹1,11,990.50", null, "111990.50|INR|read"),
            ("£12.50", null, "12.50|GBP|read"), ("1.299,00 €", "EUR", "1299.00|EUR|read"), ("19,99 €", null, "19.99|EUR|read"), ("49,90 zł", null, "49.90|PLN|read"), ("¥1,280", null, "1280.00|JPY|read"),
            (null, "USD", "||none"), ("", null, "||none"), ("Currently unavailable", "USD", "||unreadable"), ("$12.99 - $15.00", "USD", "||unreadable"), ("$1.2.3", "USD", "||unreadable"), ("free", null, "||unreadable"),
        ];
        _sellers.Lists(Monday, [.. prices.Select((p, i) => new { asin = Asin(i), product_title = "thing", product_price = p.Text, currency = p.Currency })]);
        Codes(prices.Length);

        await _sellers.RunAsync(Monday);

        Assert.Equal(prices.Select(p => p.Expected), await _sellers.Project.QueryAsync("SELECT CAST(price AS VARCHAR), currency, price_status FROM seller_catalog.stg_listings ORDER BY asin"));
    }

    [Fact]
    public async Task Ratings_and_titles_overflow_their_columns()
    {
        var title = string.Concat(Enumerable.Repeat("very ", 2000)) + "long";
        _sellers.Lists(Monday, [
            new { asin = Asin(0), product_title = title, product_star_rating = "4.6", product_num_ratings = (object?)788314, sales_volume = "10K+ bought in past month" },
            new { asin = Asin(1), product_title = "&quot;Tea &amp; Co&quot;", product_star_rating = "4,5 out of 5 stars", product_num_ratings = (object?)"3,000,000,000", sales_volume = "50+ bought in past month" },
            new { asin = Asin(2), product_title = "thing", product_star_rating = (string?)null, product_num_ratings = (object?)null, sales_volume = (string?)null },
            new { asin = Asin(3), product_title = "thing", product_star_rating = "New", product_num_ratings = (object?)"few", sales_volume = "many" },
        ]);
        Codes(4);

        var run = await _sellers.RunAsync(Monday);

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal([$"{title}|4.60|788314|10000", "\"Tea & Co\"|4.50|3000000000|50", "thing|||", "thing|||"], await _sellers.Project.QueryAsync("SELECT title, CAST(rating AS VARCHAR), ratings, bought_past_month FROM seller_catalog.stg_listings ORDER BY asin"));
    }

    [Fact]
    public async Task One_missing_column_loses_the_page()
    {
        _sellers.Lists(Monday, [new { asin = Asin(0), product_title = "whole", product_price = "$1.00", currency = "USD" }, new { asin = Asin(1), product_title = "no price, no currency" }, new { product_title = "no asin" }, new { asin = Asin(2), product_title = "more", surprise = new { a = 1 } }]);
        Codes(3);

        var run = await _sellers.RunAsync(Monday);

        Assert.True(run.State == RunState.Quarantined, run.Message);
        Assert.Equal("3", await _sellers.Project.ScalarAsync("SELECT count(*) FROM seller_catalog.stg_listings"));
        Assert.Equal("""S1|2025-01-06|3|required|{"product_title":"no asin"}""", await _sellers.Project.ScalarAsync("SELECT seller_id, day, _record, _rules, _raw FROM seller_catalog_quarantine.listings"));
        Assert.Equal("""{"a":1}""", await _sellers.Project.ScalarAsync("SELECT surprise FROM seller_catalog_raw.listings WHERE surprise IS NOT NULL"));
    }

    [Fact]
    public async Task Each_day_duplicates_every_ASIN()
    {
        _sellers.Lists(Monday, [.. Rows(1, 48)], [.. Rows(47, 48)]); // two come again on the second page
        Codes(100);
        await _sellers.RunAsync(Monday);
        Assert.Equal("nothing changed", (await _sellers.RunAsync(Monday)).Message);
        await _sellers.RunAsync(Tuesday);

        Assert.Equal("188|94|188", await _sellers.Project.ScalarAsync("SELECT count(*), count(DISTINCT asin), count(DISTINCT (seller_id, country, asin, day)) FROM seller_catalog.stg_listings"));
        Assert.Equal("94", await _sellers.Project.ScalarAsync("SELECT count(*) FROM seller_catalog.products"));

        static IEnumerable<object> Rows(int from, int count) => Enumerable.Range(from, count).Select(i => (object)new { asin = Asin(i), product_title = "thing", product_price = "$1.00", currency = "USD" });
    }

    [Fact]
    public async Task No_seller_no_history()
    {
        _sellers.Lists(Monday, [Row("$20.00", "100+"), new { asin = Asin(1), product_title = "thing", product_price = (string?)null, sales_volume = (string?)null, currency = "USD" }]);
        _sellers.Lists(Tuesday, [Row("$18.00", "1K+"), new { asin = Asin(1), product_title = "thing", product_price = "$5.00", sales_volume = (string?)null, currency = "USD" }]);
        _sellers.Lists(new(2025, 1, 8), [Row(null, "1K+")]);
        Codes(2);
        foreach (var day in new[] { Monday, Tuesday, new(2025, 1, 8) })
            await _sellers.RunAsync(day);

        Assert.Equal(["S1|2025-01-06|20.00", "S1|2025-01-07|18.00", "S1|2025-01-08|"], await _sellers.Project.QueryAsync($"SELECT seller_id, CAST(day AS VARCHAR), CAST(price AS VARCHAR) FROM seller_catalog.stg_listings WHERE asin = '{Asin(0)}' ORDER BY day"));
        Assert.Equal(
            [$"{Asin(0)}|2025-01-07|demand|100.00|1000.00", $"{Asin(0)}|2025-01-07|price_down|20.00|18.00", $"{Asin(0)}|2025-01-08|out_of_stock|18.00|", $"{Asin(1)}|2025-01-07|back_in_stock||5.00"],
            await _sellers.Project.QueryAsync("SELECT asin, CAST(day AS VARCHAR), change, CAST(was AS VARCHAR), CAST(now AS VARCHAR) FROM seller_catalog.listing_changes ORDER BY ALL"));

        static object Row(string? price, string bought) => new { asin = Asin(0), product_title = "thing", product_price = price, sales_volume = bought + " bought in past month", currency = "USD" };
    }

    [Fact]
    public async Task Matches_only_printed_to_a_log()
    {
        _sellers.Lists(Monday, [new { asin = Asin(0), product_title = "Tallis kettle", product_price = "$9.00", currency = "USD" }, new { asin = Asin(1), product_title = "Tallis lamp", product_price = "£9.00", currency = "GBP" }]).Codes(Asin(0)).Codes(Asin(1), "036000291452");
        _sellers.Offers(new("A", Asin: Asin(0)), new Offered("B", Gtin: "0-036000-291452"), new("C", Asin: Asin(7)), new("D", Title: "something else"));

        await _sellers.RunAsync(Monday);

        Assert.Equal([$"A|{Asin(0)}|asin|1.000|ASIN {Asin(0)}|matched", $"B|{Asin(1)}|gtin|0.990|GTIN 00036000291452|matched"], await _sellers.Project.QueryAsync("SELECT sku, asin, method, CAST(score AS VARCHAR), evidence, status FROM seller_catalog.matches ORDER BY sku"));
        // Pounds less dollars is no margin.
        Assert.Equal(["A|8.00"], await _sellers.Project.QueryAsync("SELECT sku, CAST(unit_margin AS VARCHAR) FROM seller_catalog.margins"));
    }

    static string Asin(int i) => string.Create(CultureInfo.InvariantCulture, $"B0{i:D8}");

    void Codes(int things)
    {
        for (var i = 0; i < things; i++)
            _sellers.Codes(Asin(i));
    }
}
