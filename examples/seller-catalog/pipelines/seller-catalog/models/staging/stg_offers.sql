/* ---
kind: table
key: [distributor, sku]
description: What distributors offer, with identifiers in one spelling
columns:
  unit_cost: { checks: [not_null, { between: [0, 1000000] }] }
--- */
select
  distributor, sku,
  case when upper(trim(asin)) ~ '^[A-Z0-9]{10}$' then upper(trim(asin)) end as asin,
  nullif(trim(gtin), '') as code,
  nullif(trim(brand), '') as brand,
  nullif(trim(model), '') as model,
  nullif(trim(title), '') as title,
  unit_cost,
  upper(trim(currency)) as currency,
  coalesce(stock, 0) as stock
from offers
