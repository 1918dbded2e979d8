using System.Globalization;
using Cartage.Warehouses;

namespace Cartage.Host.Gen;

/// <summary>Customers, products and orders from 2024-01-01, orders a CSV file a day; with dirt some customers are there twice, some orders name nobody, and some arrive before they were ordered.</summary>
static class OrderMetrics
{
    public static Task<GenSummary> WriteAsync(GenRequest request, CancellationToken ct) =>
        DayFiles.FillAsync(request, async (connection, files) =>
        {
            files.Clear("*.csv", f => DateOnly.TryParseExact(f, "'orders/'yyyy-MM-dd'.csv'", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
            await connection.ExecuteAsync(Tables, ct);
            await files.WriteAsync("customers.csv", "SELECT * FROM customers UNION ALL SELECT customer_id, upper(customer_name), email, country FROM customers WHERE getvariable('dirt') AND die(60, 'twice', customer_id) = 0 ORDER BY customer_id, customer_name DESC", ct);
            await files.WriteAsync("products.csv", "SELECT * FROM products ORDER BY product_id", ct);
            await files.WriteDaysAsync("orders", "orders", Columns, "order_id", d => $"orders/{d:yyyy-MM-dd}.csv", ct);
        }, ct);

    const string Tables = """
        CREATE TABLE customers AS
        SELECT 1 + n AS customer_id, concat(first_name, ' ', last_name) AS customer_name, mailbox(first_name, last_name, n, n) AS email,
          pick(['United States', 'United States', 'Canada', 'Germany', 'France', 'Thailand', 'Japan', 'Brazil'], 'country', n) AS country
        FROM (SELECT n, pick(getvariable('first_names'), 'first', n) AS first_name, pick(getvariable('last_names'), 'last', n) AS last_name FROM range(200 * getvariable('scale')) AS numbers(n));
        CREATE TABLE products AS
        SELECT 1 + n AS product_id, pick(['Books', 'Games', 'Kitchen', 'Garden', 'Sport', 'Office'], 'category', n) AS category, (1 + die(200, 'price', n) - 0.05)::DECIMAL(10, 2) AS selling_price
        FROM range(80) AS numbers(n);
        CREATE TABLE orders AS
        SELECT row_number() OVER (ORDER BY day, i) AS order_id, day, 1 + die(200 * getvariable('scale'), 'customer', hash(day, i)) AS customer_id, 1 + die(80, 'product', hash(day, i)) AS product_id,
          1 + die(6, 'quantity', hash(day, i)) AS quantity, day + (1 + die(9, 'ships', hash(day, i)))::INTEGER AS delivered
        FROM (SELECT DATE '2024-01-01' + d::INTEGER AS day FROM range(getvariable('days')) AS days(d)) CROSS JOIN LATERAL range(floor(60 * getvariable('scale') * (0.8 + 0.4 * share('day', day)))::BIGINT) AS numbers(i);
        """;

    const string Columns = """
        order_id, spoil(customer_id, '999999', 150, order_id) AS customer_id, spoil(product_id, '9999', 140, order_id) AS product_id, spoil(quantity, '0', 160, order_id) AS quantity,
        day AS order_date, CASE WHEN delivered < DATE '2024-01-01' + getvariable('days')::INTEGER THEN spoil(delivered, '2023-12-24', 130, order_id) END AS delivery_date
        """;
}
