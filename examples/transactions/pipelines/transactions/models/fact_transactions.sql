/* ---
kind: table
key: transaction_id
tags: [payments]
description: One row a transaction, with who, what, how much and how big
columns:
  transaction_id: { checks: [not_null, unique] }
  transaction_type: { checks: [{ accepted_values: [Small, Medium, Large] }] }
  first_name: { pii: true }
  last_name: { pii: true }
checks:
  - reconcile: "count(*) = (select count(*) from payments)"
--- */
select
  t.transaction_id, t.transaction_date, t.customer_id, c.first_name, c.last_name, c.membership_level,
  t.product_id, p.product_name, p.category, t.quantity, t.price,
  cast(t.quantity * t.price as decimal(14, 2)) as total_amount,
  case when t.quantity * t.price <= 100 then 'Small' when t.quantity * t.price <= 500 then 'Medium' else 'Large' end as transaction_type,
  t.payment_type, t.status
from payments as t
left join customers as c on c.customer_id = t.customer_id
left join products as p on p.product_id = t.product_id
