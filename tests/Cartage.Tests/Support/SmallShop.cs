namespace Cartage.Tests.Support;

/// <summary>Customers and orders with a change time, a dimension and a fact: the smallest project that shows everything.</summary>
public static class SmallShop
{
    /// <summary>A feed of orders whose customers are another's, as YAML under <c>feeds</c>.</summary>
    public const string Orders = """
          orders:
            files: "in/orders*.csv"
            key: [order_id]
            cursor: updated_at
            columns:
              order_id: { type: integer, required: true }
              customer_id: { type: integer, required: true, references: { feed: customers, column: customer_id, on_missing: quarantine } }
              order_date: { type: date, required: true }
              amount: { type: "decimal(10,2)", required: true, range: [0, 10000] }
              updated_at: { type: timestamp }
        """;

    public static TestProject Create(string onMissing = "quarantine") =>
        new TestProject()
            .Write("project.yml", "name: small\n")
            .Write("pipelines/shop/pipeline.yml", "description: a small shop\n")
            .Write(
                "pipelines/shop/feeds/files.yml",
                $$"""
                feeds:
                  customers:
                    files: "in/customers*.csv"
                    key: [customer_id]
                    cursor: updated_at
                    deleted_when: "is_active = 'N'"
                    columns:
                      customer_id: { type: integer, required: true }
                      name: { type: text, required: true }
                      city: { type: text }
                      updated_at: { type: timestamp }
                      is_active: { type: text, one_of: [Y, N] }
                {{Orders.Replace("on_missing: quarantine", $"on_missing: {onMissing}", StringComparison.Ordinal)}}
                """
            )
            .Write(
                "pipelines/shop/models/dim_customers.sql",
                """
                /* ---
                kind: scd2
                key: customer_id
                surrogate: customer_key
                updated_at: updated_at
                deleted: is_deleted
                --- */
                select customer_id, name, city, updated_at, _deleted_at is not null as is_deleted, _object, _record from customers_history
                """
            )
            .Write(
                "pipelines/shop/models/fact_orders.sql",
                """
                /* ---
                kind: table
                key: order_id
                dimensions: { customer_key: { table: dim_customers, key: customer_id, at: order_date } }
                checks: [{ unique: [order_id] }]
                --- */
                select order_id, customer_id, order_date, amount from orders
                """
            );

    /// <summary>Everything the tables say, surrogates seen through business key and start.</summary>
    public static async Task<string> StateAsync(TestProject project) =>
        string.Join('\n', await project.QueryAsync(
            """
            SELECT * FROM (
              SELECT 'base' AS t, concat_ws('|', customer_id, name, city, updated_at, is_active, _deleted_at) AS r FROM shop_raw.customers
              UNION ALL SELECT 'history', concat_ws('|', customer_id, name, city, updated_at, is_active, _deleted_at) FROM shop_raw.customers_history
              UNION ALL SELECT 'dim', concat_ws('|', customer_key, customer_id, name, city, valid_from, valid_to, is_current, is_deleted) FROM shop.dim_customers
              UNION ALL SELECT 'orders', concat_ws('|', order_id, customer_id, order_date, amount, updated_at) FROM shop_raw.orders_history
              UNION ALL SELECT 'fact', concat_ws('|', f.order_id, d.customer_id, d.valid_from, f.order_date, f.amount) FROM shop.fact_orders f JOIN shop.dim_customers d USING (customer_key))
            ORDER BY ALL
            """));
}
