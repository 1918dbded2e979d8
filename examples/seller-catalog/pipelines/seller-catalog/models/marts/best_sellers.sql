/* ---
kind: table
key: [country, asin]
description: Things by how many were bought in the month before their newest day, and the best margin there is on them
--- */
with newest as (
  select country, asin, max(day) as day from stg_listings group by country, asin
),
best as (
  select country, asin, max(unit_margin) as unit_margin, count(*) as offers from margins where stock > 0 group by country, asin
)
select
  l.country, l.asin, max(p.title) as title, max(l.bought_past_month) as bought_past_month, max(l.rating) as rating, count(*) as sellers,
  max(b.unit_margin) as best_unit_margin, coalesce(max(b.offers), 0) as offers
from stg_listings as l
join newest as n on n.country = l.country and n.asin = l.asin and n.day = l.day
join products as p on p.asin = l.asin
left join best as b on b.country = l.country and b.asin = l.asin
group by l.country, l.asin
