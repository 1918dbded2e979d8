/* ---
kind: view
description: Every version of a product, quotes taken out of its name; a brand or category that is renamed is renamed in all of them
--- */
select
  p.product_id, replace(p.product_name, '"', '') as product_name, b.brand_name, c.category_name, p.model_year, p.list_price,
  coalesce(p.updated_at, timestamp '2016-01-01') as updated_at,
  p._deleted_at is not null as is_deleted,
  p._object, p._record
from products_history as p
join brands as b on b.brand_id = p.brand_id
join categories as c on c.category_id = p.category_id
