/* ---
kind: view
description: Revenue, orders and units by month, months without orders too
--- */
select
  d.year, d.month, d.month_name,
  coalesce(sum(f.total_price_with_discount), 0) as revenue,
  count(distinct f.order_id) as orders,
  coalesce(sum(f.quantity), 0) as units
from dim_date as d
left join fact_sales as f on f.order_date = d.date
group by d.year, d.month, d.month_name
