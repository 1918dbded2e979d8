/* ---
kind: table
key: [side, id, word]
description: The words of each title, each once, and what kind of word it is; an amount is written in one unit, so that 0.5 l and 500 ml are one word
columns:
  kind: { checks: [{ accepted_values: [amount, colour, code, number, word] }] }
--- */
with split as (
  select t.side, t.id, regexp_split_to_table(trim(t.words), ' +') as said from titles as t
),
singular as (
  select distinct
    side, id,
    case
      when said ~ '^[a-z]+[^aeiou]ies$' then regexp_replace(said, 'ies$', 'y')
      when said ~ '^[0-9.]*[a-z]*[a-z][a-z][^su]s$' then regexp_replace(said, 's$', '')
      when said = 'gray' then 'grey'
      else said
    end as word
  from split
  where said not in ('', 'and', 'the', 'a', 'an', 'of', 'for', 'with', 'w', 'in', 'on', 'to', 'by', 'or', 'from', 'at', 'x', 'pack', 'set', 'new', 'ea', 'each', 'pc', 'single')
),
kinds as (
  select
    side, id, word,
    case
      when word ~ '^(ipx?[0-9]+|usb[0-9c].*|mp[34]|wifi[0-9]|bt[0-9.]+|ddr[0-9]|cat[0-9].*|hdr[0-9]*|h26[45])$' then 'word'
      when word ~ '^[0-9]{1,7}([.][0-9]{1,3})?[a-z]{1,20}$' then 'amount'
      when word in ('black', 'white', 'blue', 'red', 'green', 'grey', 'silver', 'gold', 'pink', 'purple', 'yellow', 'orange', 'brown', 'beige', 'navy', 'teal', 'ivory', 'turquoise', 'charcoal') then 'colour'
      when length(word) >= 3 and word ~ '^.*[0-9].*$' and word ~ '^.*[a-z].*$' then 'code'
      when word ~ '^[0-9]+([.][0-9]+)?$' then 'number'
      else 'word'
    end as kind
  from singular
),
amounts as (
  select
    side, id, word, kind,
    regexp_replace(word, '^[0-9.]+', '') as unit,
    case when kind = 'amount' then cast(regexp_replace(word, '[a-z]+$', '') as decimal(12, 3)) end as amount
  from kinds
),
measured as (
  select
    side, id, word, kind,
    case when kind = 'amount' then
      case when unit in ('ml', 'cl', 'l') then 'volume' when unit in ('g', 'kg') then 'mass' when unit in ('mm', 'cm', 'm') then 'length' when unit in ('st', 'nd', 'rd', 'th') then 'ordinal' else unit end end as dimension,
    amount * case unit when 'l' then 1000 when 'cl' then 10 when 'kg' then 1000 when 'm' then 1000 when 'cm' then 10 else 1 end as amount
  from amounts
)
select distinct
  side, id,
  case when kind = 'amount' then cast(cast(amount as decimal(14, 2)) as varchar(20)) || ' ' || dimension else word end as word,
  kind, dimension, amount
from measured
