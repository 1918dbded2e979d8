using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Host.Gen;

/// <summary>The small tables: makers, categories, bikes, shops, who works there, what is in stock, and which bikes sell in which year.</summary>
static class Catalogue
{
    public static Task StockAsync(DuckDbConnection connection, CancellationToken ct) =>
        connection.ExecuteAsync(
            Names + Products + Shelf + Shops,
            ct,
            ("brands", BikeNames.Brands),
            ("categories", BikeNames.Categories),
            ("models", BikeNames.Models),
            ("trims", BikeNames.Trims),
            ("stores", BikeNames.Stores),
            ("staffs", BikeNames.Staffs)
        );

    const string Names = """
        CREATE TABLE brands AS
        SELECT n AS brand_id, string_split($brands, '|')[n] AS brand_name FROM range(1, 1 + len(string_split($brands, '|'))) AS numbers(n);
        CREATE TABLE categories AS
        SELECT n AS category_id, string_split($categories, '|')[n] AS category_name FROM range(1, 1 + len(string_split($categories, '|'))) AS numbers(n);
        """;

    // Of every model and trim a year offers some; the last eight bikes are next year's, which no shop has yet.
    const string Products = """
        CREATE MACRO tag(price) AS (CASE WHEN price < 1000 THEN floor(price / 10) * 10 + 9.99 ELSE floor(price / 50) * 50 + 49.99 END)::DECIMAL(10, 2);
        CREATE TABLE products AS
        WITH offers AS (
          SELECT m.f[1] AS brand, m.f[2] AS category, m.f[3] AS model, t.f[2] AS fitted, y.model_year, y.offered,
            m.f[4]::DOUBLE * t.f[3]::DOUBLE * (0.94 + 0.03 * (y.model_year - 2016)) AS price
          FROM fields($models) AS m
          JOIN fields($trims) AS t ON t.f[1] = m.f[2]
          CROSS JOIN (VALUES (2016, 28), (2017, 88), (2018, 197), (2019, 8)) AS y(model_year, offered)
        ),
        chosen AS (
          SELECT * FROM offers
          QUALIFY row_number() OVER (PARTITION BY model_year ORDER BY draw('offer', concat(model, category, fitted, model_year))) <= offered
        )
        SELECT row_number() OVER (ORDER BY model_year, draw('catalogue', concat(model, category, model_year)), price, fitted) AS product_id,
          concat(brand, ' ', model, ' ', fitted, ' - ', model_year) AS product_name, brand_id, category_id, model_year, tag(price) AS list_price
        FROM chosen JOIN brands ON brand_name = brand JOIN categories ON category_name = category;
        SET VARIABLE prices = (SELECT list(list_price ORDER BY product_id) FROM products);
        """;

    // For each year five aisles of 200 places, more of them for what sells; an order takes its lines from different aisles, so no bike is on it twice.
    const string Shelf = """
        SET VARIABLE shelf = (
          WITH wanted AS (
            SELECT y.sold_in, product_id % 5 AS aisle, product_id,
              CASE WHEN model_year > y.sold_in OR die(50, 'slow', product_id) = 0 THEN 0
              ELSE (0.1 + share('liked', product_id) * share('liked', product_id))
                * CASE WHEN list_price < 500 THEN 2.2 WHEN list_price < 1500 THEN 1.5 WHEN list_price < 3500 THEN 1 ELSE 0.6 END
                * CASE y.sold_in - model_year WHEN 0 THEN 3 WHEN 1 THEN 1.5 ELSE 0.6 END END AS weight
            FROM products CROSS JOIN range(2016, 2020) AS y(sold_in)
          ),
          spans AS (
            SELECT sold_in, aisle, product_id, 200 * (sum(weight) OVER so_far - weight) / sum(weight) OVER whole AS starts, 200 * sum(weight) OVER so_far / sum(weight) OVER whole AS ends
            FROM wanted
            WINDOW whole AS (PARTITION BY sold_in, aisle), so_far AS (PARTITION BY sold_in, aisle ORDER BY product_id)
          )
          SELECT list(product_id ORDER BY sold_in, aisle, n)
          FROM spans JOIN range(200) AS places(n) ON n + 0.5 >= starts AND n + 0.5 < ends
        );
        CREATE MACRO bike(order_id, item_id, sold_on) AS getvariable('shelf')[
          1 + ((least(year(sold_on), 2019) - 2016) * 5 + (item_id + die(5, 'aisle', order_id)) % 5) * 200 + die(200, 'bike', order_id * 8 + item_id)
        ];
        """;

    const string Shops = """
        CREATE TABLE stores AS
        SELECT row_number() OVER () AS store_id, f[1] AS store_name, f[2] AS phone, f[3] AS email, f[4] AS street, f[5] AS city, f[6] AS state, f[7] AS zip_code
        FROM fields($stores);
        CREATE TABLE staffs AS
        SELECT staff_id, first_name, last_name, lower(replace(strip_accents(concat(first_name, '.', last_name)), '''', '')) || '@bikes.example' AS email,
          printf('%s 555-%04d', stores.phone[1:5], 100 + 7 * staff_id) AS phone, 1 AS active, store_id, manager_id
        FROM (
          SELECT row_number() OVER () AS staff_id, f[1]::INTEGER AS store_id, TRY_CAST(f[2] AS INTEGER) AS manager_id,
            getvariable('first_names')[1 + (die(300, 'staff', 0) + 31 * row_number() OVER ()) % len(getvariable('first_names'))] AS first_name,
            getvariable('last_names')[1 + (die(400, 'staff', 1) + 77 * row_number() OVER ()) % len(getvariable('last_names'))] AS last_name
          FROM fields($staffs)
        )
        JOIN stores USING (store_id)
        ORDER BY staff_id;
        SET VARIABLE sellers = (
          SELECT list(who ORDER BY store_id)
          FROM (SELECT store_id, list(staff_id ORDER BY staff_id) AS who FROM staffs WHERE staff_id NOT IN (SELECT manager_id FROM staffs WHERE manager_id IS NOT NULL) GROUP BY store_id)
        );
        CREATE TABLE stocks AS
        SELECT store_id, product_id, die(31, 'stock', store_id * 1000 + product_id)::INTEGER AS quantity
        FROM stores CROSS JOIN products WHERE model_year < 2019;
        """;
}
