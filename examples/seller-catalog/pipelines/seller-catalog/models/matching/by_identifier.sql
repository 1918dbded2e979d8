/* ---
kind: table
key: [distributor, sku, asin]
description: Offers and listed things that are one by ASIN or by product code
columns:
  method: { checks: [{ accepted_values: [asin, gtin] }] }
--- */
with by_asin as (
  select o.distributor, o.sku, p.asin, 'ASIN ' || p.asin as evidence
  from stg_offers as o
  join products as p on p.asin = o.asin
),
by_code as (
  select o.distributor, o.sku, g.asin, 'GTIN ' || min(g.gtin14) as evidence
  from stg_offers as o
  join gtin_codes as c on c.code = o.code
  join product_gtins as g on g.gtin14 = c.gtin14
  where not exists (select 1 from by_asin as a where a.distributor = o.distributor and a.sku = o.sku)
  group by o.distributor, o.sku, g.asin
)
select distributor, sku, asin, 'asin' as method, evidence from by_asin
union all
select distributor, sku, asin, 'gtin' as method, evidence from by_code
