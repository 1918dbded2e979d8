/* ---
kind: scd2
key: store_id
surrogate: store_key
updated_at: updated_at
deleted: is_deleted
tags: [sales]
description: Stores as they were at any time
columns:
  store_key: { checks: [not_null, unique] }
--- */
select
  store_id, store_name, phone, email, street, city, state, zip_code,
  coalesce(updated_at, timestamp '2016-01-01') as updated_at, _deleted_at is not null as is_deleted, _object, _record
from stores_history
