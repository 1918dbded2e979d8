/* ---
connection: shop
description: Makes the shop's database of its nine files, once; what is there already stays as it is
files:
  brands: "${var:data}/brands.csv"
  categories: "${var:data}/categories.csv"
  stores: "${var:data}/stores.csv"
  staffs: "${var:data}/staffs.csv"
  products: "${var:data}/products.csv"
  customers: "${var:data}/customers.csv"
  orders: "${var:data}/orders.csv"
  order_items: "${var:data}/order_items.csv"
  stocks: "${var:data}/stocks.csv"
--- */
create schema if not exists store;

create table if not exists store.brands (brand_id int primary key, brand_name text not null, updated_at timestamp not null);
create table if not exists store.categories (category_id int primary key, category_name text not null, updated_at timestamp not null);
create table if not exists store.order_status (order_status int primary key, order_status_name text not null);

create table if not exists store.stores (
  store_id int primary key, store_name text not null, phone text, email text, street text, city text not null, state text not null, zip_code text not null,
  created_at timestamp not null, updated_at timestamp not null, is_active text not null default 'Y' check (is_active in ('Y', 'N')));

create table if not exists store.staffs (
  staff_id int primary key, first_name text not null, last_name text not null, email text, phone text, active int not null,
  store_id int not null references store.stores, manager_id int,
  created_at timestamp not null, updated_at timestamp not null, is_active text not null default 'Y' check (is_active in ('Y', 'N')));

create table if not exists store.products (
  product_id int primary key, product_name text not null, brand_id int not null references store.brands, category_id int not null references store.categories,
  model_year int not null, list_price numeric(10, 2) not null,
  created_at timestamp not null, updated_at timestamp not null, is_active text not null default 'Y' check (is_active in ('Y', 'N')));

create table if not exists store.customers (
  customer_id int primary key, first_name text not null, last_name text not null, phone text, email text, street text, city text not null, state text not null, zip_code text not null,
  created_at timestamp not null, updated_at timestamp not null, is_active text not null default 'Y' check (is_active in ('Y', 'N')));

create table if not exists store.orders (
  order_id int primary key, customer_id int not null references store.customers, order_status int not null references store.order_status,
  order_date date not null, required_date date not null, shipped_date date,
  store_id int not null references store.stores, staff_id int not null references store.staffs, updated_at timestamp not null);

create table if not exists store.order_items (
  order_id int not null references store.orders on delete cascade, item_id int not null, product_id int not null references store.products,
  quantity int not null, list_price numeric(10, 2) not null, discount numeric(4, 2) not null, updated_at timestamp not null,
  primary key (order_id, item_id));

create table if not exists store.stocks (
  store_id int not null references store.stores, product_id int not null references store.products, quantity int not null,
  primary key (store_id, product_id));

-- The files, into tables that are still empty: running this again doubles nothing and takes no edit back.
insert into store.brands select brand_id::int, brand_name, '2016-01-01' from pg_temp.brands where not exists (select 1 from store.brands);

insert into store.categories select category_id::int, category_name, '2016-01-01' from pg_temp.categories where not exists (select 1 from store.categories);

insert into store.order_status values (1, 'Pending'), (2, 'Processing'), (3, 'Rejected'), (4, 'Completed') on conflict do nothing;

insert into store.stores
select store_id::int, store_name, nullif(phone, 'NULL'), nullif(email, 'NULL'), nullif(street, 'NULL'), city, state, zip_code, '2016-01-01', '2016-01-01'
from pg_temp.stores where not exists (select 1 from store.stores);

insert into store.staffs
select staff_id::int, first_name, last_name, nullif(email, 'NULL'), nullif(phone, 'NULL'), active::int, store_id::int, nullif(manager_id, 'NULL')::int, '2016-01-01', '2016-01-01'
from pg_temp.staffs where not exists (select 1 from store.staffs);

