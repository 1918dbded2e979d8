# For other scripts to source: a PostgreSQL server of their own on a free port, gone with the script. Gives $work with a project in $work/shop, $address, $programs, $cartage, seconds and share.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
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
mkdir -p "$work/shop/pipelines/shop/feeds"
echo 'description: One big table' >"$work/shop/pipelines/shop/pipeline.yml"
dotnet build "$root/src/Cartage.Host" -c Release -v q -nologo >&2
cartage=$root/artifacts/bin/Cartage.Host/release/cartage
seconds() { local start; start=$(date +%s.%N); "$@" >/dev/null; echo "$(date +%s.%N) $start" | awk '{ printf "%.2f", $1 - $2 }'; }
share() { echo "$1 $2" | awk '{ printf "%.0f%%", 100 * $1 / $2 }'; }
