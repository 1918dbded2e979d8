/* ---
kind: view
description: Every version of a customer; the first is dated by the first order
--- */
select
  c.customer_id, c.first_name, c.last_name, c.phone, c.email, c.street, c.city, c.state, c.zip_code,
  coalesce(c.updated_at, cast(f.first_order as timestamp), timestamp '2016-01-01') as updated_at,
  c._deleted_at is not null as is_deleted,
  c._object, c._record
from customers_history as c
left join (select customer_id, min(order_date) as first_order from orders group by customer_id) as f on f.customer_id = c.customer_id
