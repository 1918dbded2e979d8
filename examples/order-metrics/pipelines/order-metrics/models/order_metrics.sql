/* ---
kind: table
key: order_id
tags: [orders]
export: { zone: processed, path: "order_metrics/{{ end:yyyy-MM-dd }}", formats: [csv, parquet] }
description: One row an order, with its customer, product, total and days to ship; unknown customers and products stay empty
columns:
  order_id:       { checks: [not_null, unique] }
  customer_name:  { pii: true, checks: [{ not_null: true, severity: warn, name: unknown_customers }] }
  email:          { pii: true }
  selling_price:  { checks: [{ not_null: true, severity: warn, name: unknown_products }] }
  shipping_time_days: { checks: [{ between: [0, 365] }] }
checks:
  - row_count: "> 0"
  - reconcile: "count(*) = (select count(*) from orders)"
--- */
select
  o.order_id, o.customer_id, c.customer_name, c.email, c.country, o.product_id, p.category, p.selling_price, o.quantity,
  cast(o.quantity * p.selling_price as decimal(14, 2)) as total_price,
  o.order_date, o.delivery_date, o.delivery_date - o.order_date as shipping_time_days
from orders as o
left join customers as c on c.customer_id = o.customer_id
left join products as p on p.product_id = o.product_id
