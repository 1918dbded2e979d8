/* ---
severity: warn
description: An order that stands has lines that stand
--- */
select o.order_id, o.order_date
from stg_orders as o
left join stg_order_items as i on i.order_id = o.order_id
where i.order_id is null
