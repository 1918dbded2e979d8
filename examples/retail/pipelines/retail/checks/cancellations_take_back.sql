/* ---
severity: warn
description: A cancelled line takes goods or money back
--- */
select invoice_no, line_no, quantity, unit_price
from fact_lines
where kind = 'cancellation' and revenue > 0
