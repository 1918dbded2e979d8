/* ---
kind: table
key: customer_id
tags: [customers]
description: One row a customer, with the first and the latest invoice
columns:
  customer_id: { checks: [not_null, unique] }
--- */
select
  c.customer_id, l.country, c.first_invoice, c.last_invoice, c.invoices, c.cancellations, c.lines, c.revenue
from (
  select
    customer_id, min(invoice_time) as first_invoice, max(invoice_time) as last_invoice,
    count(*) as invoices, sum(case when kind = 'cancellation' then 1 else 0 end) as cancellations,
    sum(lines) as lines, sum(amount) as revenue
  from invoices
  where customer_id is not null
  group by customer_id) as c
join (
  select customer_id, country, row_number() over (partition by customer_id order by invoice_time desc, invoice_no desc) as place
  from invoices
  where customer_id is not null) as l on l.customer_id = c.customer_id and l.place = 1
