/* ---
description: A customer's versions follow each other without gap or overlap
--- */
select a.customer_id, a.valid_from, a.valid_to
from dim_customers as a
where a.valid_to < timestamp '9999-12-31'
  and not exists (select 1 from dim_customers as b where b.customer_id = a.customer_id and b.valid_from = a.valid_to)
