using System.Text.RegularExpressions;
using Cartage.Warehouses;

namespace Cartage.Host.Gen;

/// <summary>Card and cash transactions from 2024-01-01, a CSV file a day in folders <c>year=/month=/day=</c>, with the customers and products they name; totals of exactly 100 and 500 are among them.</summary>
static partial class Transactions
{
    public static Task<GenSummary> WriteAsync(GenRequest request, CancellationToken ct) =>
        DayFiles.FillAsync(request, async (connection, files) =>
        {
            files.Clear("transaction_*.csv", f => Mine().IsMatch(f));
            await connection.ExecuteAsync(Tables, ct);
            await files.WriteAsync("customers.csv", "SELECT * FROM customers ORDER BY customer_id", ct);
            await files.WriteAsync("products.csv", "SELECT * FROM products ORDER BY product_id", ct);
            await files.WriteDaysAsync("transactions", "transactions", Columns, "n", d => $"transactions/year={d:yyyy}/month={d:MM}/day={d:dd}/transaction_{d:yyyy-MM-dd}.csv", ct);
        }, ct);

    const string Tables = """
        CREATE TABLE customers AS
        SELECT concat('C', 12345 + n) AS customer_id, first_name, last_name, mailbox(first_name, last_name, n, n) AS email, pick(['Bronze', 'Bronze', 'Silver', 'Gold'], 'level', n) AS membership_level
        FROM (SELECT n, pick(getvariable('first_names'), 'first', n) AS first_name, pick(getvariable('last_names'), 'last', n) AS last_name FROM range(10 * getvariable('scale')) AS numbers(n));
        CREATE TABLE products AS
        SELECT concat('P', 12345 + n) AS product_id, concat(pick(['Folding', 'Solar', 'Pocket', 'Desk', 'Travel'], 'sort', n), ' ', pick(['Lamp', 'Charger', 'Kettle', 'Scale', 'Speaker', 'Fan'], 'thing', n), ' ', n + 1) AS product_name,
          pick(['Gadgets', 'Electronics', 'Tools', 'Home Appliances'], 'category', n) AS category,
          CASE n WHEN 0 THEN 50.00 WHEN 1 THEN 100.00 WHEN 2 THEN 25.00 ELSE 5 * (1 + die(28, 'price', n)) - 0.01 END::DECIMAL(10, 2) AS price, concat('S', 123 + die(20, 'supplier', n)) AS supplier_id
        FROM range(20 * getvariable('scale')) AS numbers(n);
        CREATE TABLE transactions AS
        SELECT n, day, concat('T', 100000 + n) AS transaction_id, concat('C', 12345 + die(10 * getvariable('scale'), 'customer', n)) AS customer_id, p.product_id, 1 + die(10, 'quantity', n) AS quantity, p.price,
          pick(['credit_card', 'credit_card', 'debit_card', 'cash', 'voucher'], 'payment', n) AS payment_type, pick(['completed', 'completed', 'completed', 'completed', 'pending', 'failed'], 'status', n) AS status
        FROM (
          SELECT row_number() OVER (ORDER BY day, i) AS n, day FROM (SELECT DATE '2024-01-01' + d::INTEGER AS day FROM range(getvariable('days')) AS days(d))
          CROSS JOIN LATERAL range(floor(100 * getvariable('scale') * (0.8 + 0.4 * share('day', day)))::BIGINT) AS numbers(i)
        )
        JOIN products AS p ON p.product_id = concat('P', 12345 + die(20 * getvariable('scale'), 'product', n));
        """;

    const string Columns = """
        transaction_id, spoil(spoil(customer_id, 'X99', 160, n), 'C99999', 140, n) AS customer_id, spoil(product_id, 'P00000', 150, n) AS product_id, spoil(quantity, 'two', 170, n) AS quantity,
        spoil(price, '', 180, n) AS price, day AS transaction_date, payment_type, status
        """;

    [GeneratedRegex(@"^transactions/year=\d{4}/month=\d\d/day=\d\d/transaction_\d{4}-\d\d-\d\d\.csv$")]
    private static partial Regex Mine();
}
