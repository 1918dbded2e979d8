/* ---
severity: warn
allow: 1%
description: Sales without a price are rare
--- */
select invoice_no, line_no, stock_code, quantity
from fact_lines
where kind = 'sale' and quantity > 0 and unit_price = 0
