DROP TABLE IF EXISTS "shop"."dim_customers__next" CASCADE

CREATE TABLE "shop"."dim_customers__next" AS SELECT CASE WHEN _n = 1 THEN strtol(substr(md5(CAST("customer_id" AS VARCHAR(65535))), 1, 15), 16) ELSE strtol(substr(md5(CAST("customer_id" AS VARCHAR(65535)) || '|' || CAST((CAST(floor(extract(epoch FROM _eff)) AS BIGINT) * 1000000 + CAST(extract(microseconds FROM _eff) AS BIGINT) % 1000000) AS VARCHAR(65535))), 1, 15), 16) END AS "customer_key",
  "customer_id", "name", "city", CASE WHEN _n = 1 THEN TIMESTAMP '1900-01-01' ELSE _eff END AS valid_from, coalesce(_next, TIMESTAMP '9999-12-31') AS valid_to,
  _next IS NULL AND NOT _del AS is_current, _del AS is_deleted, false AS _inferred
FROM (SELECT "customer_id", "name", "city", _eff, _del, 1 AS _n, CAST(NULL AS TIMESTAMP) AS _next FROM (SELECT "customer_id", "name", "city", coalesce(CAST("updated_at" AS TIMESTAMP), TIMESTAMP '1900-01-01') AS _eff, coalesce("is_deleted", false) AS _del, "_object", "_record" FROM (select customer_id, name, city, updated_at, _deleted_at is not null as is_deleted, _object, _record from "shop_raw"."customers_history__next" AS "customers_history") AS v WHERE "customer_id" IS NOT NULL) AS v) AS shown
UNION ALL
SELECT -1, NULL, 'Unknown', 'Unknown', TIMESTAMP '1900-01-01', TIMESTAMP '9999-12-31', true, false, false

ANALYZE "shop"."dim_customers__next"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__rows"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__new"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__was"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__diff"

CREATE TABLE "shop"."fact__next"  DISTSTYLE KEY DISTKEY("customer_key") COMPOUND SORTKEY("order_date", "order_id") AS SELECT s."order_id", coalesce(d0."customer_key", -1) AS "customer_key", s."order_date", coalesce(d1."rate_key", -1) AS "rate_key", s."amount" FROM (select order_id, customer_id, order_date, case when amount > 15 then 'EUR' else 'XXX' end as code, amount from "shop_raw"."orders__next" AS "orders") s LEFT JOIN (SELECT * FROM "shop"."dim_customers__next" d WHERE d."customer_id" IS NOT NULL) d0 ON d0."customer_id" = s."customer_id" AND s."order_date" >= d0.valid_from AND s."order_date" < d0.valid_to LEFT JOIN (SELECT * FROM "shop"."dim_rates__next" d WHERE d."code" IS NOT NULL) d1 ON d1."code" = s."code" AND d1.valid_to = TIMESTAMP '9999-12-31'

ALTER TABLE "shop"."dim_customers__next" RENAME TO "dim_customers"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__keys" CASCADE

CREATE TABLE "shop_staging"."dim_customers__keys" AS SELECT DISTINCT "customer_id" FROM (SELECT DISTINCT "customer_id" AS "customer_id" FROM "shop_staging"."customers__diff") AS k

ANALYZE "shop_staging"."dim_customers__keys"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__rows" CASCADE

CREATE TABLE "shop_staging"."dim_customers__rows" AS SELECT s.* FROM (select customer_id, name, city, updated_at, _deleted_at is not null as is_deleted, _object, _record from (SELECT t.* FROM "shop_raw"."customers_history" t JOIN (SELECT DISTINCT "customer_id" FROM (SELECT * FROM "shop_staging"."dim_customers__keys") a) v ON v."customer_id" = t."customer_id") AS "customers_history"
) s JOIN (SELECT * FROM "shop_staging"."dim_customers__keys") v ON v."customer_id" = s."customer_id"

ANALYZE "shop_staging"."dim_customers__rows"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__new" CASCADE

CREATE TABLE "shop_staging"."dim_customers__new" AS SELECT CASE WHEN _n = 1 THEN strtol(substr(md5(CAST("customer_id" AS VARCHAR(65535))), 1, 15), 16) ELSE strtol(substr(md5(CAST("customer_id" AS VARCHAR(65535)) || '|' || CAST((CAST(floor(extract(epoch FROM _eff)) AS BIGINT) * 1000000 + CAST(extract(microseconds FROM _eff) AS BIGINT) % 1000000) AS VARCHAR(65535))), 1, 15), 16) END AS "customer_key",
  "customer_id", "name", "city", CASE WHEN _n = 1 THEN TIMESTAMP '1900-01-01' ELSE _eff END AS valid_from, coalesce(_next, TIMESTAMP '9999-12-31') AS valid_to,
  _next IS NULL AND NOT _del AS is_current, _del AS is_deleted, false AS _inferred
