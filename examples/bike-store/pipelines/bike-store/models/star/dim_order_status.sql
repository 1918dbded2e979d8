/* ---
kind: table
key: order_status
tags: [sales]
description: What an order's status means
--- */
select order_status, order_status_name
from (values (1, 'Pending'), (2, 'Processing'), (3, 'Rejected'), (4, 'Completed')) as s(order_status, order_status_name)
