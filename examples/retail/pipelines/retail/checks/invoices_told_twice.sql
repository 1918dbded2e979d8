/* ---
severity: reject
description: Two files hold the same invoice, line for line - a bulk file and the daily ones, say. A line has no number, so only people know that these are not two sales
--- */
select "InvoiceNo" as invoice_no, min(one) as one_file, max(other) as other_file
from (
  select "InvoiceNo", min(_object) as one, max(_object) as other
  from lines
  where "InvoiceNo" in (select "InvoiceNo" from lines group by "InvoiceNo" having min(_object) <> max(_object))
  group by "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country") as told
group by "InvoiceNo"
having min(case when one <> other then 1 else 0 end) = 1
