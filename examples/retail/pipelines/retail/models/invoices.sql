/* ---
kind: table
key: invoice_no
tags: [sales]
description: One row an invoice, with what its lines come to
columns:
  invoice_no: { checks: [not_null, unique] }
checks:
  - reconcile: "sum(lines) = (select count(*) from fact_lines)"
  - reconcile: "sum(amount) = (select sum(revenue) from fact_lines)"
--- */
select
  invoice_no, min(kind) as kind, min(invoice_time) as invoice_time, min(customer_id) as customer_id, min(country) as country,
  count(*) as lines, sum(quantity) as quantity, sum(revenue) as amount
from fact_lines
group by invoice_no
