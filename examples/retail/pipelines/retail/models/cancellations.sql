/* ---
kind: view
description: Cancelled lines, amounts positive
--- */
select invoice_no, line_no, stock_code, description, -quantity as quantity, unit_price, -revenue as amount, invoice_date, customer_id, country
from fact_lines
where kind = 'cancellation'