insert into store.products
select product_id::int, product_name, brand_id::int, category_id::int, model_year::int, list_price::numeric, '2016-01-01', '2016-01-01'
from pg_temp.products where not exists (select 1 from store.products);

insert into store.customers
select c.customer_id::int, c.first_name, c.last_name, nullif(c.phone, 'NULL'), nullif(c.email, 'NULL'), nullif(c.street, 'NULL'), c.city, c.state, c.zip_code,
  coalesce(f.first_order, '2016-01-01'), coalesce(f.first_order, '2016-01-01')
from pg_temp.customers c
left join (select customer_id, min(order_date::date) as first_order from pg_temp.orders group by customer_id) f on f.customer_id = c.customer_id
where not exists (select 1 from store.customers);

insert into store.orders
select order_id::int, customer_id::int, order_status::int, order_date::date, required_date::date, nullif(shipped_date, 'NULL')::date, store_id::int, staff_id::int,
  case order_status::int
    when 4 then coalesce(nullif(shipped_date, 'NULL')::date, order_date::date)
    when 3 then required_date::date + 1
    else order_date::date end
from pg_temp.orders where not exists (select 1 from store.orders);

insert into store.order_items
select i.order_id::int, i.item_id::int, i.product_id::int, i.quantity::int, i.list_price::numeric, i.discount::numeric, o.updated_at
from pg_temp.order_items i join store.orders o on o.order_id = i.order_id::int
where not exists (select 1 from store.order_items);

insert into store.stocks select store_id::int, product_id::int, quantity::int from pg_temp.stocks where not exists (select 1 from store.stocks);

-- Change times keep themselves from here on: the server's time in UTC, never before an earlier one of the same row.
create or replace function store.keep_dates() returns trigger language plpgsql as $$
begin
  new.updated_at := clock_timestamp() at time zone 'UTC';
  if tg_op = 'UPDATE' then
    new.updated_at := greatest(new.updated_at, old.updated_at + interval '1 microsecond');
  end if;
  return new;
end $$;

create or replace function store.keep_created() returns trigger language plpgsql as $$
begin
  new.created_at := clock_timestamp() at time zone 'UTC';
  return new;
end $$;

create or replace trigger keep_created before insert on store.stores for each row execute function store.keep_created();
create or replace trigger keep_created before insert on store.staffs for each row execute function store.keep_created();
create or replace trigger keep_created before insert on store.products for each row execute function store.keep_created();
create or replace trigger keep_created before insert on store.customers for each row execute function store.keep_created();
create or replace trigger keep_dates before insert or update on store.brands for each row execute function store.keep_dates();
create or replace trigger keep_dates before insert or update on store.categories for each row execute function store.keep_dates();
create or replace trigger keep_dates before insert or update on store.stores for each row execute function store.keep_dates();
create or replace trigger keep_dates before insert or update on store.staffs for each row execute function store.keep_dates();
create or replace trigger keep_dates before insert or update on store.products for each row execute function store.keep_dates();
create or replace trigger keep_dates before insert or update on store.customers for each row execute function store.keep_dates();
create or replace trigger keep_dates before insert or update on store.orders for each row execute function store.keep_dates();
create or replace trigger keep_dates before insert or update on store.order_items for each row execute function store.keep_dates();

-- Who is deleted here stays, and says so; orders and their lines do go.
create or replace rule soft_delete as on delete to store.stores do instead update store.stores set is_active = 'N' where store_id = old.store_id;
create or replace rule soft_delete as on delete to store.staffs do instead update store.staffs set is_active = 'N' where staff_id = old.staff_id;
create or replace rule soft_delete as on delete to store.products do instead update store.products set is_active = 'N' where product_id = old.product_id;
create or replace rule soft_delete as on delete to store.customers do instead update store.customers set is_active = 'N' where customer_id = old.customer_id;

create index if not exists orders_updated_at on store.orders (updated_at);
create index if not exists order_items_updated_at on store.order_items (updated_at);
analyze store.orders;
analyze store.order_items;
