#!/usr/bin/env bash
# The whole bike-store run beside a hand-written DuckDB script and pandas, interleaved; then a day of changes, memory and twice the scale:
#   bench/scale.sh [SCALE] [ROUNDS]        PANDAS=1 runs pandas in the first round only, PANDAS=0 never
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
scale=${1:-1000} rounds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cartage=$root/cartage star=$root/artifacts/bin/Cartage.Bench/release/Cartage.Bench
dotnet build "$root/bench/Cartage.Bench" -c Release -v q -nologo >&2
"$cartage" init bike-store "$work/shop" -q
made() { "$cartage" gen bike-store --scale "$1" --changes 1 --dir "$work/made$1" -q; }
# A folder of data without its changes.
first() { rm -rf "$work/data" "$work/shop/.cartage" "$work/star.duckdb"*; mkdir "$work/data"; ln "$work/made$1"/*.csv "$work/data"; }
python=$(for p in python3 /usr/bin/python3; do "$p" -c 'import pandas' 2>/dev/null && command -v "$p" && break; done || true)
[ -n "$python" ] || echo "pandas is left out: no python3 here has it" >&2
# seconds and megabytes of a command
measured() { /usr/bin/time -f '%e %M' -o "$work/time" "$@" >"$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }; awk '{ printf "%.2f %d", $1, $2 / 1024 }' "$work/time"; }
run() { (cd "$work/shop" && measured "$cartage" run -q --var data="$work/data"); }
note() { echo "$2" >>"$work/$1.txt"; }
median() { [ -f "$work/$1.txt" ] && sort -n "$work/$1.txt" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }' || echo '–'; }
over() { awk -v a="$1" -v b="$2" 'BEGIN { if (a + 0 > 0 && b + 0 > 0) printf "%.2f", a / b; else print "–" }'; }

made "$scale"
echo "scale $scale: $(wc -l <"$work/made$scale/order_items.csv") order lines; a day of changes: $(cat "$work/made$scale"/changes/*/*.csv | wc -l) of $(cat "$work/made$scale"/*.csv | wc -l) rows"
echo '| round | load | star by hand (s) | run (s) | MB | the same again (s) | a day of changes (s) | MB | pandas (s) |'
echo '|---|---|---|---|---|---|---|---|---|'
for round in $(seq "$rounds"); do
  first "$scale"
  load=$(cut -d' ' -f1 /proc/loadavg)
  read -r by_hand _ <<<"$(measured "$star" "$root/bench/sql/star.sql" "$work/data" "$work/star.duckdb")"
  read -r whole whole_mb <<<"$(run)"
  read -r again _ <<<"$(run)"
  cp -r "$work/made$scale/changes" "$work/data/changes"
  read -r day day_mb <<<"$(run)"
  pandas=–
  if [ -n "$python" ] && [ "${PANDAS:-all}" != 0 ] && { [ "${PANDAS:-all}" = all ] || [ "$round" = 1 ]; }; then
    read -r pandas _ <<<"$(measured "$python" "$root/bench/pandas_star.py" "$work/data" "$work/fact.csv")"
    note pandas "$pandas"
  fi
  note star "$by_hand"; note whole "$whole"; note mb "$whole_mb"; note again "$again"; note day "$day"; note day_mb "$day_mb"
  echo "| $round | $load | $by_hand | $whole | $whole_mb | $again | $day | $day_mb | $pandas |"
done
echo "| median | | $(median star) | $(median whole) | $(median mb) | $(median again) | $(median day) | $(median day_mb) | $(median pandas) |"
rm -rf "$work/made$scale"
twice=$((scale * 2))
made "$twice"
for round in 1 2 3; do
  first "$twice"
  read -r whole whole_mb <<<"$(run)"
  note twice "$whole"; note twice_mb "$whole_mb"
done
echo
echo '| what | measured | goal |'
echo '|---|---|---|'
echo "| run over star by hand | $(over "$(median whole)" "$(median star)") | ≤ 1.8, aim 1.4 |"
echo "| pandas over run | $(over "$(median pandas)" "$(median whole)") | ≥ 5 |"
echo "| a day of changes over run | $(over "$(median day)" "$(median whole)") | ≤ 0.4 |"
echo "| the same again, with start-up | $(median again) s | < 0.5 s |"
echo "| greatest memory of a run | $(cat "$work/mb.txt" "$work/day_mb.txt" | sort -n | tail -1) MB | < 1,500 MB |"
echo "| scale $twice over scale $scale | $(over "$(median twice)" "$(median whole)") (median of 3: $(median twice) s, $(median twice_mb) MB) | ≤ 2.2 |"
