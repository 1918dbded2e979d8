/* ---
kind: view
description: Order lines that stand
--- */
select order_id, item_id, product_id, quantity, list_price, discount
from order_items
where _deleted_at is null
