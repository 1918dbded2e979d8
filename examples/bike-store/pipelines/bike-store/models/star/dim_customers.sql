/* ---
kind: scd2
key: customer_id
surrogate: customer_key
updated_at: updated_at
deleted: is_deleted
tags: [sales]
description: Customers as they were at any time
columns:
  customer_key: { checks: [not_null, unique] }
  email: { pii: true }
  phone: { pii: true }
  street: { pii: true }
--- */
select customer_id, first_name, last_name, phone, email, street, city, state, zip_code, updated_at, is_deleted, _object, _record
from stg_customers
