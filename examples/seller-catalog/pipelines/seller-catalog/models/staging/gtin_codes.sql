/* ---
kind: table
key: [code]
description: Every product code seen, as fourteen digits where its check digit is right (GS1 General Specifications 7.9; ISBN-10 after ISO 2108), else with what is wrong
columns:
  problem: { checks: [{ accepted_values: [length, check digit, zeros] }] }
--- */
with seen as (
  select value as code from gtins where value is not null
  union
  select code from stg_offers where code is not null
  union
  select asin from products where asin ~ '^[0-9]{9}[0-9X]$'
),
compact as (
  select code, upper(regexp_replace(code, '[^0-9Xx]', '', 'g')) as c from seen
),
isbn as (
  select
    code, c,
    c ~ '^[0-9]{9}[0-9X]$' and mod(
      10 * cast(substr(c, 1, 1) as integer) + 9 * cast(substr(c, 2, 1) as integer) + 8 * cast(substr(c, 3, 1) as integer)
      + 7 * cast(substr(c, 4, 1) as integer) + 6 * cast(substr(c, 5, 1) as integer) + 5 * cast(substr(c, 6, 1) as integer)
      + 4 * cast(substr(c, 7, 1) as integer) + 3 * cast(substr(c, 8, 1) as integer) + 2 * cast(substr(c, 9, 1) as integer)
      + case substr(c, 10, 1) when 'X' then 10 else cast(substr(c, 10, 1) as integer) end, 11) = 0 as is_isbn
  from compact
  where c ~ '^[0-9]{9}[0-9X]$'
  union all
  select code, c, false from compact where not c ~ '^[0-9]{9}[0-9X]$'
),
thirteen as (
  select
    code,
    case
      when is_isbn then '978' || substr(c, 1, 9)
      when c ~ '^[0-9]{8}$' or c ~ '^[0-9]{11,14}$' then substr(lpad(c, 14, '0'), 1, 13)
    end as body,
    case when c ~ '^[0-9]{8}$' or c ~ '^[0-9]{11,14}$' then substr(c, length(c), 1) end as given,
    is_isbn
  from isbn
),
checked as (
  select
    code, given, is_isbn,
    lpad(body, 13, '0') as b
  from thirteen
),
digits as (
  select
    code, given, is_isbn, b,
    mod(10 - mod(
      3 * (cast(substr(b, 1, 1) as integer) + cast(substr(b, 3, 1) as integer) + cast(substr(b, 5, 1) as integer) + cast(substr(b, 7, 1) as integer)
        + cast(substr(b, 9, 1) as integer) + cast(substr(b, 11, 1) as integer) + cast(substr(b, 13, 1) as integer))
      + cast(substr(b, 2, 1) as integer) + cast(substr(b, 4, 1) as integer) + cast(substr(b, 6, 1) as integer) + cast(substr(b, 8, 1) as integer)
      + cast(substr(b, 10, 1) as integer) + cast(substr(b, 12, 1) as integer), 10), 10) as digit
  from checked
)
select
  code,
  case when b is null or b = '0000000000000' then null when is_isbn or cast(digit as varchar(1)) = given then b || cast(digit as varchar(1)) end as gtin14,
  case when b is null then 'length' when b = '0000000000000' then 'zeros' when not is_isbn and cast(digit as varchar(1)) <> given then 'check digit' end as problem
from digits
