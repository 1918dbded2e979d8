/* ---
kind: table
key: [order_id, item_id]
tags: [sales]
description: One row an order line; money is rounded half-up, once
dimensions:
  product_key:  { table: dim_products, key: product_id, at: order_date }
  customer_key: { table: dim_customers, key: customer_id, at: order_date }
  store_key:    { table: dim_stores, key: store_id, at: order_date }
  staff_key:    { table: dim_staffs, key: staff_id, at: order_date }
columns:
  order_id:     { checks: [not_null] }
  product_key:  { checks: [not_null, { between: [1, 9223372036854775807] }] }
  customer_key: { checks: [not_null, { between: [1, 9223372036854775807] }] }
  store_key:    { checks: [not_null, { between: [1, 9223372036854775807] }] }
  staff_key:    { checks: [not_null, { between: [1, 9223372036854775807] }] }
  quantity:     { checks: [{ between: [1, 1000] }] }
  order_status: { checks: [{ accepted_values: [1, 2, 3, 4] }] }
  discount_percent: { checks: [{ between: [0, 100] }] }
checks:
  - unique: [order_id, item_id]
  - row_count: "> 0"
  - reconcile: "sum(total_price_with_discount) = sum(total_price) - sum(discount_amount)"
  - reconcile: "count(*) = (select count(*) from stg_order_items i join stg_orders o on o.order_id = i.order_id)"
--- */
select
  i.order_id, i.item_id, i.product_id, o.customer_id, o.store_id, o.staff_id,
  o.order_date, o.required_date, o.shipped_date,
  case when o.order_status = 3 then o.required_date end as rejected_date,
  o.order_status, i.quantity, i.list_price,
  cast(i.discount * 100 as integer) as discount_percent,
  cast(round(i.quantity * i.list_price * i.discount, 2) as decimal(14, 2)) as discount_amount,
  cast(i.quantity * i.list_price as decimal(14, 2)) as total_price,
  cast(i.quantity * i.list_price as decimal(14, 2)) - cast(round(i.quantity * i.list_price * i.discount, 2) as decimal(14, 2)) as total_price_with_discount
from stg_order_items as i
join stg_orders as o on o.order_id = i.order_id
