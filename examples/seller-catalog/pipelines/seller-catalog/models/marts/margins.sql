/* ---
kind: table
key: [distributor, sku, asin, country]
description: What a unit earns - the lowest price a thing is listed for on its newest day, less what a distributor asks, where both are in one currency
columns:
  unit_margin: { checks: [not_null] }
--- */
with newest as (
  select country, asin, max(day) as day from stg_listings group by country, asin
),
lowest as (
  select l.country, l.asin, l.day, l.currency, min(l.price) as price, max(l.bought_past_month) as bought_past_month
  from stg_listings as l
  join newest as n on n.country = l.country and n.asin = l.asin and n.day = l.day
  where l.in_stock and l.price is not null
  group by l.country, l.asin, l.day, l.currency
)
select
  m.distributor, m.sku, m.asin, l.country, m.method, m.score, l.day, l.currency, l.price, m.unit_cost,
  l.price - m.unit_cost as unit_margin,
  case when l.price > 0 then cast(round((l.price - m.unit_cost) * 100 / l.price, 2) as decimal(10, 2)) end as margin_percent,
  m.stock, l.bought_past_month
from matches as m
join lowest as l on l.asin = m.asin and l.currency = m.currency
where m.status = 'matched'
