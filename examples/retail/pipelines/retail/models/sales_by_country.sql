/* ---
kind: view
description: Revenue, invoices and customers by country
--- */
select country, sum(revenue) as revenue, count(distinct invoice_no) as invoices, count(distinct customer_id) as customers, count(*) as lines
from fact_lines
group by country
