/* ---
kind: scd2
key: product_id
surrogate: product_key
updated_at: updated_at
deleted: is_deleted
tags: [sales]
description: Products as they were at any time, under the names that their brands and categories have today
columns:
  product_key: { checks: [not_null, unique] }
  product_name: { checks: [{ matches: '^[^"]*$' }] }
--- */
select product_id, product_name, brand_name, category_name, model_year, list_price, updated_at, is_deleted, _object, _record
from stg_products
