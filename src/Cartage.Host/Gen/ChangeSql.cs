using System.Diagnostics;

namespace Cartage.Host.Gen;

/// <summary>What may happen in a third of a day. A step is the rows as they are afterwards; a key is in a step at most once, and later rounds have later times.</summary>
static class ChangeSql
{
    /// <summary>The rows of a table that change in a round, as they become.</summary>
    public static string Step(string feed, int round) =>
        feed switch
        {
            "stores" => Phone("stores", "store_id"),
            "staffs" => Phone("staffs", "staff_id"),
            "products" => Products,
            "customers" => Customers,
            "orders" => Orders,
            "order_items" => Lines.Replace("step_orders", $"step_orders_{round}", StringComparison.Ordinal),
            _ => throw new UnreachableException(feed),
        };

    /// <summary>A day's rows of a table for its file: by time or, now and then, in no order; and now and then a row twice.</summary>
    public static string Day(string feed, string key, string about, int rounds) =>
        $"""
        WITH day AS ({string.Join(" UNION ALL ", Enumerable.Range(0, rounds).Select(r => $"FROM step_{feed}_{r}"))})
        SELECT * EXCLUDE (copy)
        FROM (SELECT *, 1 AS copy FROM day UNION ALL SELECT *, 2 AS copy FROM day WHERE die(50, 'repeated', hash({about}, updated_at)) = 0)
        ORDER BY CASE WHEN die(3, '{feed} unsorted', getvariable('day')) = 0 THEN draw('place', hash({about}, updated_at, copy)) END, updated_at, {key}, copy
        """;

    static string Phone(string table, string key) =>
        $"""
        SELECT * REPLACE (telephone(phone[2:4], {Anew(key)}) AS phone, {Stamp(0, 3600, key)} AS updated_at)
        FROM now_{table} WHERE die(20, '{table}', {Anew(key)}) = 0
        """;

    static readonly string Products = $"""
        SELECT * REPLACE (
          CASE WHEN die(10, 'resent', {Anew("product_id")}) = 0 THEN list_price
            ELSE tag(list_price * pick([0.85, 0.9, 0.95, 1.04, 1.08, 1.15]::DOUBLE[], 'price', {Anew("product_id")})) END AS list_price,
          {Stamp(0, 3600, "product_id")} AS updated_at)
        FROM now_products WHERE share('luck', {Anew("product_id")}) < {Often(0.005, "product_id")}
        """;

    static readonly string Customers = $"""
        SELECT customer_id, first_name,
          CASE WHEN event = 'marries' THEN pick(getvariable('last_names'), 'last name', anew) ELSE last_name END AS last_name,
          CASE WHEN event = 'phone' THEN telephone(elsewhere.area, anew) ELSE phone END AS phone,
          CASE WHEN event = 'email' THEN concat(split_part(email, '@', 1), '@', pick(getvariable('mail'), 'mail', anew)) ELSE email END AS email,
          CASE WHEN event = 'moves' THEN street(anew) ELSE street END AS street,
          CASE WHEN event = 'moves' THEN elsewhere.city ELSE city END AS city,
          CASE WHEN event = 'moves' THEN elsewhere.state ELSE state END AS state,
          CASE WHEN event = 'moves' THEN elsewhere.zip ELSE zip_code END AS zip_code,
          {Stamp(0, 3600, "customer_id")} AS updated_at, CASE WHEN event = 'leaves' THEN 'N' ELSE 'Y' END AS is_active
        FROM (
          SELECT *, place(anew) AS elsewhere
          FROM (
            SELECT *,
              CASE WHEN is_active = 'N' THEN CASE WHEN updated_at < getvariable('day') AND luck < 0.06 THEN 'returns' END
                WHEN luck < 0.0004 THEN 'leaves'
                WHEN luck < {Often(0.004, "customer_id")} THEN pick(['moves', 'moves', 'moves', 'phone', 'phone', 'email', 'marries', 'resent'], 'event', anew) END AS event
            FROM (SELECT *, {Anew("customer_id")} AS anew, share('luck', {Anew("customer_id")}) AS luck FROM now_customers)
          )
          WHERE event IS NOT NULL
        )
        UNION ALL
        SELECT * EXCLUDE (opens) FROM arriving_customers WHERE opens = getvariable('opens')
        """;

