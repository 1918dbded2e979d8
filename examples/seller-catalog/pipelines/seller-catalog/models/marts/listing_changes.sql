/* ---
kind: table
key: [seller_id, country, asin, day, change]
description: What changed in a listing since the day it was seen before - price down or up by a tenth, back in or out of stock, another demand band
columns:
  change: { checks: [{ accepted_values: [price_down, price_up, back_in_stock, out_of_stock, demand] }] }
--- */
with seen as (
  select
    seller_id, country, asin, day, price, currency, in_stock, bought_past_month,
    lag(day) over (partition by seller_id, country, asin order by day) as day_before,
    lag(price) over (partition by seller_id, country, asin order by day) as price_before,
    lag(currency) over (partition by seller_id, country, asin order by day) as currency_before,
    lag(in_stock) over (partition by seller_id, country, asin order by day) as in_stock_before,
    lag(bought_past_month) over (partition by seller_id, country, asin order by day) as bought_before
  from stg_listings
)
select seller_id, country, asin, day, 'price_down' as change, day_before, price_before as was, price as now, currency
from seen where price_before > 0 and currency = currency_before and price <= 0.9 * price_before
union all
select seller_id, country, asin, day, 'price_up' as change, day_before, price_before as was, price as now, currency
from seen where price_before > 0 and currency = currency_before and price >= 1.1 * price_before
union all
select seller_id, country, asin, day, 'back_in_stock' as change, day_before, price_before as was, price as now, currency
from seen where in_stock and not in_stock_before
union all
select seller_id, country, asin, day, 'out_of_stock' as change, day_before, price_before as was, price as now, currency_before as currency
from seen where not in_stock and in_stock_before
union all
select seller_id, country, asin, day, 'demand' as change, day_before, cast(bought_before as decimal(14, 2)) as was, cast(bought_past_month as decimal(14, 2)) as now, null as currency
from seen where day_before is not null and bought_past_month is distinct from bought_before
