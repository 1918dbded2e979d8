/* ---
severity: warn
description: An order that stands has lines that stand
--- */
select o.order_id, o.order_date
from stg_orders as o
where not exists (select 1 from stg_order_items as i where i.order_id = o.order_id)
