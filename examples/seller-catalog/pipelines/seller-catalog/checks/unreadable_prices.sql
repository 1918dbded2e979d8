/* ---
severity: warn
--- */
-- A price that is shown but cannot be read is no price: it is never taken for nothing.
select seller_id, country, asin, day, price_text from stg_listings where price_status = 'unreadable'
