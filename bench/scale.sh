#!/usr/bin/env bash
# The whole bike-store run beside a hand-written DuckDB script and pandas, interleaved: bench/scale.sh [SCALE] [ROUNDS]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
scale=${1:-1000} rounds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build "$root/bench/Cartage.Bench" -c Release -v q -nologo >&2
bench=$root/artifacts/bin/Cartage.Bench/release/Cartage.Bench
"$root/cartage" init bike-store "$work/shop" -q
"$root/cartage" gen bike-store --scale "$scale" --dir "$work/data" -q
python=$(/usr/bin/python3 -c 'import pandas' 2>/dev/null && echo /usr/bin/python3 || true)
seconds() { local start; start=$(date +%s.%N); "$@" >/dev/null 2>&1; echo "$(date +%s.%N) - $start" | bc; }
run() { (cd "$work/shop" && "$root/cartage" run -q --var data="$work/data"); }
for round in $(seq "$rounds"); do
  rm -rf "$work/shop/.cartage" "$work/star.duckdb"*
  star=$(seconds "$bench" "$root/bench/sql/star.sql" "$work/data" "$work/star.duckdb")
  whole=$(seconds run)
  again=$(seconds run)
  pandas=$([ -n "$python" ] && [ "$round" = 1 ] && seconds "$python" "$root/bench/pandas_star.py" "$work/data" "$work/fact.csv" || echo -)
  echo "round $round: star $star s, cartage $whole s, again $again s, pandas $pandas s"
done
