#!/usr/bin/env bash
# Loading one big CSV file into a PostgreSQL warehouse beside psql's \copy of the same file, interleaved: bench/load.sh [ROWS] [ROUNDS]
# Ours is the load alone: parse, the contract's rules, proof of the key, binary COPY, publish; the file has landed before.
set -eu
rows=${1:-5000000} rounds=${2:-3}
. "$(dirname "$0")/postgres.sh"
columns="line_id bigint, order_id int, product_id int, quantity int, list_price numeric(10, 2), note text, updated_at timestamp"
"$programs/psql" "$address" -qc "\\copy (select n, n / 3, n % 321, n % 7 + 1, (n % 100000) / 100.0, case when n % 5 > 0 then 'left at the door, ' || md5(n::text) end, timestamp '2024-01-01' + n * interval '1 second' from generate_series(1, $rows) n) to '$work/shop/lines.csv' with (format csv)"
sed -i '1i line_id,order_id,product_id,quantity,list_price,note,updated_at' "$work/shop/lines.csv"
printf 'name: shop\nwarehouse: { type: postgres, url: "%s" }\n' "$address" >"$work/shop/project.yml"
cat >"$work/shop/pipelines/shop/feeds/files.yml" <<YAML
feeds:
  lines:
    files: lines.csv
    key: [line_id]
    columns: { line_id: { type: bigint, required: true }, order_id: integer, product_id: integer, quantity: { type: integer, range: [1, 1000] }, list_price: "decimal(10,2)", note: text, updated_at: timestamp }
YAML
"$cartage" run -q --only extract --project "$work/shop"
for round in $(seq "$rounds"); do
  "$programs/psql" "$address" -qc "drop table if exists lines; create table lines ($columns); checkpoint"
  psql=$(seconds "$programs/psql" "$address" -qc "\\copy lines from '$work/shop/lines.csv' with (format csv, header)")
  "$programs/psql" "$address" -qc "set client_min_messages = warning; drop table lines; drop schema if exists cartage, shop, shop_raw, shop_staging, shop_quarantine cascade; checkpoint"
  ours=$(seconds "$cartage" run -q --only load --project "$work/shop")
  there=$("$programs/psql" "$address" -Atc 'select count(*) from shop_raw.lines')
  [ "$there" = "$rows" ] || { echo "only $there of $rows rows arrived" >&2; exit 1; }
  echo "round $round: psql \\copy $psql s, cartage load $ours s, speed $(share "$psql" "$ours") of \\copy, load $(cut -d' ' -f1 /proc/loadavg)"
done
