#!/usr/bin/env bash
# Loading one big CSV file into a PostgreSQL warehouse beside psql's \copy of the same file, interleaved: bench/load.sh [ROWS] [ROUNDS]
# Ours is the load alone: parse, the contract's rules, proof of the key, binary COPY, publish; the file has landed before.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
rows=${1:-5000000} rounds=${2:-3}
programs=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
work=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
as=()
if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=nobody --regid=nogroup --clear-groups); chown nobody "$work"; chmod 755 "$work"; fi
"${as[@]}" "$programs/initdb" -D "$work/data" -U shop -A trust -E UTF8 --locale C.UTF-8 --no-sync >/dev/null
(cd "$work" && exec "${as[@]}" "$programs/postgres" -D "$work/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c shared_buffers=256MB -c max_wal_size=8GB) 2>"$work/log" &
server=$!
trap 'kill -INT $server; wait $server || true; rm -rf "$work"' EXIT
address=postgres://shop@127.0.0.1:$port/postgres
until "$programs/psql" "$address" -qc 'select 1' >/dev/null 2>&1; do sleep 0.2; done
columns="line_id bigint, order_id int, product_id int, quantity int, list_price numeric(10, 2), note text, updated_at timestamp"
mkdir -p "$work/shop/pipelines/shop/feeds"
"$programs/psql" "$address" -qc "\\copy (select n, n / 3, n % 321, n % 7 + 1, (n % 100000) / 100.0, case when n % 5 > 0 then 'left at the door, ' || md5(n::text) end, timestamp '2024-01-01' + n * interval '1 second' from generate_series(1, $rows) n) to '$work/shop/lines.csv' with (format csv)"
sed -i '1i line_id,order_id,product_id,quantity,list_price,note,updated_at' "$work/shop/lines.csv"
printf 'name: shop\nwarehouse: { type: postgres, url: "%s" }\n' "$address" >"$work/shop/project.yml"
echo 'description: One big table' >"$work/shop/pipelines/shop/pipeline.yml"
cat >"$work/shop/pipelines/shop/feeds/files.yml" <<YAML
feeds:
  lines:
    files: lines.csv
    key: [line_id]
    columns: { line_id: { type: bigint, required: true }, order_id: integer, product_id: integer, quantity: { type: integer, range: [1, 1000] }, list_price: "decimal(10,2)", note: text, updated_at: timestamp }
YAML
dotnet build "$root/src/Cartage.Host" -c Release -v q -nologo >&2
cartage=$root/artifacts/bin/Cartage.Host/release/cartage
seconds() { local start; start=$(date +%s.%N); "$@" >/dev/null; echo "$(date +%s.%N) $start" | awk '{ printf "%.2f", $1 - $2 }'; }
"$cartage" run -q --only extract --project "$work/shop"
for round in $(seq "$rounds"); do
  "$programs/psql" "$address" -qc "drop table if exists lines; create table lines ($columns); checkpoint"
  psql=$(seconds "$programs/psql" "$address" -qc "\\copy lines from '$work/shop/lines.csv' with (format csv, header)")
  "$programs/psql" "$address" -qc "set client_min_messages = warning; drop table lines; drop schema if exists cartage, shop, shop_raw, shop_staging, shop_quarantine cascade; checkpoint"
  ours=$(seconds "$cartage" run -q --only load --project "$work/shop")
  there=$("$programs/psql" "$address" -Atc 'select count(*) from shop_raw.lines')
  [ "$there" = "$rows" ] || { echo "only $there of $rows rows arrived" >&2; exit 1; }
  echo "round $round: psql \\copy $psql s, cartage load $ours s, speed $(echo "$psql $ours" | awk '{ printf "%.0f%%", 100 * $1 / $2 }') of \\copy, load $(cut -d' ' -f1 /proc/loadavg)"
done
