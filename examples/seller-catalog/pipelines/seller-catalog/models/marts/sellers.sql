/* ---
kind: table
key: [seller_id, country]
description: Sellers by what they list on the newest day, how much of it can be had, and how much of it a distributor offers
--- */
with newest as (
  select seller_id, country, max(day) as day from stg_listings group by seller_id, country
),
matched as (
  select distinct asin from matches where status = 'matched'
)
select
  l.seller_id, l.country, l.day, count(*) as listings,
  sum(case when l.in_stock then 1 else 0 end) as in_stock,
  sum(case when m.asin is not null then 1 else 0 end) as matched
from stg_listings as l
join newest as n on n.seller_id = l.seller_id and n.country = l.country and n.day = l.day
left join matched as m on m.asin = l.asin
group by l.seller_id, l.country, l.day