    // An order is worked on soon after it came in, or it has been forgotten and waits for long.
    static readonly string Orders = $"""
        SELECT order_id, customer_id,
          CASE WHEN event = 'taken up' THEN 2 WHEN event = 'refused' THEN 3 WHEN event = 'sent' THEN 4 ELSE order_status END AS order_status,
          order_date, CASE WHEN event = 'put off' THEN required_date + 2 ELSE required_date END AS required_date,
          CASE WHEN event = 'sent' THEN getvariable('day') ELSE shipped_date END AS shipped_date, store_id,
          CASE WHEN event = 'credited' THEN pick(getvariable('sellers')[store_id], 'credited', {Anew("order_id")}) ELSE staff_id END AS staff_id,
          {Stamp(3600, 3600, "order_id")} AS updated_at, CASE WHEN event = 'withdrawn' THEN 'N' ELSE 'Y' END AS is_active
        FROM (
          SELECT *,
            CASE WHEN is_active = 'N' THEN CASE WHEN updated_at < getvariable('day') AND luck < 0.06 THEN 'returns' END
              WHEN luck < 0.00025 THEN 'withdrawn'
              WHEN order_status = 1 AND luck < CASE WHEN getvariable('day') - order_date <= 5 THEN 0.6 ELSE 0.08 END THEN 'taken up'
              WHEN order_status = 2 AND luck < CASE WHEN getvariable('day') - order_date <= 6 THEN 0.75 ELSE 0.06 END AND getvariable('day') >= order_date + shipping_days(order_id, store_id)
                THEN CASE WHEN die(18, 'rejected', order_id) = 0 THEN 'refused' ELSE 'sent' END
              WHEN order_status <= 2 AND luck > 0.98 THEN 'put off'
              WHEN luck > 0.9997 THEN 'credited' END AS event
          FROM (SELECT *, share('luck', {Anew("order_id")}) AS luck FROM now_orders)
        )
        WHERE event IS NOT NULL
        UNION ALL
        SELECT order_id, customer_id, 1, order_date, required_date, NULL, store_near(state), pick(getvariable('sellers')[store_near(state)], 'staff', order_id), a.updated_at, 'Y'
        FROM arriving_orders AS a JOIN now_customers AS c USING (customer_id)
        WHERE opens = getvariable('opens') AND c.is_active = 'Y'
        """;

    // Lines go and come back with their order, at its time; the first line is never taken off alone, and one that was stays off.
    // Of the orders that are still open some get one more line.
    static readonly string Lines = $"""
        WITH moved AS (
          SELECT l.*, o.updated_at AS moved_at, o.is_active AS stands, max(l.updated_at) OVER whole AS latest, bool_and(l.is_active = 'N') OVER whole AS gone
          FROM now_order_items AS l JOIN step_orders AS o USING (order_id)
          WINDOW whole AS (PARTITION BY order_id)
        ),
        noted AS (
          SELECT *,
            CASE WHEN item_id > 1 AND luck < 0.0002 THEN 'taken off'
              WHEN luck < {Often(0.0017, "order_id * 8 + item_id")} THEN pick(['quantity', 'quantity', 'quantity', 'discount', 'discount', 'resent'], 'event', anew) END AS event
          FROM (SELECT *, {Anew("order_id * 8 + item_id")} AS anew, share('luck', {Anew("order_id * 8 + item_id")}) AS luck FROM now_order_items)
          WHERE is_active = 'Y' AND order_id NOT IN (SELECT order_id FROM step_orders WHERE is_active = 'N')
        ),
        wanted AS (
          SELECT order_id, getvariable('day') AS order_date, max(item_id) + 1 AS item_id
          FROM now_order_items
          WHERE order_id IN (SELECT order_id FROM now_orders WHERE is_active = 'Y' AND order_status <= 2 AND share('adds', {Anew("order_id")}) < 0.02)
          GROUP BY order_id HAVING max(item_id) < 5
        ),
        bought AS (
          SELECT * EXCLUDE (opens) FROM arriving_lines WHERE opens = getvariable('opens') AND order_id IN (SELECT order_id FROM step_orders)
          UNION ALL
          SELECT *, {Stamp(7200, 7200, "order_id * 8 + item_id")}, 'Y' FROM ({Ledgers.LineRows("wanted")})
        )
        SELECT * EXCLUDE (moved_at, stands, latest, gone) REPLACE (moved_at AS updated_at, stands AS is_active)
        FROM moved WHERE (stands = 'N' AND is_active = 'Y') OR (stands = 'Y' AND gone AND updated_at = latest)
        UNION ALL
        SELECT * EXCLUDE (event, anew, luck) REPLACE (
          CASE WHEN event = 'quantity' THEN 3 - quantity ELSE quantity END AS quantity,
          CASE WHEN event = 'discount' THEN pick([0.05, 0.07, 0.10, 0.20]::DECIMAL(4, 2)[], 'discount', anew) ELSE discount END AS discount,
          {Stamp(7200, 7200, "order_id * 8 + item_id")} AS updated_at, CASE WHEN event = 'taken off' THEN 'N' ELSE 'Y' END AS is_active)
        FROM noted WHERE event IS NOT NULL
        UNION ALL
        SELECT b.* REPLACE (p.list_price AS list_price) FROM bought AS b JOIN now_products AS p USING (product_id)
        """;

    static string Anew(string about) => $"hash(getvariable('opens'), {about})";

    static string Stamp(int since, int seconds, string about) => $"stamp(getvariable('opens'), {since}, {seconds}, {about})";

    // Few rows are edited, and of those some again and again the same day.
    static string Often(double share, string about) =>
        FormattableString.Invariant($"CASE WHEN die(500, 'restless', hash(getvariable('day'), {about})) = 0 THEN 0.6 ELSE {share} END");
}
