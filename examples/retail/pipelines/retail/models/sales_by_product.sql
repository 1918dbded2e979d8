/* ---
kind: view
description: Revenue, units and returns by stock code; the description is the one most lines have
--- */
select s.stock_code, d.description, s.revenue, s.units, s.returned, s.invoices
from (
  select
    stock_code, sum(revenue) as revenue,
    sum(case when quantity > 0 then quantity else 0 end) as units,
    sum(case when quantity < 0 then -quantity else 0 end) as returned,
    count(distinct invoice_no) as invoices
  from fact_lines
  group by stock_code) as s
left join (
  select stock_code, description, row_number() over (partition by stock_code order by count(*) desc, description) as place
  from fact_lines
  where description is not null
  group by stock_code, description) as d on d.stock_code = s.stock_code and d.place = 1
