/* ---
kind: table
key: [asin, gtin14]
description: The codes of a listed thing; a book's ASIN is its ISBN-10
--- */
select distinct g.asin, c.gtin14
from gtins as g
join gtin_codes as c on c.code = g.value
where c.gtin14 is not null and g.asin is not null
union
select p.asin, c.gtin14
from products as p
join gtin_codes as c on c.code = p.asin
where c.gtin14 is not null
