/* ---
kind: view
description: Revenue, orders, units and late deliveries by store
--- */
select
  s.store_name,
  sum(f.total_price_with_discount) as revenue,
  count(distinct f.order_id) as orders,
  sum(f.quantity) as units,
  count(distinct case when f.shipped_date > f.required_date then f.order_id end) as late_orders,
  count(distinct case when f.shipped_date is null then f.order_id end) as not_shipped
from fact_sales as f
join dim_stores as s on s.store_key = f.store_key
group by s.store_name
