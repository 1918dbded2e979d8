/* ---
kind: table
key: [seller_id, country, asin, day]
description: What a seller listed on a day, cleaned; a price that cannot be read is no price, and says so
columns:
  asin: { checks: [not_null] }
  price_status: { checks: [{ accepted_values: [read, none, unreadable] }] }
  rating: { checks: [{ between: [0, 5] }] }
--- */
with texts as (
  select
    l.seller_id, l.country, l.asin, l.day,
    trim(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
      coalesce(l.product_title, ''),
      '&quot;', '"'), '&#34;', '"'), '&#39;', ''''), '&#x27;', ''''), '&apos;', ''''), '&rsquo;', ''''), '&nbsp;', ' '), '&ndash;', '-'), '&mdash;', '-'), '&lt;', '<'), '&gt;', '>'), '&amp;', '&')) as title,
    trim(replace(coalesce(l.product_price, ''), chr(160), ' ')) as price_text,
    trim(replace(coalesce(l.product_original_price, ''), chr(160), ' ')) as original_text,
    upper(trim(coalesce(l.currency, ''))) as currency_text,
    trim(coalesce(l.product_star_rating, '')) as rating_text,
    trim(replace(coalesce(l.product_num_ratings, ''), ',', '')) as ratings_text,
    trim(coalesce(l.sales_volume, '')) as sales_text,
    trim(coalesce(l.product_num_offers, '')) as offers_text,
    lower(coalesce(l.product_availability, '')) as availability_text,
    l.product_url as url
  from listings as l
),
money as (
  select
    t.*,
    case
      when currency_text ~ '^[A-Z]{3}$' then currency_text
      when price_text like '%€%' then 'EUR'
      when price_text like '%£%' then 'GBP'
      when price_text like '%₹%' then 'INR'
      when price_text like '%zł%' then 'PLN'
      when price_text like '%¥%' then case when country = 'CN' then 'CNY' else 'JPY' end
      when price_text like '%$%' then case country when 'CA' then 'CAD' when 'AU' then 'AUD' when 'MX' then 'MXN' when 'SG' then 'SGD' when 'BR' then 'BRL' else 'USD' end
    end as currency,
    case when price_text ~ '^[^0-9]*[0-9][0-9.,]*[^0-9]*$' then regexp_replace(price_text, '[^0-9.,]', '', 'g') else '' end as price_digits,
    case when original_text ~ '^[^0-9]*[0-9][0-9.,]*[^0-9]*$' then regexp_replace(original_text, '[^0-9.,]', '', 'g') else '' end as original_digits
  from texts as t
),
amounts as (
  select
    m.*,
    case
      when price_digits ~ '^[0-9]+(\.[0-9]{1,2})?$' then cast(price_digits as decimal(14, 2))
      when price_digits ~ '^[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}(\.[0-9]{1,2})?$' then cast(replace(price_digits, ',', '') as decimal(14, 2))
      when price_digits ~ '^[0-9]+,[0-9]{1,2}$' then cast(replace(price_digits, ',', '.') as decimal(14, 2))
      when price_digits ~ '^[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,2}$' then cast(replace(replace(price_digits, '.', ''), ',', '.') as decimal(14, 2))
      when price_digits ~ '^[0-9]{1,3}(\.[0-9]{3})+$' and currency in ('EUR', 'BRL', 'TRY') then cast(replace(price_digits, '.', '') as decimal(14, 2))
    end as price,
    case
      when original_digits ~ '^[0-9]+(\.[0-9]{1,2})?$' then cast(original_digits as decimal(14, 2))
      when original_digits ~ '^[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}(\.[0-9]{1,2})?$' then cast(replace(original_digits, ',', '') as decimal(14, 2))
      when original_digits ~ '^[0-9]+,[0-9]{1,2}$' then cast(replace(original_digits, ',', '.') as decimal(14, 2))
      when original_digits ~ '^[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,2}$' then cast(replace(replace(original_digits, '.', ''), ',', '.') as decimal(14, 2))
      when original_digits ~ '^[0-9]{1,3}(\.[0-9]{3})+$' and currency in ('EUR', 'BRL', 'TRY') then cast(replace(original_digits, '.', '') as decimal(14, 2))
    end as original_price,
    case when sales_text ~ '^[0-9.]+[KM]?\+ bought in past month$' then regexp_replace(sales_text, '^([0-9.]+)([KM]?)\+ bought.*$', '\1') end as bought_digits
  from money as m
)
select
  seller_id, country, asin, day, title, price_text,
  price,
  case when price is not null then currency end as currency,
  case when price is not null then 'read' when price_text = '' then 'none' else 'unreadable' end as price_status,
  original_price,
  cast(case when rating_text ~ '^[0-5]([.,][0-9]{1,2})?( out of 5 stars)?$' then replace(regexp_replace(rating_text, '^([0-9.,]+).*$', '\1'), ',', '.') end as decimal(3, 2)) as rating,
  cast(case when ratings_text ~ '^[0-9]{1,15}$' then ratings_text end as bigint) as ratings,
  cast(case when bought_digits ~ '^[0-9]+(\.[0-9]+)?$' then
    round(cast(bought_digits as decimal(14, 3)) * case when sales_text ~ '^[0-9.]+K.*$' then 1000 when sales_text ~ '^[0-9.]+M.*$' then 1000000 else 1 end, 0) end as bigint) as bought_past_month,
  cast(case when offers_text ~ '^[0-9]{1,9}$' then offers_text end as integer) as offers,
  price is not null and availability_text not like '%unavailable%' and availability_text not like '%out of stock%' as in_stock,
  url
from amounts
