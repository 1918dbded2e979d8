DROP TABLE IF EXISTS "shop"."by_day__next" CASCADE

CREATE TABLE "shop"."by_day__next" AS SELECT * FROM (select seen_at, kind, size from "shop_raw"."events__next" AS "events" where seen_at >= TIMESTAMP '2024-01-01 00:00:00' and seen_at < TIMESTAMP '2024-01-02 00:00:00') AS e WHERE 1 = 0

ANALYZE "shop"."by_day__next"

DROP TABLE IF EXISTS "shop_staging"."by_day__new" CASCADE

CREATE TABLE "shop_staging"."by_day__new" AS SELECT * FROM (select seen_at, kind, size from "shop_raw"."events__next" AS "events" where seen_at >= TIMESTAMP '2024-01-01 00:00:00' and seen_at < TIMESTAMP '2024-01-02 00:00:00') AS s WHERE "seen_at" >= TIMESTAMP '2024-01-01 00:00:00' AND "seen_at" < TIMESTAMP '2024-01-02 00:00:00'

ANALYZE "shop_staging"."by_day__new"

DROP TABLE IF EXISTS "shop_staging"."by_day__diff" CASCADE

CREATE TABLE "shop_staging"."by_day__diff" AS SELECT _content, sum(_new) AS _new, sum(_old) AS _old
FROM (SELECT md5(coalesce(md5(CAST("seen_at" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("kind" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("size" AS VARCHAR(65535))), chr(30))) AS _content, 1 AS _new, 0 AS _old FROM "shop_staging"."by_day__new" UNION ALL SELECT md5(coalesce(md5(CAST("seen_at" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("kind" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("size" AS VARCHAR(65535))), chr(30))), 0, 1 FROM "shop"."by_day__next" WHERE "seen_at" >= TIMESTAMP '2024-01-01 00:00:00' AND "seen_at" < TIMESTAMP '2024-01-02 00:00:00') AS r
GROUP BY _content HAVING sum(_new) <> sum(_old)

ANALYZE "shop_staging"."by_day__diff"

DELETE FROM "shop"."by_day__next" WHERE ("seen_at" >= TIMESTAMP '2024-01-01 00:00:00' AND "seen_at" < TIMESTAMP '2024-01-02 00:00:00') AND md5(coalesce(md5(CAST("seen_at" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("kind" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("size" AS VARCHAR(65535))), chr(30))) IN (SELECT _content FROM "shop_staging"."by_day__diff")

INSERT INTO "shop"."by_day__next" ("seen_at", "kind", "size") SELECT "seen_at", "kind", "size" FROM "shop_staging"."by_day__new" WHERE md5(coalesce(md5(CAST("seen_at" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("kind" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("size" AS VARCHAR(65535))), chr(30))) IN (SELECT _content FROM "shop_staging"."by_day__diff")

DROP TABLE "shop_staging"."by_day__diff"

DROP TABLE IF EXISTS "shop_staging"."by_day__rows"

DROP TABLE IF EXISTS "shop_staging"."by_day__new"

DROP TABLE IF EXISTS "shop_staging"."by_day__was"

DROP TABLE IF EXISTS "shop_staging"."by_day__diff"

ALTER TABLE "shop"."by_day__next" RENAME TO "by_day"

DROP TABLE IF EXISTS "shop_staging"."by_day__new" CASCADE

CREATE TABLE "shop_staging"."by_day__new" AS SELECT * FROM (select seen_at, kind, size from "shop_raw"."events" AS "events" where seen_at >= TIMESTAMP '2024-01-02 00:00:00' and seen_at < TIMESTAMP '2024-01-03 00:00:00') AS s WHERE "seen_at" >= TIMESTAMP '2024-01-02 00:00:00' AND "seen_at" < TIMESTAMP '2024-01-03 00:00:00'

ANALYZE "shop_staging"."by_day__new"

DROP TABLE IF EXISTS "shop_staging"."by_day__diff" CASCADE

CREATE TABLE "shop_staging"."by_day__diff" AS SELECT _content, sum(_new) AS _new, sum(_old) AS _old
FROM (SELECT md5(coalesce(md5(CAST("seen_at" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("kind" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("size" AS VARCHAR(65535))), chr(30))) AS _content, 1 AS _new, 0 AS _old FROM "shop_staging"."by_day__new" UNION ALL SELECT md5(coalesce(md5(CAST("seen_at" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("kind" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("size" AS VARCHAR(65535))), chr(30))), 0, 1 FROM "shop"."by_day" WHERE "seen_at" >= TIMESTAMP '2024-01-02 00:00:00' AND "seen_at" < TIMESTAMP '2024-01-03 00:00:00') AS r
GROUP BY _content HAVING sum(_new) <> sum(_old)

ANALYZE "shop_staging"."by_day__diff"

DELETE FROM "shop"."by_day" WHERE ("seen_at" >= TIMESTAMP '2024-01-02 00:00:00' AND "seen_at" < TIMESTAMP '2024-01-03 00:00:00') AND md5(coalesce(md5(CAST("seen_at" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("kind" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("size" AS VARCHAR(65535))), chr(30))) IN (SELECT _content FROM "shop_staging"."by_day__diff")

INSERT INTO "shop"."by_day" ("seen_at", "kind", "size") SELECT "seen_at", "kind", "size" FROM "shop_staging"."by_day__new" WHERE md5(coalesce(md5(CAST("seen_at" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("kind" AS VARCHAR(65535))), chr(30)) || chr(31) || coalesce(md5(CAST("size" AS VARCHAR(65535))), chr(30))) IN (SELECT _content FROM "shop_staging"."by_day__diff")

DROP TABLE "shop_staging"."by_day__diff"

DROP TABLE IF EXISTS "shop_staging"."by_day__rows"

DROP TABLE IF EXISTS "shop_staging"."by_day__new"

DROP TABLE IF EXISTS "shop_staging"."by_day__was"

DROP TABLE IF EXISTS "shop_staging"."by_day__diff"
