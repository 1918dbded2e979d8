/* ---
kind: table
key: [invoice_no, line_no]
tags: [sales]
description: Every line of every invoice, numbered within it by what it holds
columns:
  invoice_no: { checks: [not_null] }
  kind: { checks: [{ accepted_values: [sale, cancellation, adjustment] }] }
checks:
  - unique: [invoice_no, line_no]
  - row_count: "> 0"
  - reconcile: "count(*) = (select count(*) from lines)"
  - reconcile: 'sum(revenue) = (select sum("Quantity" * "UnitPrice") from lines)'
--- */
select
  "InvoiceNo" as invoice_no,
  row_number() over (
    partition by "InvoiceNo"
    order by "StockCode", "Quantity", "UnitPrice", "InvoiceDate", "Description", "CustomerID", "Country") as line_no,
  case left("InvoiceNo", 1) when 'C' then 'cancellation' when 'A' then 'adjustment' else 'sale' end as kind,
  "StockCode" as stock_code,
  trim("Description") as description,
  "Quantity" as quantity,
  "UnitPrice" as unit_price,
  cast("Quantity" * "UnitPrice" as decimal(18, 3)) as revenue,
  "InvoiceDate" as invoice_time,
  cast("InvoiceDate" as date) as invoice_date,
  "CustomerID" as customer_id,
  "Country" as country
from lines
