/* ---
kind: view
description: Revenue, orders and units by customer
columns:
  customer_name: { pii: true }
--- */
select
  c.customer_id, c.first_name || ' ' || c.last_name as customer_name, c.state,
  sum(f.total_price_with_discount) as revenue,
  count(distinct f.order_id) as orders,
  sum(f.quantity) as units
from fact_sales as f
join dim_customers as v on v.customer_key = f.customer_key
join dim_customers as c on c.customer_id = v.customer_id and c.valid_to = timestamp '9999-12-31'
group by c.customer_id, c.first_name, c.last_name, c.state
