using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Host.Gen;

/// <summary>Customers, orders and their lines, as many as the scale says, and the copying out of all nine tables.</summary>
sealed class Ledgers(DuckDbConnection connection, int scale)
{
    static readonly Dialect Sql = Dialect.DuckDb;

    const int Customers = 1445;
    const int Orders = 1615;

    /// <summary>The lines of the base orders.</summary>
    public static readonly string Lines = LineRows("(SELECT order_id, order_date, unnest(range(1, 1 + lines(order_id))) AS item_id FROM orders)");

    static readonly (string Feed, string Rows)[] Files =
    [
        ("brands", "SELECT * FROM brands ORDER BY brand_id"),
        ("categories", "SELECT * FROM categories ORDER BY category_id"),
        ("stores", "SELECT * FROM stores ORDER BY store_id"),
        ("staffs", "SELECT * FROM staffs ORDER BY staff_id"),
        ("products", "SELECT * FROM products ORDER BY product_id"),
        ("stocks", "SELECT * FROM stocks ORDER BY store_id, product_id"),
        ("customers", CustomerRows("customer_ids")),
        ("orders", "SELECT * FROM orders"),
        ("order_items", Lines),
    ];

    public async Task<List<GenFile>> WriteAsync(string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        await connection.ExecuteAsync(Sales, ct, ("customers", (long)Customers * scale), ("orders", (long)Orders * scale));
        List<GenFile> files = [];
        foreach (var (feed, rows) in Files)
        {
            var path = GenFolder.File(folder, feed);
            var count = await CopyAsync(connection, rows, path, ct);
            files.Add(new(feed, count, new FileInfo(path).Length));
        }
        return files;
    }

    public static Task<long> CopyAsync(DuckDbConnection connection, string rows, string path, CancellationToken ct) =>
        connection.ExecuteAsync($"COPY ({rows}) TO {Sql.Literal(path)} (FORMAT csv, HEADER, DELIMITER ',', NULLSTR 'NULL')", ct);

    /// <summary>The customers whose <c>customer_id</c> is in a table. The four turns of a wheel take the numbers to pairs of names and back, so no pair comes twice before all have come.</summary>
    public static string CustomerRows(string ids) =>
        $"""
        SELECT customer_id, first_name, last_name, CASE WHEN die(5, 'has phone', customer_id) < 2 THEN telephone(lives.area, customer_id) END AS phone,
          mailbox(first_name, last_name, suffix, customer_id) AS email, street(customer_id) AS street, lives.city AS city, lives.state AS state, lives.zip AS zip_code
        FROM (
          SELECT customer_id, getvariable('first_names')[1 + a2] AS first_name,
            getvariable('last_names')[1 + (b1 + die(many, 'wheel 4', a2)) % many] AS last_name,
            CASE WHEN turn = 0 AND die(4, 'plain', customer_id) > 0 THEN '' WHEN turn < 100 THEN printf('%02d', (turn + die(100, 'turn', pair)) % 100) ELSE turn::VARCHAR END AS suffix,
            place(customer_id) AS lives
          FROM (
            SELECT *, (a1 + die(few, 'wheel 3', b1)) % few AS a2
            FROM (
              SELECT *, (b + die(many, 'wheel 2', a1)) % many AS b1
              FROM (
                SELECT *, (a + die(few, 'wheel 1', b)) % few AS a1
                FROM (
                  SELECT customer_id, customer_id % (few * many) AS pair, customer_id // (few * many) AS turn, customer_id % few AS a, customer_id // few % many AS b, few, many
                  FROM (SELECT customer_id, len(getvariable('first_names')) AS few, len(getvariable('last_names')) AS many FROM {ids})
                )
              )
            )
          )
        )
        """;

    /// <summary>The lines in a table of <c>order_id</c>, <c>item_id</c> and <c>order_date</c>, at catalogue prices.</summary>
    public static string LineRows(string places) =>
        $"""
        SELECT order_id, item_id, product_id, CASE WHEN die(5, 'quantity', order_id * 8 + item_id) < 2 THEN 2 ELSE 1 END AS quantity,
          getvariable('prices')[product_id] AS list_price, pick([0.05, 0.07, 0.10, 0.20]::DECIMAL(4, 2)[], 'discount', order_id * 8 + item_id) AS discount
        FROM (SELECT order_id, item_id, bike(order_id, item_id, order_date) AS product_id FROM {places})
        """;

    // Everyone buys once, and one in eleven again and again. Orders are numbered by date: rowid is the place in the sorted table.
    const string Sales = """
        CREATE MACRO store_near(state) AS CASE state WHEN 'CA' THEN 1 WHEN 'NY' THEN 2 ELSE 3 END;
        CREATE MACRO lines(order_id) AS CASE WHEN die(1615, 'lines', order_id) < 288 THEN 1 WHEN die(1615, 'lines', order_id) < 663 THEN 2
          WHEN die(1615, 'lines', order_id) < 1034 THEN 3 WHEN die(1615, 'lines', order_id) < 1368 THEN 4 ELSE 5 END;
        CREATE MACRO promised_days(order_id) AS (1 + die(3, 'promised', order_id))::INTEGER;
        CREATE MACRO shipping_days(order_id, store_id) AS CASE WHEN share('late', order_id) < ([0.34, 0.31, 0.26][store_id])::DOUBLE
          THEN promised_days(order_id) + CASE WHEN die(5, 'very late', order_id) = 0 THEN 2 ELSE 1 END
          ELSE (1 + die(promised_days(order_id), 'in time', order_id))::INTEGER END;
        SET VARIABLE days = (
          SELECT list(day ORDER BY day, n)
          FROM (SELECT unnest(generate_series(DATE '2016-01-01', DATE '2018-12-31', INTERVAL 1 DAY))::DATE AS day) CROSS JOIN LATERAL range((40 * busy(day))::BIGINT) AS weights(n)
        );
        CREATE TABLE customer_ids AS SELECT n AS customer_id FROM range(1, 1 + $customers) AS numbers(n);
        CREATE TABLE purchases AS
        SELECT customer_id, order_date
        FROM (
          SELECT n, pick(getvariable('days'), 'day', n) AS order_date,
            CASE WHEN n <= $customers THEN n ELSE 1 + die($customers, 'regular', die($customers // 11, 'again', n)) END AS customer_id
          FROM range(1, 1 + $orders) AS numbers(n)
        )
        ORDER BY order_date, draw('queue', n), n;
        CREATE TABLE orders AS
        SELECT order_id, customer_id, order_status, order_date, required_date, CASE WHEN order_status = 4 THEN shipped_date END AS shipped_date, store_id,
          pick(getvariable('sellers')[store_id], 'staff', order_id) AS staff_id
        FROM (
          SELECT *, order_date + promised_days(order_id) AS required_date,
            CASE WHEN shipped_date > DATE '2018-12-31' OR (age < 150 AND share('open', order_id) < 1 / ((1 + age / 60) * (1 + age / 60)))
              THEN CASE WHEN share('pending', order_id) < 1 / (1 + age / 8) THEN 1 ELSE 2 END
              WHEN die(18, 'rejected', order_id) = 0 THEN 3 ELSE 4 END AS order_status
          FROM (
            SELECT *, order_date + shipping_days(order_id, store_id) AS shipped_date, (DATE '2018-12-31' - order_date)::DOUBLE AS age
            FROM (SELECT rowid + 1 AS order_id, customer_id, order_date, store_near(place(customer_id).state) AS store_id FROM purchases)
          )
        );
        DROP TABLE purchases;
        """;
}
