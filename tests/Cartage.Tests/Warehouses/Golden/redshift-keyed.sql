DROP TABLE IF EXISTS "shop"."keyed__next" CASCADE

CREATE TABLE "shop"."keyed__next" AS select order_id, customer_id, order_date, amount, case when amount > 30 then 'open' when amount > 20 then 'lost' else 'done' end as status from "shop_raw"."orders__next" AS "orders"

ANALYZE "shop"."keyed__next"

DROP TABLE IF EXISTS "shop_staging"."keyed__rows"

DROP TABLE IF EXISTS "shop_staging"."keyed__new"

DROP TABLE IF EXISTS "shop_staging"."keyed__was"

DROP TABLE IF EXISTS "shop_staging"."keyed__diff"

ALTER TABLE "shop"."keyed__next" RENAME TO "keyed"

DROP TABLE IF EXISTS "shop_staging"."keyed__keys" CASCADE

CREATE TABLE "shop_staging"."keyed__keys" AS SELECT DISTINCT "order_id" FROM (SELECT DISTINCT "order_id" AS "order_id" FROM "shop_staging"."orders__diff") AS k

ANALYZE "shop_staging"."keyed__keys"

DROP TABLE IF EXISTS "shop_staging"."keyed__rows" CASCADE

CREATE TABLE "shop_staging"."keyed__rows" AS SELECT s.* FROM (select order_id, customer_id, order_date, amount, case when amount > 30 then 'open' when amount > 20 then 'lost' else 'done' end as status from (SELECT t.* FROM "shop_raw"."orders" t JOIN (SELECT DISTINCT "order_id" FROM (SELECT * FROM "shop_staging"."keyed__keys") a) v ON v."order_id" = t."order_id") AS "orders"
) s JOIN (SELECT * FROM "shop_staging"."keyed__keys") v ON v."order_id" = s."order_id"

ANALYZE "shop_staging"."keyed__rows"

DROP TABLE IF EXISTS "shop_staging"."keyed__new" CASCADE

CREATE TABLE "shop_staging"."keyed__new" AS SELECT * FROM "shop_staging"."keyed__rows"

ANALYZE "shop_staging"."keyed__new"

DROP TABLE IF EXISTS "shop_staging"."keyed__was" CASCADE

CREATE TABLE "shop_staging"."keyed__was" AS SELECT t."order_id", t."customer_id", t."order_date", t."amount", t."status", CASE WHEN t."order_id" IS NOT NULL THEN 1 END AS _rid FROM "shop"."keyed" t JOIN "shop_staging"."keyed__keys" k ON k."order_id" = t."order_id"

ANALYZE "shop_staging"."keyed__was"

DROP TABLE IF EXISTS "shop_staging"."keyed__diff" CASCADE

CREATE TABLE "shop_staging"."keyed__diff" AS SELECT n."order_id", n."customer_id", n."order_date", n."amount", n."status", t._rid AS _rid
FROM "shop_staging"."keyed__new" n LEFT JOIN "shop_staging"."keyed__was" t ON t."order_id" = n."order_id" WHERE t._rid IS NULL OR (t."customer_id" <> n."customer_id" OR (t."customer_id" IS NULL) <> (n."customer_id" IS NULL)) OR (t."order_date" <> n."order_date" OR (t."order_date" IS NULL) <> (n."order_date" IS NULL)) OR (t."amount" <> n."amount" OR (t."amount" IS NULL) <> (n."amount" IS NULL)) OR (t."status" <> n."status" OR (t."status" IS NULL) <> (n."status" IS NULL))

ANALYZE "shop_staging"."keyed__diff"

DELETE FROM "shop"."keyed" USING "shop_staging"."keyed__diff" d WHERE d._rid IS NOT NULL AND "keyed"."order_id" = d."order_id"

INSERT INTO "shop"."keyed" ("order_id", "customer_id", "order_date", "amount", "status") SELECT "order_id", "customer_id", "order_date", "amount", "status" FROM "shop_staging"."keyed__diff"

DROP TABLE IF EXISTS "shop_staging"."keyed__rows"

DROP TABLE IF EXISTS "shop_staging"."keyed__new"

DROP TABLE IF EXISTS "shop_staging"."keyed__was"

DROP TABLE IF EXISTS "shop_staging"."keyed__diff"
