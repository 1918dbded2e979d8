DROP TABLE IF EXISTS "shop"."appended__next" CASCADE

CREATE TABLE "shop"."appended__next" AS SELECT * FROM (SELECT s.*, TIMESTAMP '2024-01-01 00:00:00' AS "_interval_start", TIMESTAMP '2024-01-02 00:00:00' AS "_interval_end" FROM (select kind, count(*) as times from "shop_raw"."events__next" AS "events" where seen_at >= TIMESTAMP '2024-01-01 00:00:00' and seen_at < TIMESTAMP '2024-01-02 00:00:00' group by kind) AS s) AS e WHERE 1 = 0

ANALYZE "shop"."appended__next"

INSERT INTO "shop"."appended__next" ("kind", "times", "_interval_start", "_interval_end") SELECT "kind", "times", "_interval_start", "_interval_end" FROM (SELECT s.*, TIMESTAMP '2024-01-01 00:00:00' AS "_interval_start", TIMESTAMP '2024-01-02 00:00:00' AS "_interval_end" FROM (select kind, count(*) as times from "shop_raw"."events__next" AS "events" where seen_at >= TIMESTAMP '2024-01-01 00:00:00' and seen_at < TIMESTAMP '2024-01-02 00:00:00' group by kind) AS s) AS n

DROP TABLE IF EXISTS "shop_staging"."appended__rows"

DROP TABLE IF EXISTS "shop_staging"."appended__new"

DROP TABLE IF EXISTS "shop_staging"."appended__was"

DROP TABLE IF EXISTS "shop_staging"."appended__diff"

ALTER TABLE "shop"."appended__next" RENAME TO "appended"

INSERT INTO "shop"."appended" ("kind", "times", "_interval_start", "_interval_end") SELECT "kind", "times", "_interval_start", "_interval_end" FROM (SELECT s.*, TIMESTAMP '2024-01-02 00:00:00' AS "_interval_start", TIMESTAMP '2024-01-03 00:00:00' AS "_interval_end" FROM (select kind, count(*) as times from "shop_raw"."events" AS "events" where seen_at >= TIMESTAMP '2024-01-02 00:00:00' and seen_at < TIMESTAMP '2024-01-03 00:00:00' group by kind) AS s) AS n

DROP TABLE IF EXISTS "shop_staging"."appended__rows"

DROP TABLE IF EXISTS "shop_staging"."appended__new"

DROP TABLE IF EXISTS "shop_staging"."appended__was"

DROP TABLE IF EXISTS "shop_staging"."appended__diff"
