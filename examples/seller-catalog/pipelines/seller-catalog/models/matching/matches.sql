/* ---
kind: table
key: [distributor, sku, asin]
description: Which listed thing each offer is, how that is known (asin, gtin, brand and model, title), how surely, and on what evidence; what is doubtful waits for a person
columns:
  asin: { checks: [{ references: { to: products, column: asin } }] }
  method: { checks: [{ accepted_values: [asin, gtin, brand_model, title] }] }
  status: { checks: [{ accepted_values: [matched, review] }] }
  score: { checks: [{ between: [0, 1] }] }
--- */
with identified as (
  select
    i.distributor, i.sku, i.asin, i.method,
    cast(case i.method when 'asin' then 1.0 else 0.99 end as decimal(4, 3)) as score,
    i.evidence || case when i.method = 'asin' and t.pack <> l.pack and o.title is not null then '; but pack of ' || cast(t.pack as varchar(10)) || ', not ' || cast(l.pack as varchar(10)) else '' end as evidence,
    case when i.method = 'asin' and t.pack <> l.pack and o.title is not null then 'review' else 'matched' end as status
  from by_identifier as i
  join stg_offers as o on o.distributor = i.distributor and o.sku = i.sku
  join titles as t on t.side = 'offer' and t.id = i.distributor || '|' || i.sku
  join titles as l on l.side = 'product' and l.id = i.asin
),
likely as (
  select
    c.distributor, c.sku, c.asin,
    case when has_brand and has_model then 'brand_model' else 'title' end as method,
    cast(case when has_brand and has_model then 0.9 + 0.08 * likeness when has_model then 0.1 + 0.88 * likeness else 0.98 * likeness end as decimal(4, 3)) as score
  from candidates as c
  where c.against is null
),
ranked as (
  select
    distributor, sku, asin, method, score,
    row_number() over (partition by distributor, sku order by score desc, asin) as place,
    lead(score) over (partition by distributor, sku order by score desc, asin) as next_score
  from likely
),
worded as (
  select
    distributor, sku, asin, method, score,
    case method when 'brand_model' then 'brand and model' else 'title' end
      || case when next_score is not null and score - next_score < 0.02 then '; another listing is as like it' else '' end as evidence,
    case when method = 'brand_model' and (next_score is null or score - next_score >= 0.005) then 'matched'
      when method = 'title' and score >= 0.8 and (next_score is null or score - next_score >= 0.02) then 'matched'
      else 'review' end as status
  from ranked
  where place = 1 and score >= 0.5
),
every_match as (
  select distributor, sku, asin, method, score, evidence, status from identified
  union all
  select distributor, sku, asin, method, score, evidence, status from worded
)
select
  m.distributor, m.sku, m.asin, m.method, m.score, m.evidence, m.status,
  o.unit_cost, o.currency, o.stock
from every_match as m
join stg_offers as o on o.distributor = m.distributor and o.sku = m.sku
