DROP TABLE IF EXISTS "shop"."unkeyed__next" CASCADE

CREATE TABLE "shop"."unkeyed__next" AS select city, name, count(*) as people, sum(length(name)) as letters from "shop_raw"."customers__next" AS "customers" group by city, name union all select 'everywhere', 'all', count(*), 0 from "shop_raw"."customers__next" AS "customers"

ANALYZE "shop"."unkeyed__next"

DROP TABLE IF EXISTS "shop_staging"."unkeyed__rows"

DROP TABLE IF EXISTS "shop_staging"."unkeyed__new"

DROP TABLE IF EXISTS "shop_staging"."unkeyed__was"

DROP TABLE IF EXISTS "shop_staging"."unkeyed__diff"

ALTER TABLE "shop"."unkeyed__next" RENAME TO "unkeyed"

DROP TABLE IF EXISTS "shop_staging"."unkeyed__new" CASCADE

CREATE TABLE "shop_staging"."unkeyed__new" AS select city, name, count(*) as people, sum(length(name)) as letters from "shop_raw"."customers" AS "customers" group by city, name union all select 'everywhere', 'all', count(*), 0 from "shop_raw"."customers" AS "customers"

ANALYZE "shop_staging"."unkeyed__new"

DROP TABLE IF EXISTS "shop_staging"."unkeyed__diff" CASCADE

CREATE TABLE "shop_staging"."unkeyed__diff" AS SELECT _content, sum(_new) AS _new, sum(_old) AS _old
FROM (SELECT md5(coalesce(md5(CAST("city" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("name" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("people" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("letters" AS VARCHAR(65535))), chr(30))) AS _content, 1 AS _new, 0 AS _old FROM "shop_staging"."unkeyed__new" UNION ALL SELECT md5(coalesce(md5(CAST("city" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("name" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("people" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("letters" AS VARCHAR(65535))), chr(30))), 0, 1 FROM "shop"."unkeyed" WHERE true) AS r
GROUP BY _content HAVING sum(_new) <> sum(_old)

ANALYZE "shop_staging"."unkeyed__diff"

DELETE FROM "shop"."unkeyed" WHERE (true) AND md5(coalesce(md5(CAST("city" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("name" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("people" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("letters" AS VARCHAR(65535))), chr(30))) IN (SELECT _content FROM "shop_staging"."unkeyed__diff")

INSERT INTO "shop"."unkeyed" ("city", "name", "people", "letters") SELECT "city", "name", "people", "letters" FROM "shop_staging"."unkeyed__new" WHERE md5(coalesce(md5(CAST("city" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("name" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("people" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("letters" AS VARCHAR(65535))), chr(30))) IN (SELECT _content FROM "shop_staging"."unkeyed__diff")

DROP TABLE "shop_staging"."unkeyed__diff"

DROP TABLE IF EXISTS "shop_staging"."unkeyed__rows"

DROP TABLE IF EXISTS "shop_staging"."unkeyed__new"

DROP TABLE IF EXISTS "shop_staging"."unkeyed__was"

DROP TABLE IF EXISTS "shop_staging"."unkeyed__diff"