FROM (SELECT *, row_number() OVER (PARTITION BY "customer_id" ORDER BY _eff) AS _n, lead(_eff) OVER (PARTITION BY "customer_id" ORDER BY _eff) AS _next
FROM (SELECT * FROM (SELECT *, lag(_h) OVER (PARTITION BY "customer_id" ORDER BY _eff) AS _before
    FROM (SELECT *, row_number() OVER (PARTITION BY "customer_id", _eff ORDER BY "_object" DESC NULLS LAST, "_record" DESC NULLS LAST,  _h DESC) AS _place FROM (SELECT *, md5(coalesce(md5(CAST("name" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("city" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("_del" AS VARCHAR(65535))), chr(30))) AS _h FROM (SELECT "customer_id", "name", "city", coalesce(CAST("updated_at" AS TIMESTAMP), TIMESTAMP '1900-01-01') AS _eff, coalesce("is_deleted", false) AS _del, "_object", "_record" FROM (SELECT * FROM "shop_staging"."dim_customers__rows") AS v WHERE "customer_id" IS NOT NULL) AS v) AS h) AS p
    WHERE _place = 1) AS b
  WHERE _before IS NULL OR _before <> _h) AS c) AS shown
UNION ALL
SELECT -1, NULL, 'Unknown', 'Unknown', TIMESTAMP '1900-01-01', TIMESTAMP '9999-12-31', true, false, false

ANALYZE "shop_staging"."dim_customers__new"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__was" CASCADE

CREATE TABLE "shop_staging"."dim_customers__was" AS SELECT t."customer_key", t."customer_id", t."name", t."city", t."valid_from", t."valid_to", t."is_current", t."is_deleted", t."_inferred", CASE WHEN t."customer_key" IS NOT NULL THEN 1 END AS _rid FROM "shop"."dim_customers" t JOIN "shop_staging"."dim_customers__keys" k ON k."customer_id" = t."customer_id" UNION ALL SELECT t."customer_key", t."customer_id", t."name", t."city", t."valid_from", t."valid_to", t."is_current", t."is_deleted", t."_inferred", CASE WHEN t."customer_key" IS NOT NULL THEN 1 END AS _rid FROM "shop"."dim_customers" t WHERE t."customer_id" IS NULL

ANALYZE "shop_staging"."dim_customers__was"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__diff" CASCADE

CREATE TABLE "shop_staging"."dim_customers__diff" AS SELECT n."customer_key", n."customer_id", n."name", n."city", n."valid_from", n."valid_to", n."is_current", n."is_deleted", n."_inferred", t._rid AS _rid, t.is_current AS _was_current
FROM "shop_staging"."dim_customers__new" n LEFT JOIN "shop_staging"."dim_customers__was" t ON t."customer_key" = n."customer_key" WHERE t._rid IS NULL OR (t."customer_id" <> n."customer_id" OR (t."customer_id" IS NULL) <> (n."customer_id" IS NULL)) OR (t."name" <> n."name" OR (t."name" IS NULL) <> (n."name" IS NULL)) OR (t."city" <> n."city" OR (t."city" IS NULL) <> (n."city" IS NULL)) OR (t."valid_from" <> n."valid_from" OR (t."valid_from" IS NULL) <> (n."valid_from" IS NULL)) OR (t."valid_to" <> n."valid_to" OR (t."valid_to" IS NULL) <> (n."valid_to" IS NULL)) OR (t."is_current" <> n."is_current" OR (t."is_current" IS NULL) <> (n."is_current" IS NULL)) OR (t."is_deleted" <> n."is_deleted" OR (t."is_deleted" IS NULL) <> (n."is_deleted" IS NULL)) OR (t."_inferred" <> n."_inferred" OR (t."_inferred" IS NULL) <> (n."_inferred" IS NULL))

ANALYZE "shop_staging"."dim_customers__diff"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__changes" CASCADE

CREATE TABLE "shop_staging"."dim_customers__changes" AS SELECT "customer_key", "customer_id", "name", "city", "valid_from", "valid_to", "is_current", "is_deleted", "_inferred" FROM "shop_staging"."dim_customers__diff"
UNION ALL SELECT t."customer_key", t."customer_id", t."name", t."city", t."valid_from", t."valid_to", t."is_current", t."is_deleted", t."_inferred" FROM "shop_staging"."dim_customers__was" t JOIN "shop_staging"."dim_customers__diff" n ON t."customer_key" = n."customer_key"

ANALYZE "shop_staging"."dim_customers__changes"

DELETE FROM "shop"."dim_customers" USING "shop_staging"."dim_customers__diff" d WHERE d._rid IS NOT NULL AND "dim_customers"."customer_key" = d."customer_key"

INSERT INTO "shop"."dim_customers" ("customer_key", "customer_id", "name", "city", "valid_from", "valid_to", "is_current", "is_deleted", "_inferred") SELECT "customer_key", "customer_id", "name", "city", "valid_from", "valid_to", "is_current", "is_deleted", "_inferred" FROM "shop_staging"."dim_customers__diff"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__rows"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__new"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__was"

DROP TABLE IF EXISTS "shop_staging"."dim_customers__diff"

CREATE TABLE "shop_staging"."fact__new" AS SELECT s."order_id", coalesce(d0."customer_key", -1) AS "customer_key", s."order_date", coalesce(d1."rate_key", -1) AS "rate_key", s."amount" FROM (select order_id, customer_id, order_date, case when amount > 15 then 'EUR' else 'XXX' end as code, amount from "shop_raw"."orders" AS "orders") s LEFT JOIN (SELECT * FROM "shop"."dim_customers" d WHERE d."customer_id" IS NOT NULL) d0 ON d0."customer_id" = s."customer_id" AND s."order_date" >= d0.valid_from AND s."order_date" < d0.valid_to LEFT JOIN (SELECT * FROM "shop"."dim_rates" d WHERE d."code" IS NOT NULL) d1 ON d1."code" = s."code" AND d1.valid_to = TIMESTAMP '9999-12-31'

DROP TABLE IF EXISTS "shop_staging"."dim_customers__changes"
