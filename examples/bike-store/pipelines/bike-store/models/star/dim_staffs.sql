/* ---
kind: scd2
key: staff_id
surrogate: staff_key
updated_at: updated_at
deleted: is_deleted
tags: [sales]
description: Staff as they were at any time
columns:
  staff_key: { checks: [not_null, unique] }
  email: { pii: true }
  phone: { pii: true }
--- */
select
  staff_id, first_name, last_name, email, phone, active, store_id, manager_id,
  coalesce(updated_at, timestamp '2016-01-01') as updated_at, _deleted_at is not null as is_deleted, _object, _record
from staffs_history
