-- A distributor's cost of nothing makes every margin look like a bargain.
select distributor, sku, unit_cost from stg_offers where unit_cost = 0
