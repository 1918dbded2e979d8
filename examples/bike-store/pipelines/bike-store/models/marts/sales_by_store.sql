/* ---
kind: view
description: Revenue, orders and units by store, and how its orders were delivered - on time, late or not shipped, which is neither
--- */
select
  s.store_name,
  sum(f.total_price_with_discount) as revenue,
  count(distinct f.order_id) as orders,
  sum(f.quantity) as units,
  count(distinct case when f.shipped_date <= f.required_date then f.order_id end) as on_time_orders,
  count(distinct case when f.shipped_date > f.required_date then f.order_id end) as late_orders,
  count(distinct case when f.shipped_date is null then f.order_id end) as not_shipped
from fact_sales as f
join dim_stores as s on s.store_key = f.store_key
group by s.store_name
