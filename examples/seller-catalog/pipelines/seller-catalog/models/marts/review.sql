/* ---
kind: view
description: Offers that a person should look at, beside the listing they may be
--- */
select m.distributor, m.sku, o.title as offer, m.asin, p.title as listing, m.method, m.score, m.evidence
from matches as m
join stg_offers as o on o.distributor = m.distributor and o.sku = m.sku
join products as p on p.asin = m.asin
where m.status = 'review'
