using Cartage.Tests.Support;

namespace Cartage.Tests.Warehouses;

/// <summary>A project with every kind of feed, model and check, in SQL that every warehouse understands.</summary>
static class ConformanceShop
{
    public static TestProject Create() =>
        new TestProject()
            .Write("project.yml", "name: conformance\n")
            .Write("pipelines/shop/pipeline.yml", "start: 2024-01-01\n")
            .Write("pipelines/shop/feeds/files.yml", Feeds)
            .Write("in/customers.csv", "customer_id,name,city,updated_at,is_active\n")
            .Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n")
            .Write("in/rates.csv", "code,rate\n")
            .Write("in/events.csv", "seen_at,kind,size\n")
            .Write("in/types.csv", "id,t,n,d,h,ts,tz,b,u,f\n")
            .Write("pipelines/shop/models/a_view.sql", "/* ---\nkind: view\n--- */\nselect customer_id, upper(name) as name, city from customers where city is not null")
            .Write("pipelines/shop/models/a_view_of_a_view.sql", "/* ---\nkind: view\n--- */\nselect city, count(*) as people from a_view group by city")
            .Write(
                "pipelines/shop/models/keyed.sql",
                """
                /* ---
                kind: table
                key: order_id
                columns:
                  order_id: { checks: [not_null, unique] }
                  status: { checks: [{ accepted_values: [open, done], severity: warn }, { matches: "^[a-z]+$" }] }
                  amount: { checks: [{ between: [0, 50], severity: warn }] }
                  customer_id: { checks: [{ references: { to: customers, column: customer_id }, severity: warn }] }
                checks:
                  - row_count: "> 0"
                  - unique: [order_id, customer_id]
                  - unique: [status]
                    severity: warn
                    name: keyed.status_repeats
                  - freshness: { column: order_date, max_age: 100000d }
                  - reconcile: "sum(amount) = (select sum(amount) from orders)"
                  - { sql: "select order_id from keyed where amount > 40", severity: warn, name: keyed.large }
                --- */
                select order_id, customer_id, order_date, amount, case when amount > 30 then 'open' when amount > 20 then 'lost' else 'done' end as status from orders
                """
            )
            .Write("pipelines/shop/models/unkeyed.sql", "select city, name, count(*) as people, sum(length(name)) as letters from customers group by city, name union all select 'everywhere', 'all', count(*), 0 from customers")
            .Write("pipelines/shop/models/bag.sql", "select kind, size from events")
            .Write("pipelines/shop/models/merged.sql", "/* ---\nkind: merge\nkey: [kind, size]\n--- */\nselect kind, size, max(seen_at) as last_at, count(*) as times from events where seen_at >= {{ start }} and seen_at < {{ end }} group by kind, size")
            .Write("pipelines/shop/models/appended.sql", "/* ---\nkind: append\n--- */\nselect kind, count(*) as times from events where seen_at >= {{ start }} and seen_at < {{ end }} group by kind")
            .Write("pipelines/shop/models/by_day.sql", "/* ---\nkind: interval\ntime: seen_at\n--- */\nselect seen_at, kind, size from events where seen_at >= {{ start }} and seen_at < {{ end }}")
            .Write("pipelines/shop/models/dim_customers.sql", "/* ---\nkind: scd2\nkey: customer_id\nsurrogate: customer_key\nupdated_at: updated_at\ndeleted: is_deleted\n--- */\nselect customer_id, name, city, updated_at, _deleted_at is not null as is_deleted, _object, _record from customers_history")
            .Write("pipelines/shop/models/dim_rates.sql", "/* ---\nkind: scd2\nkey: code\nsurrogate: rate_key\n--- */\nselect code, rate from rates")
            .Write("pipelines/shop/models/dim_kinds.sql", "/* ---\nkind: scd2\nkey: kind\nsurrogate: kind_key\nupdated_at: seen\n--- */\nselect kind, min(seen_at) as seen from events where size < 3 group by kind")
            .Write(
                "pipelines/shop/models/fact.sql",
                """
                /* ---
                key: order_id
                dimensions: { customer_key: { table: dim_customers, key: customer_id, at: order_date }, rate_key: { table: dim_rates, key: code, missing: unknown } }
                --- */
                select order_id, customer_id, order_date, case when amount > 15 then 'EUR' else 'XXX' end as code, amount from orders
                """
            )
            .Write("pipelines/shop/models/fact_events.sql", "/* ---\ndimensions: { kind_key: { table: dim_kinds, key: kind, missing: infer } }\n--- */\nselect kind, size, count(*) as times from events where kind is not null group by kind, size")
            .Write("pipelines/shop/checks/no_ghosts.sql", "/* ---\nseverity: warn\n--- */\nselect f.order_id from fact f where f.customer_key = -1")
            .Write("pipelines/shop/models/everything.sql", "select * from types");

    const string Feeds = $$"""
        feeds:
          customers:
            files: "in/customers*.csv"
            key: [customer_id]
            cursor: updated_at
            deleted_when: "is_active = 'N'"
            columns:
              customer_id: { type: integer, required: true }
              name: { type: text, required: true, length: [1, 20] }
              city: { type: text }
              updated_at: { type: timestamp }
              is_active: { type: text, one_of: [Y, N] }
        {{SmallShop.Orders}}
          rates:
            files: "in/rates*.csv"
            key: [code]
            columns:
              code: { type: text, required: true }
              rate: { type: double }
          events:
            files: "in/events*.csv"
            columns:
              seen_at: { type: timestamp, required: true }
              kind: { type: text }
              size: { type: smallint, severity: drop, range: [0, 100] }
          types:
            files: "in/types*.csv"
            key: [id]
            columns:
              id: { type: bigint, required: true }
              t: { type: text }
              n: { type: "decimal(18,3)" }
              d: { type: date }
              h: { type: time }
              ts: { type: timestamp }
              tz: { type: timestamptz }
              b: { type: boolean }
              u: { type: uuid }
              f: { type: double }
        """;
}
