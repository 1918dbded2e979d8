/* ---
kind: view
description: Revenue, orders and units by product, those never sold too
--- */
select
  p.product_id, p.product_name, p.brand_name, p.category_name, p.model_year,
  coalesce(sum(f.total_price_with_discount), 0) as revenue,
  count(distinct f.order_id) as orders,
  coalesce(sum(f.quantity), 0) as units
from dim_products as p
left join dim_products as v on v.product_id = p.product_id
left join fact_sales as f on f.product_key = v.product_key
where p.is_current and p.product_id is not null
group by p.product_id, p.product_name, p.brand_name, p.category_name, p.model_year
