/* ---
kind: view
description: Orders that stand, with the time they last changed
--- */
select
  order_id, customer_id, order_status, order_date, required_date, shipped_date, store_id, staff_id,
  coalesce(updated_at, cast(case order_status
    when 4 then coalesce(shipped_date, order_date)
    when 3 then required_date + 1
    else order_date end as timestamp)) as updated_at
from orders
where _deleted_at is null
