namespace Cartage.Host.Gen;

/// <summary>Who will come and what they will buy, for all days at once: it does not depend on what else happens. Who has left by then does not buy.</summary>
static class Arrivals
{
    // A round is four hours from eight; its opening time stands for it.
    const string Clock = """
        CREATE MACRO opening(day, round) AS TIMESTAMP '2019-01-01 08:00:00' + to_days(day::INTEGER) + to_hours(4 * round::INTEGER);
        CREATE MACRO stamp(opens, since, seconds, about) AS opens + to_seconds(since + die(seconds, 'second', hash(opens, about)));
        CREATE TABLE rounds AS
        SELECT *, (SELECT count(*) FROM customer_ids) + sum(newcomers) OVER (ORDER BY opens) AS known
        FROM (
          SELECT opens, floor(0.5 * pace + share('newcomers', opens))::BIGINT AS newcomers, floor(0.3 * pace + share('regulars', opens))::BIGINT AS regulars
          FROM (SELECT opens, $scale * busy(opens::DATE) AS pace FROM (SELECT opening(day, round) AS opens FROM range($days) AS days(day) CROSS JOIN range($rounds) AS rounds(round)))
        );
        """;

    static readonly string Customers = $"""
        CREATE TABLE newcomers AS
        SELECT opens, (known - newcomers + n)::BIGINT AS customer_id FROM rounds CROSS JOIN LATERAL range(1, 1 + newcomers) AS numbers(n);
        CREATE TABLE arriving_customers AS
        SELECT c.*, stamp(opens, 0, 3600, customer_id) AS updated_at, 'Y' AS is_active, opens FROM ({Ledgers.CustomerRows("newcomers")}) AS c JOIN newcomers USING (customer_id);
        """;

    const string Orders = """
        CREATE TABLE arriving_orders AS
        SELECT order_id, customer_id, opens::DATE AS order_date, opens::DATE + promised_days(order_id) AS required_date, stamp(opens, 3600, 3600, order_id) AS updated_at, opens
        FROM (
          SELECT (SELECT count(*) FROM orders) + row_number() OVER (ORDER BY opens, n) AS order_id, customer_id, opens
          FROM (
            SELECT opens, customer_id, customer_id AS n FROM newcomers
            UNION ALL
            SELECT opens, 1 + die(known::BIGINT, 'regular', hash(opens, n)) AS customer_id, -n AS n FROM rounds CROSS JOIN LATERAL range(1, 1 + regulars) AS numbers(n)
          )
        );
        """;

    static readonly string Lines = $"""
        CREATE TABLE arriving_lines AS
        SELECT l.*, stamp(opens, 7200, 7200, order_id * 8 + item_id) AS updated_at, 'Y' AS is_active, opens
        FROM ({Ledgers.LineRows("(SELECT order_id, order_date, unnest(range(1, 1 + lines(order_id))) AS item_id FROM arriving_orders)")}) AS l JOIN arriving_orders USING (order_id);
        """;

    public static string All { get; } = Clock + Customers + Orders + Lines;
}
