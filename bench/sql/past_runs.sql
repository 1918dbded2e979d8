-- A hundred thousand past runs of the pipeline that ran last, each with its three states as a server writes them, its tasks and eight lines of log.
CREATE TEMP TABLE one AS SELECT * FROM runs ORDER BY seq DESC LIMIT 1;
CREATE TEMP TABLE past AS
SELECT i, TIMESTAMP '2026-01-01' - to_minutes(i * 5) AS at, strftime(TIMESTAMP '2026-01-01' - to_minutes(i * 5), '%Y%m%dT%H%M%SZ') || '-' || lpad(CAST(i % 10000 AS VARCHAR), 4, '2') AS run FROM range(100000) AS t(i);
INSERT INTO runs BY NAME
SELECT one.* REPLACE (past.run AS run, -3 * past.i - s.n AS seq, past.at AS started_at, past.at AS interval_end, past.at - INTERVAL 5 MINUTE AS interval_start,
  CASE s.n WHEN 3 THEN 'queued' WHEN 2 THEN 'running' ELSE CASE WHEN past.i % 97 = 0 THEN 'failed' WHEN past.i % 31 = 0 THEN 'quarantined' ELSE 'succeeded' END END AS state,
  500 + past.i * 7919 % 1500 AS took_ms, CASE WHEN past.i % 97 = 0 AND s.n = 1 THEN 'the source did not answer' END AS message,
  CASE s.n WHEN 1 THEN one.tasks ELSE '[]' END AS tasks, CASE s.n WHEN 1 THEN one.equations ELSE '[]' END AS equations)
FROM one, past, (SELECT unnest([1, 2, 3]) AS n) AS s;
INSERT INTO logs SELECT past.run, -8 * past.i - l.n, past.at, 'build', 'fact_sales', 'succeeded', '4,654 rows' FROM past, range(8) AS l(n);
SELECT count(*) FROM runs;
