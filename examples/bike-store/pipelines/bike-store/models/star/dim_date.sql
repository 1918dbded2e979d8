/* ---
kind: table
key: date_key
tags: [sales]
description: Every day from the first order's year to the end of the last order's, without gaps
columns:
  date_key: { checks: [not_null, unique] }
checks:
  - reconcile: "count(*) = (select max(date) - min(date) + 1 from dim_date)"
--- */
select
  cast(extract(year from d) * 10000 + extract(month from d) * 100 + extract(day from d) as integer) as date_key,
  cast(d as date) as date,
  cast(extract(year from d) as integer) as year,
  cast(extract(month from d) as integer) as month,
  cast(extract(day from d) as integer) as day,
  cast(extract(quarter from d) as integer) as quarter,
  cast(extract(isodow from d) as integer) as day_of_week,
  case extract(month from d)
    when 1 then 'January' when 2 then 'February' when 3 then 'March' when 4 then 'April'
    when 5 then 'May' when 6 then 'June' when 7 then 'July' when 8 then 'August'
    when 9 then 'September' when 10 then 'October' when 11 then 'November' else 'December' end as month_name,
  cast(extract(week from d) as integer) as iso_week
from generate_series(
  (select date_trunc('year', min(order_date)) from orders)::timestamp,
  (select date_trunc('year', max(order_date)) + interval '1 year' - interval '1 day' from orders)::timestamp,
  interval '1 day') as days(d)
