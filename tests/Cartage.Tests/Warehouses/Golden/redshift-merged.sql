DROP TABLE IF EXISTS "shop"."merged__next" CASCADE

CREATE TABLE "shop"."merged__next" AS select kind, size, max(seen_at) as last_at, count(*) as times from "shop_raw"."events__next" AS "events" where seen_at >= TIMESTAMP '2024-01-01 00:00:00' and seen_at < TIMESTAMP '2024-01-02 00:00:00' group by kind, size

ANALYZE "shop"."merged__next"

DROP TABLE IF EXISTS "shop_staging"."merged__rows"

DROP TABLE IF EXISTS "shop_staging"."merged__new"

DROP TABLE IF EXISTS "shop_staging"."merged__was"

DROP TABLE IF EXISTS "shop_staging"."merged__diff"

ALTER TABLE "shop"."merged__next" RENAME TO "merged"

DROP TABLE IF EXISTS "shop_staging"."merged__new" CASCADE

CREATE TABLE "shop_staging"."merged__new" AS select kind, size, max(seen_at) as last_at, count(*) as times from "shop_raw"."events" AS "events" where seen_at >= TIMESTAMP '2024-01-02 00:00:00' and seen_at < TIMESTAMP '2024-01-03 00:00:00' group by kind, size

ANALYZE "shop_staging"."merged__new"

DROP TABLE IF EXISTS "shop_staging"."merged__diff" CASCADE

CREATE TABLE "shop_staging"."merged__diff" AS SELECT n."kind", n."size", n."last_at", n."times", CASE WHEN t."kind" IS NOT NULL THEN 1 END AS _rid
FROM "shop_staging"."merged__new" n LEFT JOIN "shop"."merged" t ON t."kind" = n."kind" AND t."size" = n."size" WHERE CASE WHEN t."kind" IS NOT NULL THEN 1 END IS NULL OR (t."last_at" <> n."last_at" OR (t."last_at" IS NULL) <> (n."last_at" IS NULL)) OR (t."times" <> n."times" OR (t."times" IS NULL) <> (n."times" IS NULL))

ANALYZE "shop_staging"."merged__diff"

DELETE FROM "shop"."merged" USING (SELECT * FROM "shop_staging"."merged__diff" WHERE "kind" IS NULL OR "size" IS NULL) d WHERE coalesce(NOT (("merged"."kind" <> d."kind" OR ("merged"."kind" IS NULL) <> (d."kind" IS NULL))), true) AND coalesce(NOT (("merged"."size" <> d."size" OR ("merged"."size" IS NULL) <> (d."size" IS NULL))), true)

INSERT INTO "shop"."merged" ("kind", "size", "last_at", "times") SELECT "kind", "size", "last_at", "times" FROM "shop_staging"."merged__diff"

DROP TABLE IF EXISTS "shop_staging"."merged__rows"

DROP TABLE IF EXISTS "shop_staging"."merged__new"

DROP TABLE IF EXISTS "shop_staging"."merged__was"

DROP TABLE IF EXISTS "shop_staging"."merged__diff"
