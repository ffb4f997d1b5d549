#!/usr/bin/env bash
# tests/bench/flat.sh REQUESTS
#
# Whether every list that grows takes as long among a million rows as among ten thousand: each is asked of two servers by turns,
# one with 10,000 members and 10,000 rows in each table, one with a million of both. A line for each list: name, the median of so
# many requests in milliseconds of the large one, of the small one. The databases are those of boards.sh, which makes them.
set -euo pipefail
# shellcheck source=tools/lib.sh
source "$(dirname "$0")/../../tools/lib.sh"
cd "$ROOT"
requests=$1

cluster=$CACHE/bench/boards program=$CARGO_TARGET_DIR/release/repduel
work=$(mktemp -d)
servers=()
clean_up() {
  local server
  for server in "${servers[@]}"; do { kill "$server" && wait "$server"; } 2>/dev/null || true; done
  tools/postgres.sh stop "$cluster"
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

tools/postgres.sh start "$cluster" >&2
large=$(tools/postgres.sh dsn "$cluster")
small=${large/dbname=repduel/dbname=repduel_small}
export ENVIRONMENT=staging LOG_FORMAT=json LOG_REQUESTS=errors LOG_LEVEL=info
JWT_SECRET_KEY=$(head -c 48 /dev/urandom | base64 -w0) REFRESH_JWT_SECRET_KEY=$(head -c 48 /dev/urandom | base64 -w0)
export JWT_SECRET_KEY REFRESH_JWT_SECRET_KEY RATE_LIMIT_ANONYMOUS=off RATE_LIMIT_AUTH=off RATE_LIMIT_USER=off REGISTRATION=open

# serve NAME DSN ROWS PORT
serve() {
  mkdir "$work/$1"
  DATABASE_URL=$2 LOG_LEVEL=error "$program" migrate >&2
  [ -n "$(psql -XAtqc "SELECT to_regclass('bench_flat')" "$2")" ] || psql -Xq -v ON_ERROR_STOP=1 -v n="$3" -f tests/bench/flat.sql "$2 user=postgres" >&2
  psql -XAtq -F ' ' -c 'SELECT role, id, text FROM bench_flat ORDER BY role' "$2" >"$work/$1/people"
  cut -d' ' -f2 "$work/$1/people" | python3 tests/bench/tokens.py "$work/$1" >"$work/$1/tokens"
  psql -Xq -c 'TRUNCATE sessions CASCADE' "$2" 
  psql -Xq -f "$work/$1/sessions.sql" "$2"
  DATABASE_URL=$2 API_PORT=$4 OPS_PORT=$(($4 - 1)) "$program" serve >"$work/$1/log" 2>&1 &
  servers+=($!)
  until curl -fs "http://127.0.0.1:$(($4 - 1))/metrics" | grep -q '^repduel_boards_live 1'; do
    kill -0 $! 2>/dev/null || { cat "$work/$1/log" >&2; fail "the service did not start"; }
    sleep 0.1
  done
  # Somebody else's service may have the port.
  kill -0 $! 2>/dev/null || { cat "$work/$1/log" >&2; fail "the service did not start"; }
}
serve small "$small" 10000 9959
serve large "$large" 1000000 9957
python3 tests/bench/flat.py "http://127.0.0.1:9959 $work/small $small" "http://127.0.0.1:9957 $work/large $large" "$requests"
