#!/usr/bin/env bash
# Kills runs of the bike-store pipeline at random moments; after one more run every table must equal that of undisturbed runs:
#   bench/kills.sh [KILLS] [SCALE] [SEED]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
kills=${1:-200} scale=${2:-1} RANDOM=${3:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/cartage" version >/dev/null # builds it
cartage=$root/artifacts/program/cartage
[ -x "$cartage" ] || cartage=$root/artifacts/bin/Cartage.Host/release/cartage
"$cartage" gen bike-store --scale "$scale" --changes 2 --dirt --dir "$work/data" -q
mv "$work/data/changes" "$work/changes"

# Every run reads the same paths: an object's name comes from its file's.
run() { "$cartage" run --project "$work/$1" -q --var data="$work/data" >"$work/out" 2>&1 || { code=$?; [ $code = 5 ] || return $code; }; }
seconds() { local from=$EPOCHREALTIME; "$@"; awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'; }
query() { "$cartage" query --project "$work/$1" --format csv "$2"; }
# Rows, and a number that any other row would change, of every table; what says when and by which run is left out.
columns="column_name NOT IN ('_run', '_loaded_at', '_first_seen', '_id', 'as_of')"
statement="SELECT string_agg('SELECT ''' || t || ''' AS t, count(*) AS n, sum(hash(r)) AS h FROM (SELECT concat_ws(chr(31), ' || c || ') AS r FROM ' || t || ')', ' UNION ALL ' ORDER BY t) || ' ORDER BY 1'
  FROM (SELECT table_schema || '.' || table_name AS t, string_agg('coalesce(CAST(\"' || column_name || '\" AS VARCHAR), chr(30))', ', ' ORDER BY ordinal_position) AS c
    FROM information_schema.columns WHERE table_schema IN ('bike_store', 'bike_store_raw', 'bike_store_quarantine') AND $columns GROUP BY ALL)"
state() { query "$1" "$(query "$1" "$statement" | tail -n +2 | sed 's/^"//; s/"$//; s/""/"/g')"; }

"$cartage" init bike-store "$work/undisturbed" -q
first=$(seconds run undisturbed)
cp -r "$work/undisturbed" "$work/loaded"
state undisturbed >"$work/first.csv"
cp -r "$work/changes" "$work/data/changes"
second=$(seconds run undisturbed)
state undisturbed >"$work/second.csv"
echo "undisturbed: $first s, then $second s with two days of changes; $(wc -l <"$work/second.csv") tables; load $(cut -d' ' -f1 /proc/loadavg)"

killed=0 ended=0 tried=0
while [ $killed -lt "$kills" ]; do
  tried=$((tried + 1))
  rm -rf "$work/shop"
  if [ $((tried % 2)) = 1 ]; then
    rm -rf "$work/data/changes"; "$cartage" init bike-store "$work/shop" -q; expected=first took=$first
  else
    [ -d "$work/data/changes" ] || cp -r "$work/changes" "$work/data/changes"; cp -r "$work/loaded" "$work/shop"; expected=second took=$second
  fi
  "$cartage" run --project "$work/shop" -q --var data="$work/data" >/dev/null 2>&1 &
  victim=$!
  sleep "$(awk -v r=$RANDOM -v t="$took" 'BEGIN { print t * r / 32768 }')"
  if kill -9 $victim 2>/dev/null; then killed=$((killed + 1)); else ended=$((ended + 1)); fi
  wait $victim 2>/dev/null || true
  run shop || { echo "kill $killed: the run after it failed"; cat "$work/out"; exit 1; }
  state shop >"$work/state.csv"
  cmp -s "$work/$expected.csv" "$work/state.csv" || { echo "kill $killed: other tables than those of an undisturbed run ($expected)"; diff "$work/$expected.csv" "$work/state.csv"; exit 1; }
  [ $((killed % 20)) != 0 ] || echo "$killed killed"
done
echo "$killed runs killed ($ended had ended before): after one more run every table equals that of undisturbed runs"
