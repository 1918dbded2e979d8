/* ---
kind: table
key: [store_id, product_id]
tags: [stock]
description: What each store has of each product
checks: [{ unique: [store_id, product_id] }]
--- */
select store_id, product_id, quantity, _loaded_at as as_of
from stocks
