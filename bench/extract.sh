#!/usr/bin/env bash
# Extraction of one big table into the raw zone beside psql's \copy of the same rows to a file, interleaved: bench/extract.sh [ROWS] [ROUNDS]
set -eu
rows=${1:-5000000} rounds=${2:-3}
. "$(dirname "$0")/postgres.sh"
"$programs/psql" "$address" -qc "
  create table lines (line_id bigint primary key, order_id int not null, product_id int not null, quantity int not null, list_price numeric(10, 2) not null, note text, updated_at timestamptz not null);
  insert into lines select n, n / 3, n % 321, n % 7 + 1, (n % 100000) / 100.0, case when n % 5 > 0 then 'left at the door, ' || md5(n::text) end, timestamptz '2024-01-01' + n * interval '1 second' from generate_series(1, $rows) n" -c "vacuum analyze lines"
printf 'name: shop\nconnections:\n  db: { type: postgres, url: "%s" }\n' "$address" >"$work/shop/project.yml"
printf 'connection: db\nfeeds:\n  lines: { table: lines, key: [line_id], cursor: updated_at }\n' >"$work/shop/pipelines/shop/feeds/db.yml"
run() {
  "$cartage" run -q --only extract --project "$work/shop" & local id=$!
  while kill -0 $id 2>/dev/null; do sed -n 's/^VmHWM:[ \t]*\([0-9]*\) kB/\1/p' /proc/$id/status 2>/dev/null; sleep 0.1; done | sort -n | tail -n 1 >"$work/peak" || true
  wait $id
}
for round in $(seq "$rounds"); do
  rm -rf "$work/shop/.cartage" "$work/copy.csv"
  psql=$(seconds "$programs/psql" "$address" -qc "\\copy lines to '$work/copy.csv' with (format csv, header)")
  ours=$(seconds run)
  echo "round $round: psql \\copy $psql s ($(stat -c %s "$work/copy.csv" | awk '{ print int($1 / 1e6) }') MB), cartage extract $ours s ($(du -sm "$work/shop/.cartage/raw" | cut -f1) MB packed), speed $(share "$psql" "$ours") of \\copy, peak $(awk '{ print int($1 / 1024) }' "$work/peak") MB, load $(cut -d' ' -f1 /proc/loadavg)"
done
