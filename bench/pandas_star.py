"""The same job in pandas, ending in a CSV: pandas_star.py DATA OUT"""
import sys
import pandas as pd

data, out = sys.argv[1], sys.argv[2]


def read(name, **options):
    return pd.read_csv(f"{data}/{name}.csv", **options)


brands, categories, stores, staffs = read("brands"), read("categories"), read("stores"), read("staffs")
products, customers = read("products"), read("customers")
orders = read("orders", parse_dates=["order_date", "required_date", "shipped_date"])
lines = read("order_items")
customers = customers.drop_duplicates("customer_id")
customers["customer_key"] = range(1, len(customers) + 1)
products = products.merge(brands, on="brand_id").merge(categories, on="category_id")
products["product_key"] = range(1, len(products) + 1)
fact = (
    lines.drop_duplicates(["order_id", "item_id"])
    .merge(orders, on="order_id")
    .merge(customers[["customer_id", "customer_key"]], on="customer_id")
    .merge(products[["product_id", "product_key"]], on="product_id")
    .merge(stores[["store_id"]], on="store_id")
    .merge(staffs[["staff_id"]], on="staff_id")
)
fact["total_price"] = (fact.quantity * fact.list_price_x if "list_price_x" in fact else fact.quantity * fact.list_price).round(2)
fact["discount_amount"] = (fact.total_price * fact.discount).round(2)
fact["total_price_with_discount"] = fact.total_price - fact.discount_amount
fact.to_csv(out, index=False)
print(len(fact), round(fact.total_price_with_discount.sum(), 2))
