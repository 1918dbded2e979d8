/* ---
kind: table
key: [asin]
description: Everything that is or was listed, once, as its newest listing describes it
--- */
select asin, title, day as last_seen
from (
  select asin, title, day, row_number() over (partition by asin order by day desc, case when country = 'US' then 0 else 1 end, country, seller_id) as place
  from stg_listings
) as ranked
where place = 1
