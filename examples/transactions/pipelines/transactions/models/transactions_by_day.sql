/* ---
kind: view
description: Count and amount by day and size
--- */
select transaction_date, transaction_type, count(*) as transactions, sum(total_amount) as total_amount
from fact_transactions
group by transaction_date, transaction_type
