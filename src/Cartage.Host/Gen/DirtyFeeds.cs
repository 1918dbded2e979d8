using System.Globalization;

namespace Cartage.Host.Gen;

/// <summary>The ways a row is broken.</summary>
enum Fault
{
    Missing,
    BadDate,
    BadNumber,
    UnknownReference,
    KeyConflict,
    ExactDuplicate,
    TooFewColumns,
    TooManyColumns,
    UnclosedQuote,
    Latin1,
    Nul,
}

/// <summary>What is broken in a file: by fault the columns it may hit; which columns name rows of other files; and how a second record of a key differs from the first.</summary>
sealed record DirtyFeed(string Name, string[] Key, Dictionary<Fault, string[]> Faults)
{
    /// <summary>Column → file.</summary>
    public Dictionary<string, string> Parents { get; init; } = [];

    public (string Column, Func<string, string> Change) Conflict { get; init; }

    /// <summary>How a missing value is written.</summary>
    public string[] Nothing { get; init; } = [""];

    /// <summary>The fewest of each fault, and the share of all rows.</summary>
    public (int Least, double Share) Amount { get; init; } = (3, 0.003);

    // Parents first: what hangs on a row that is set aside is set aside with it. Rows others hang on keep a key that can be read.
    public static readonly DirtyFeed[] All =
    [
        new(
            "products",
            ["product_id"],
            new()
            {
                [Fault.Missing] = ["product_name", "brand_id", "category_id", "model_year", "list_price"],
                [Fault.BadNumber] = ["model_year", "list_price"],
                [Fault.KeyConflict] = [],
                [Fault.ExactDuplicate] = [],
            }
        )
        {
            Amount = (1, 0),
            Conflict = ("list_price", v => (decimal.Parse(v, CultureInfo.InvariantCulture) + 50).ToString(CultureInfo.InvariantCulture)),
        },
        new(
            "stocks",
            ["store_id", "product_id"],
            new()
            {
                [Fault.Missing] = ["quantity"],
                [Fault.BadNumber] = ["quantity"],
                [Fault.TooFewColumns] = [],
                [Fault.TooManyColumns] = [],
                [Fault.UnclosedQuote] = ["store_id", "product_id", "quantity"],
                [Fault.Latin1] = ["quantity"],
                [Fault.Nul] = ["product_id", "quantity"],
            }
        )
        {
            Parents = new() { ["product_id"] = "products" },
        },
        new(
            "customers",
            ["customer_id"],
            new()
            {
                [Fault.Missing] = ["first_name", "last_name", "city", "state", "zip_code"],
                [Fault.KeyConflict] = [],
                [Fault.ExactDuplicate] = [],
            }
        )
        {
            Nothing = ["", "NULL"],
            Conflict = ("last_name", v => v == "Barlow" ? "Wainwright" : "Barlow"),
        },
        new(
            "orders",
            ["order_id"],
            new()
            {
                [Fault.Missing] = ["customer_id", "order_status", "order_date", "required_date", "store_id", "staff_id"],
                [Fault.BadDate] = ["order_date", "required_date", "shipped_date"],
                [Fault.BadNumber] = ["order_status"],
                [Fault.UnknownReference] = ["customer_id"],
                [Fault.KeyConflict] = [],
                [Fault.ExactDuplicate] = [],
            }
        )
        {
            Parents = new() { ["customer_id"] = "customers" },
            Nothing = ["", "NULL"],
            Conflict = ("required_date", v => DateOnly.ParseExact(v, "yyyy-MM-dd", CultureInfo.InvariantCulture).AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        },
        new(
            "order_items",
            ["order_id", "item_id"],
            new()
            {
                [Fault.Missing] = ["product_id", "quantity", "list_price", "discount"],
                [Fault.BadNumber] = ["quantity", "list_price", "discount"],
                [Fault.UnknownReference] = ["order_id", "product_id"],
                [Fault.KeyConflict] = [],
                [Fault.ExactDuplicate] = [],
                [Fault.TooFewColumns] = [],
                [Fault.TooManyColumns] = [],
                [Fault.UnclosedQuote] = ["order_id", "product_id", "list_price", "discount"],
                [Fault.Latin1] = ["quantity", "list_price"],
                [Fault.Nul] = ["item_id", "quantity", "discount"],
            }
        )
        {
            Parents = new() { ["order_id"] = "orders", ["product_id"] = "products" },
            Conflict = ("quantity", v => v == "1" ? "2" : "1"),
        },
    ];
}
