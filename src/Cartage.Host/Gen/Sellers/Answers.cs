using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cartage.Host.Gen.Sellers;

/// <summary>What the marketplace's API says to a question: a path, its parameters and the day it is asked.</summary>
sealed class Answers(Marketplace market)
{
    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    /// <summary>The answer's body, or null where there is no such path.</summary>
    public byte[]? To(string path, IReadOnlyDictionary<string, string> query, DateOnly day)
    {
        var country = query.GetValueOrDefault("country", "US");
        var page = int.TryParse(query.GetValueOrDefault("page", "1"), CultureInfo.InvariantCulture, out var n) && n > 0 ? n : 1;
        return path switch
        {
            "/seller-products" => Listings("seller_products", market.Of(query.GetValueOrDefault("seller_id", ""), country, day), country, page, query),
            "/search" => Listings("products", query.TryGetValue("seller_id", out var seller) ? market.Of(seller, country, day) : market.Search(query.GetValueOrDefault("query", ""), country, day), country, page, query),
            "/asin-to-gtin" => Write(query, json => Codes(json, market.Find(query.GetValueOrDefault("asin", "")))),
            _ => null,
        };
    }

    byte[] Listings(string name, IReadOnlyList<Listing> all, string country, int page, IReadOnlyDictionary<string, string> query) =>
        Write(query, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("total_products", all.Count);
            json.WriteString("country", country);
            json.WriteStartArray(name);
            foreach (var listing in Marketplace.Page(all, page))
                Row(json, listing);
            json.WriteEndArray();
            json.WriteEndObject();
        });

    // Some things lack columns, whole numbers come as text, and what is between words is escaped as on a web page.
    void Row(Utf8JsonWriter json, Listing listing)
    {
        var item = listing.Item;
        var domain = $"www.market.example/{listing.Country.ToLowerInvariant()}";
        json.WriteStartObject();
        json.WriteString("asin", item.Asin);
        json.WriteString("product_title", item.Title.Replace("&", "&amp;").Replace("\"", "&quot;"));
        json.WriteString("product_price", Money(listing.Price, listing.Country));
        json.WriteString("product_original_price", Money(listing.OldPrice, listing.Country));
        if (market.Chance.Share("currency", item.Id) > 0.1)
            json.WriteString("currency", Currency(listing.Country));
        json.WriteString("product_star_rating", listing.Rating);
        if (listing.Ratings is { } ratings)
            json.WriteNumber("product_num_ratings", ratings);
        else if (market.Chance.Die(2, "lacks ratings", item.Id) == 0)
            json.WriteNull("product_num_ratings");
        json.WriteString("product_url", $"https://{domain}/dp/{item.Asin}");
        json.WriteNumber("product_num_offers", listing.Offers);
        json.WriteBoolean("is_best_seller", market.Chance.Share("best", item.Id) < 0.03);
        json.WriteBoolean("is_prime", market.Chance.Share("prime", item.Id) < 0.6);
        if (market.Chance.Share("sales", item.Id) > 0.1)
            json.WriteString("sales_volume", listing.Bought);
        if (market.Chance.Share("delivery", item.Id) > 0.3)
            json.WriteString("delivery", "FREE delivery Tomorrow");
        if (item.Noun == "Book")
            json.WriteString("book_format", "Paperback");
        if (listing.Price is null)
            json.WriteString("product_availability", "Currently unavailable.");
        json.WriteEndObject();
    }

    void Codes(Utf8JsonWriter json, Item? item)
    {
        json.WriteStartArray();
        if (item is not null && market.Chance.Share("has codes", item.Id) > 0.08)
            foreach (var (value, type) in item.Ean[0] == '0' ? [(item.Ean, "EAN-13"), (item.Ean[1..], "UPC")] : new[] { (item.Ean, "EAN-13") })
            {
                json.WriteStartObject();
                json.WriteString("value", value);
                json.WriteString("type", type);
                json.WriteEndObject();
            }
        json.WriteEndArray();
    }

    static byte[] Write(IReadOnlyDictionary<string, string> query, Action<Utf8JsonWriter> data)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, Plain))
        {
            json.WriteStartObject();
            json.WriteString("status", "OK");
            json.WriteStartObject("parameters");
            foreach (var (name, value) in query.OrderBy(q => q.Key, StringComparer.Ordinal))
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WritePropertyName("data");
            data(json);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    static string? Money(decimal? amount, string country) =>
        amount is not { } value ? null : country switch
        {
            "GB" => string.Create(CultureInfo.InvariantCulture, $"£{value:N2}"),
            "DE" => string.Create(CultureInfo.InvariantCulture, $"{value:N2}").Replace(",", "_").Replace(".", ",").Replace("_", ".") + " €",
            "IN" => string.Create(CultureInfo.InvariantCulture, $"₹{value:N0}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"${value:N2}"),
        };

    static string Currency(string country) => country switch { "GB" => "GBP", "DE" => "EUR", "IN" => "INR", _ => "USD" };
}
