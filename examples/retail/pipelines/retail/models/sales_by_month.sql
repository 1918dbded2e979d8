/* ---
kind: view
description: Revenue, cancellations, basket size, new and returning customers by month
--- */
select
  i.month,
  sum(i.amount) as revenue,
  sum(case when i.kind = 'cancellation' then -i.amount else 0 end) as cancelled,
  sum(case when i.kind = 'sale' then 1 else 0 end) as orders,
  sum(case when i.kind = 'sale' then i.lines else 0 end) as sale_lines,
  count(distinct i.customer_id) as customers,
  count(distinct case when i.month = cast(date_trunc('month', c.first_invoice) as date) then i.customer_id end) as new_customers
from (select cast(date_trunc('month', invoice_time) as date) as month, kind, amount, lines, customer_id from invoices) as i
left join customers as c on c.customer_id = i.customer_id
group by i.month
