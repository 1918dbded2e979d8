/* ---
kind: table
key: [side, id]
description: Titles of listings and of offers in one spelling, with the number of pieces they speak of taken out
columns:
  side: { checks: [{ accepted_values: [product, offer] }] }
  pack: { checks: [not_null] }
--- */
-- Every pattern is anchored or replaces throughout, so that engines agree on what it matches.
with said as (
  select 'product' as side, asin as id, title as words from products
  union all
  select 'offer' as side, distributor || '|' || sku as id, coalesce(brand, '') || ' ' || coalesce(model, '') || ' ' || coalesce(title, '') as words from stg_offers
),
plain as (
  select s.side, s.id, ' ' || lower(translate(replace(s.words, '&', ' and '), 'àáâãäåÀÁÂÃÄÅçÇèéêëÈÉÊËìíîïÌÍÎÏñÑòóôõöøÒÓÔÕÖØùúûüÙÚÛÜýÿÝœßłŁńśżźćęąŚŻŹĆ', 'aaaaaaaaaaaacceeeeeeeeiiiiiiiinnoooooooooooouuuuuuuuyyyosllnszzceaszzc')) || ' ' as words from said as s
),
-- 32" is inches, 1,000 a thousand, 1,5 one and a half, AB-12 the code ab12.
numbers as (
  select
    p.side, p.id,
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(p.words, '([0-9]) ?("|″|”|'''')', '\1 inch ', 'g'), '([0-9]),([0-9][0-9][0-9])([^0-9])', '\1\2\3', 'g'), '([0-9]),([0-9])', '\1.\2', 'g'), '([a-z])-([a-z]*[0-9])', '\1\2', 'g') as words
  from plain as p
),
dots as (
  select
    n.side, n.id,
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(n.words, '[^a-z0-9.]', ' ', 'g'), '\.([^0-9])', ' \1', 'g'), '([^0-9])\.', '\1 ', 'g'), '([0-9]) ?in ([^0-9]|$)', '\1 inch \2', 'g'), ' +', ' ', 'g') as dotted
  from numbers as n
),
-- Three is 3, 60 x 80 is 60x80.
figures as (
  select
    d.side, d.id,
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(regexp_replace(d.dotted, '([0-9]) x ([0-9])', '\1x\2', 'g'), ' one ', ' 1 '), ' two ', ' 2 '), ' three ', ' 3 '), ' four ', ' 4 '), ' five ', ' 5 '), ' six ', ' 6 '), ' seven ', ' 7 '), ' eight ', ' 8 '), ' nine ', ' 9 '), ' ten ', ' 10 ') as dotted
  from dots as d
),
units as (
  select
    f.side, f.id,
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(f.dotted, '([0-9]) ?(inches|inch|zoll) ', '\1inch ', 'g'), '([0-9]) ?(fl\.? ?oz|fluid ounces|fluid ounce) ', '\1floz ', 'g'), '([0-9]) ?(ounces|ounce|oz) ', '\1oz ', 'g'), '([0-9]) ?(milliliters|millilitres|milliliter|millilitre|ml) ', '\1ml ', 'g'), '([0-9]) ?(cl) ', '\1cl ', 'g'), '([0-9]) ?(liters|litres|liter|litre|ltr|l) ', '\1l ', 'g'), '([0-9]) ?(kilograms|kilogram|kilos|kilo|kg) ', '\1kg ', 'g'), '([0-9]) ?(grams|gram|gr|g) ', '\1g ', 'g'), '([0-9]) ?(pounds|pound|lbs|lb) ', '\1lb ', 'g'), '([0-9]) ?(millimeters|millimetres|mm) ', '\1mm ', 'g'), '([0-9]) ?(centimeters|centimetres|cm) ', '\1cm ', 'g'), '([0-9]) ?(meters|metres|meter|metre|mtr|m) ', '\1m ', 'g'), '([0-9]) ?(feet|foot|ft) ', '\1ft ', 'g'), '([0-9]) ?(watts|watt|w) ', '\1w ', 'g'), '([0-9]) ?(mah) ', '\1mah ', 'g'), '([0-9]) ?(gb) ', '\1gb ', 'g'), '([0-9]) ?(tb) ', '\1tb ', 'g'), '([0-9]) ?(volts|volt|v) ', '\1v ', 'g') as words
  from figures as f
),
packed as (
  select
    u.side, u.id, u.words,
    case
      when u.words ~ '^.* (pack|set|box|case|carton|bundle|lot|bag) of [0-9]+ .*$' then regexp_replace(u.words, '^.* (pack|set|box|case|carton|bundle|lot|bag) of ([0-9]+) .*$', '\2')
      when u.words ~ '^.* [0-9]+ ?(er )?(pack|packs|pk|count|ct|cnt|pcs|pc|pieces|piece|units|stuck) .*$' then regexp_replace(u.words, '^.* ([0-9]+) ?(er )?(pack|packs|pk|count|ct|cnt|pcs|pc|pieces|piece|units|stuck) .*$', '\1')
      when u.words ~ '^.* [0-9]+er .*$' then regexp_replace(u.words, '^.* ([0-9]+)er .*$', '\1')
      when u.words ~ '^.* [0-9]+x[0-9.]+(ml|cl|l|g|kg|oz|floz) .*$' then regexp_replace(u.words, '^.* ([0-9]+)x[0-9.]+(ml|cl|l|g|kg|oz|floz) .*$', '\1')
      when u.words ~ '^.*[a-z] x ?[0-9]+ $' then regexp_replace(u.words, '^.*[a-z] x ?([0-9]+) $', '\1')
      when u.words ~ '^.* (twin ?pack|double pack|duo pack) .*$' then '2'
      when u.words ~ '^.* triple pack .*$' then '3'
      when u.words ~ '^.* dozen .*$' then '12'
      else '1'
    end as pieces
  from units as u
),
counted as (
  select
    side, id,
    cast(case when length(pieces) between 1 and 6 then pieces else '1' end as integer) as pack,
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(words,
      ' (pack|set|box|case|carton|bundle|lot|bag) of [0-9]+ ', ' ', 'g'),
      ' [0-9]+ ?(er )?(pack|packs|pk|count|ct|cnt|pcs|pc|pieces|piece|units|stuck) ', ' ', 'g'),
      ' ([0-9]+er|twin ?pack|double pack|duo pack|triple pack|dozen) ', ' ', 'g'),
      '( [0-9]+x([0-9.]+(ml|cl|l|g|kg|oz|floz) )| x ?[0-9]+ $)', ' \2', 'g') as words
  from packed
)
-- A number and the word after it are one: 2-person is not 3-person, 80 ohm not 250 ohm. Run together so that AB 12 is AB-12; two numbers side by side stay two.
select
  side, id, pack,
  regexp_replace(words, '( [0-9]+([.][0-9]+)?) ([a-z]+)', '\1\3', 'g') as words,
  replace(regexp_replace(regexp_replace(replace(words, ' and ', ''), '([0-9]) ([0-9])', '\1_\2', 'g'), '([0-9]) ([0-9])', '\1_\2', 'g'), ' ', '') as run_together
from counted
