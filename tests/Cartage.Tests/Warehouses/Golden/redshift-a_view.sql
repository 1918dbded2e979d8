CREATE VIEW "shop"."a_view__next" AS select customer_id, upper(name) as name, city from "shop_raw"."customers__next" AS "customers" where city is not null  WITH NO SCHEMA BINDING

CREATE VIEW "shop"."a_view_of_a_view__next" AS select city, count(*) as people from "shop"."a_view__next" AS "a_view" group by city  WITH NO SCHEMA BINDING

DROP VIEW "shop"."a_view__next"

CREATE VIEW "shop"."a_view" AS select customer_id, upper(name) as name, city from "shop_raw"."customers" AS "customers" where city is not null  WITH NO SCHEMA BINDING

CREATE VIEW "shop"."a_view_of_a_view" AS select city, count(*) as people from "shop"."a_view" AS "a_view" group by city  WITH NO SCHEMA BINDING

CREATE VIEW "shop"."a_view__next" AS select customer_id, upper(name) as name, city from "shop_raw"."customers" AS "customers" where city is not null  WITH NO SCHEMA BINDING

CREATE VIEW "shop"."a_view_of_a_view__next" AS select city, count(*) as people from "shop"."a_view__next" AS "a_view" group by city  WITH NO SCHEMA BINDING

DROP VIEW "shop"."a_view__next"

CREATE VIEW "shop_staging"."a_view__view" AS select customer_id, upper(name) as name, city from "shop_raw"."customers" AS "customers" where city is not null  WITH NO SCHEMA BINDING

DROP VIEW "shop_staging"."a_view__view"

CREATE VIEW "shop_staging"."a_view_of_a_view__view" AS select city, count(*) as people from "shop"."a_view" AS "a_view" group by city  WITH NO SCHEMA BINDING
