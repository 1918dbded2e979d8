/* ---
kind: view
description: Orders, revenue and days to ship by day; days without orders too
--- */
select
  d.order_date, count(m.order_id) as orders, coalesce(sum(m.total_price), 0) as revenue, round(avg(m.shipping_time_days), 2) as days_to_ship,
  count(m.order_id) - count(m.delivery_date) as not_delivered,
  sum(case when m.order_id is not null and m.customer_name is null then 1 else 0 end) as unknown_customers,
  sum(case when m.order_id is not null and m.selling_price is null then 1 else 0 end) as unknown_products
from (
  select cast(g as date) as order_date
  from generate_series((select min(order_date) from order_metrics)::timestamp, (select max(order_date) from order_metrics)::timestamp, interval '1 day') as days(g)) as d
left join order_metrics as m on m.order_date = d.order_date
group by d.order_date
