using System.Globalization;
using System.Text.Json;
using Cartage.Connectors.Sources;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Sellers;

/// <summary>The example <c>seller-catalog</c> on answers and price lists that a test writes.</summary>
public sealed class SellerProject : IDisposable
{
    public const string Header = "distributor,sku,asin,gtin,brand,model,title,unit_cost,currency,stock\n";

    public SellerProject()
    {
        Project.Variables["sellers"] = "S1";
        Project.Variables["countries"] = "US";
        Offers();
    }

    public TestProject Project { get; } = new("seller-catalog");

    /// <summary>Records what a seller lists on a day, a page after the other; the page after the last is empty.</summary>
    public SellerProject Lists(DateOnly day, params object[][] pages)
    {
        foreach (var (page, at) in pages.Append([]).Select((p, i) => (p, i + 1)))
            Record(day, "/seller-products", new { data = new { seller_products = page } }, ("seller_id", "S1"), ("country", "US"), ("page", at.ToString(CultureInfo.InvariantCulture)));
        return this;
    }

    /// <summary>Records the codes of a thing.</summary>
    public SellerProject Codes(string asin, params string[] codes)
    {
        Record(new(2025, 1, 1), "/asin-to-gtin", new { data = codes.Select(c => new { value = c, type = "EAN" }) }, ("asin", asin), ("country", "US"));
        return this;
    }

    /// <summary>Writes a distributor's price list.</summary>
    public SellerProject Offers(params Offered[] offers)
    {
        Project.Write(".cartage/sample/distributors/acme.csv", Header + string.Concat(offers.Select(o => $"acme,{o.Sku},{o.Asin},{o.Gtin},{Field(o.Brand)},{Field(o.Model)},{Field(o.Title)},1.00,USD,5\n")));
        return this;
    }

    public Task<RunResult> RunAsync(DateOnly day) => Project.RunAsync(new() { To = new(day.ToDateTime(new(5, 0)), TimeSpan.Zero) });

    public void Dispose() => Project.Dispose();

    void Record(DateOnly day, string path, object answer, params (string, string)[] query) =>
        Project.Write(Path.Combine(".cartage/sample/api", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), RecordedAnswers.NameOf(path, query.Select(q => KeyValuePair.Create(q.Item1, q.Item2)))), JsonSerializer.Serialize(answer));

    static string Field(string text) => text.AsSpan().ContainsAny(',', '"') ? $"\"{text.Replace("\"", "\"\"")}\"" : text;
}
