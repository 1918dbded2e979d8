/* ---
severity: warn
description: What was paid is the product's price
--- */
select t.transaction_id, t.product_id, t.price as paid, p.price
from payments as t
join products as p on p.product_id = t.product_id
where t.price <> p.price
