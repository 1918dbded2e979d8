using System.Globalization;
using Cartage.Warehouses;

namespace Cartage.Host.Gen;

/// <summary>A gift shop's invoice lines from 2010-12-01, one CSV file a day (closed on Saturdays): cancellations, anonymous sales, repeated lines, blanks, commas, quotes and pounds in descriptions.</summary>
static class Retail
{
    public static Task<GenSummary> WriteAsync(GenRequest request, CancellationToken ct) =>
        DayFiles.FillAsync(request, async (connection, files) =>
        {
            files.Clear("*.csv", f => DateOnly.TryParseExact(f, "yyyy-MM-dd'.csv'", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
            await connection.ExecuteAsync(Products + Invoices + Lines, ct,
                ("looks", RetailNames.Looks), ("things", RetailNames.Things), ("extras", RetailNames.Extras), ("countries", RetailNames.Countries));
            await files.WriteDaysAsync("lines", "lines", Columns, "number, item", d => $"{d:yyyy-MM-dd}.csv", ct);
        }, ct);

    const string Products = """
        SET VARIABLE countries = string_split($countries, '|');
        SET VARIABLE catalogue = (
          SELECT list({
            'code': concat(20000 + (n * 7919) % 70000, CASE WHEN die(6, 'variant', n) = 0 THEN chr(65 + die(6, 'letter', n)::INTEGER) END),
            'description': concat(pick(string_split($looks, '|'), 'look', n), ' ', pick(string_split($things, '|'), 'thing', n), pick(string_split($extras, '|'), 'extra', n), CASE WHEN die(5, 'blank', n) = 0 THEN ' ' END),
            'price': pick([0.21, 0.42, 0.55, 0.85, 1.25, 1.45, 1.65, 1.95, 2.10, 2.55, 2.95, 3.75, 4.25, 4.95, 5.95, 7.95, 9.95, 12.75, 16.95], 'price', n)
          } ORDER BY n)
          FROM range(700) AS numbers(n)
        );
        """;

    // Who buys often buys much: the square of a share picks the customer.
    const string Invoices = """
        CREATE TABLE invoices AS
        WITH days AS (
          SELECT DATE '2010-12-01' + n::INTEGER AS day FROM range(getvariable('days')) AS numbers(n)
        ),
        counted AS (
          SELECT day, 1 + floor(65 * getvariable('scale') * [0.8, 0.8, 1, 0.9, 1, 1, 1, 1, 1.25, 1.35, 1.6, 1.1][month(day)] * (0.8 + 0.4 * share('day', day)))::BIGINT AS invoices
          FROM days WHERE isodow(day) <> 6
        ),
        numbered AS (
          SELECT row_number() OVER (ORDER BY day, n) AS number, day, day + to_minutes((480 + 600 * n / invoices)::BIGINT) AS moment
          FROM counted CROSS JOIN LATERAL range(invoices) AS numbers(n)
        )
        SELECT number, day, moment,
          CASE WHEN die(3000, 'adjusts', number) = 0 THEN 'A' WHEN number > 20 AND die(7, 'cancels', number) = 0 THEN 'C' ELSE '' END AS kind,
          CASE WHEN die(4, 'anonymous', number) > 0 THEN 12346 + floor(900 * getvariable('scale') * share('customer', number) ** 2)::BIGINT END AS customer,
          number - 1 - die(least(400, number - 1), 'of', number) AS cancels
        FROM numbered;
        """;

    // A line drawn like the one before it is the same line twice; a cancellation takes back some lines of an earlier sale.
    const string Lines = """
        CREATE TABLE sold AS
        SELECT number, day, moment, customer, item, product, quantity,
          CASE WHEN die(250, 'lost', number * 1000 + draws) = 0 AND customer IS NULL THEN 0 ELSE round(product.price * CASE WHEN quantity >= 24 THEN 0.85 ELSE 1 END, 2) END AS price
        FROM (
          SELECT *, getvariable('catalogue')[1 + floor(700 * share('product', number * 1000 + draws) ** 1.6)::BIGINT] AS product,
            pick([1, 1, 1, 1, 2, 2, 2, 3, 4, 4, 6, 6, 8, 10, 12, 12, 24, 24, 48, 120], 'quantity', number * 1000 + draws) AS quantity
          FROM (
            SELECT number, day, moment, customer, item, item - (item > 1 AND die(90, 'again', number * 1000 + item) = 0)::BIGINT AS draws
            FROM invoices CROSS JOIN LATERAL range(1, 2 + least(180, floor(-19 * ln(1 - share('lines', number))))::BIGINT) AS items(item)
            WHERE kind = ''
          )
        );
        CREATE TABLE lines AS
        SELECT number, '' AS kind, day, moment, customer, item, product.code AS code, CASE WHEN price > 0 THEN product.description END AS description, quantity, price FROM sold
        UNION ALL
        SELECT i.number, 'C', i.day, i.moment, s.customer, s.item, s.product.code, s.product.description, -s.quantity, s.price
        FROM invoices AS i JOIN sold AS s ON s.number = i.cancels
        WHERE i.kind = 'C' AND s.price > 0 AND (s.item = 1 OR die(4, 'back', i.number * 1000 + s.item) = 0)
        UNION ALL
        SELECT number, 'A', day, moment, NULL, 1, 'B', 'Adjust bad debt', 1, CASE WHEN die(2, 'sign', number) = 0 THEN -1 ELSE 1 END * (10 + die(900, 'debt', number)) FROM invoices WHERE kind = 'A';
        """;

    const string Columns = """
        concat(kind, 536364 + number) AS "InvoiceNo", spoil(code, '', 900, number * 1000 + item) AS "StockCode", description AS "Description",
        spoil(quantity, 'six', 700, number * 1000 + item) AS "Quantity", spoil(strftime(moment, '%Y-%m-%d %H:%M:%S'), '31/02/2011 09:00', 800, number * 1000 + item) AS "InvoiceDate",
        spoil(price::DECIMAL(12, 2), 'n/a', 1100, number * 1000 + item) AS "UnitPrice", customer AS "CustomerID",
        CASE WHEN customer IS NULL OR die(100, 'abroad', customer) < 91 THEN 'United Kingdom' ELSE pick(getvariable('countries'), 'country', customer) END AS "Country"
        """;
}
