/* ---
kind: table
key: [distributor, sku, asin]
description: Listed things that an offer without a known identifier may be, how alike their titles are (0 to 1), and what speaks against it
columns:
  likeness: { checks: [{ between: [0, 1] }] }
--- */
with things as (
  select count(*) as n, sum(case when side = 'product' then 1 else 0 end) as products from titles
),
-- A word says more the fewer titles have it; what many price lists write and no listing does ("retail box") says nothing.
weights as (
  select
    w.word,
    count(distinct case when w.side = 'product' then w.id end) as listings,
    case when count(distinct case when w.side = 'product' then w.id end) = 0 and count(*) >= 5 and 20 * count(*) >= max(t.n) - max(t.products) then 0
      else ln(1 + cast(max(t.n) as double precision) / count(*)) end as weight
  from title_words as w
  cross join things as t
  group by w.word
),
totals as (
  select w.side, w.id, sum(x.weight) as weight
  from title_words as w
  join weights as x on x.word = w.word
  group by w.side, w.id
),
-- The brands that price lists name, and the longest of them that a title begins with.
brands as (
  select distinct regexp_replace(replace(replace(lower(brand), '&', ' and '), ' and ', ' '), '[^a-z0-9]', '', 'g') as letters from stg_offers where brand is not null
),
branded as (
  select side, id, letters
  from (
    select t.side, t.id, b.letters, row_number() over (partition by t.side, t.id order by length(b.letters) desc) as place
    from titles as t
    join brands as b on length(b.letters) >= 3 and position(b.letters in t.run_together) = 1
  ) as found
  where place = 1
),
-- What an identifier decides needs no words; a known ASIN or code that nobody lists is another thing.
open_offers as (
  select o.distributor, o.sku, o.distributor || '|' || o.sku as id, o.brand, o.model, c.gtin14
  from stg_offers as o
  left join gtin_codes as c on c.code = o.code
  where o.asin is null
    and not exists (select 1 from by_identifier as i where i.distributor = o.distributor and i.sku = o.sku)
),
-- Only things that share a telling word are compared.
pairs as (
  select distinct o.id as offer_id, p.id as asin
  from open_offers as f
  join title_words as o on o.side = 'offer' and o.id = f.id
  join weights as x on x.word = o.word and x.listings between 1 and 2000
  join title_words as p on p.side = 'product' and p.word = o.word
  cross join things as t
  where o.kind in ('word', 'code') and (x.listings <= 200 or 20 * x.listings <= t.products)
),
shared as (
  select
    p.offer_id, p.asin,
    sum(x.weight) as weight,
    sum(case when o.kind = 'colour' then 1 else 0 end) as colours,
    sum(case when o.kind = 'code' then 1 else 0 end) as codes,
    sum(case when o.kind = 'number' then 1 else 0 end) as numbers
  from pairs as p
  join title_words as o on o.side = 'offer' and o.id = p.offer_id
  join title_words as l on l.side = 'product' and l.id = p.asin and l.word = o.word
  join weights as x on x.word = o.word
  group by p.offer_id, p.asin
),
kinds as (
  select
    side, id,
    sum(case when kind = 'colour' then 1 else 0 end) as colours,
    sum(case when kind = 'code' then 1 else 0 end) as codes,
    sum(case when kind = 'number' then 1 else 0 end) as numbers
  from title_words
  group by side, id
),
-- Both speak of a volume (a mass, a length …) and not of one that is within a hundredth the same.
measured as (
  select offer_id, asin, max(case when alike = 0 then 1 else 0 end) as conflict
  from (
    select p.offer_id, p.asin, o.dimension, max(case when abs(o.amount - l.amount) <= 0.01 * l.amount then 1 else 0 end) as alike
    from pairs as p
    join title_words as o on o.side = 'offer' and o.id = p.offer_id and o.kind = 'amount'
    join title_words as l on l.side = 'product' and l.id = p.asin and l.kind = 'amount' and l.dimension = o.dimension
    group by p.offer_id, p.asin, o.dimension
  ) as dimensions
  group by offer_id, asin
),
coded as (
  select distinct f.id as offer_id, g.asin
  from open_offers as f
  join product_gtins as g on f.gtin14 is not null
),
spelled as (
  select
    s.offer_id, s.asin, f.distributor, f.sku, f.brand, f.model, s.weight, s.colours, s.codes, s.numbers,
    t.run_together as said, t.pack as offer_pack, l.pack as listing_pack, l.run_together,
    coalesce(bo.letters, '') as brand_letters,
    coalesce(bl.letters, '') as listing_brand,
    regexp_replace(lower(coalesce(f.model, '')), '[^a-z0-9]', '', 'g') as model_letters,
    f.gtin14
  from shared as s
  join open_offers as f on f.id = s.offer_id
  join titles as t on t.side = 'offer' and t.id = s.offer_id
  join titles as l on l.side = 'product' and l.id = s.asin
  left join branded as bo on bo.side = 'offer' and bo.id = s.offer_id
  left join branded as bl on bl.side = 'product' and bl.id = s.asin
),
judged as (
  select
    s.distributor, s.sku, s.asin,
    cast(round(cast(0.75 * s.weight / a.weight + 0.25 * 2 * s.weight / (a.weight + b.weight) as decimal(12, 6)), 3) as decimal(4, 3)) as likeness,
    s.brand_letters <> '' and position(s.brand_letters in s.run_together) > 0 as has_brand,
    s.codes > 0 or length(s.model_letters) >= 4 and s.model_letters ~ '^.*[0-9].*$' and position(s.model_letters in s.run_together) > 0
      and not substr(s.run_together, position(s.model_letters in s.run_together) + length(s.model_letters), 1) ~ '^[0-9]$' as has_model,
    case
      when s.offer_pack <> s.listing_pack then 'pack of ' || cast(s.offer_pack as varchar(10)) || ', not ' || cast(s.listing_pack as varchar(10))
      when m.conflict = 1 then 'another size'
      when ko.colours > 0 and kl.colours > 0 and s.colours = 0 then 'another colour'
      when ko.codes > 0 and kl.codes > 0 and s.codes = 0 then 'another model'
      when ko.numbers > s.numbers and kl.numbers > s.numbers then 'another number'
      when s.brand_letters <> '' and position(s.brand_letters in s.run_together) = 0 then 'another brand'
      when s.brand_letters = '' and s.listing_brand <> '' and position(s.listing_brand in s.said) = 0 then 'no brand said'
      when length(s.model_letters) >= 4 and s.model_letters ~ '^.*[0-9].*$' and position(s.model_letters in s.run_together) = 0 and kl.codes > 0 then 'another model'
      when c.asin is not null then 'another product code'
    end as against
  from spelled as s
  join totals as a on a.side = 'offer' and a.id = s.offer_id
  join totals as b on b.side = 'product' and b.id = s.asin
  join kinds as ko on ko.side = 'offer' and ko.id = s.offer_id
  join kinds as kl on kl.side = 'product' and kl.id = s.asin
  left join measured as m on m.offer_id = s.offer_id and m.asin = s.asin
  left join coded as c on c.offer_id = s.offer_id and c.asin = s.asin
)
select distributor, sku, asin, likeness, has_brand, has_model, against
from judged
where likeness >= 0.35
