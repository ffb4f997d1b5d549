#!/usr/bin/env bash
# tests/bench/boards.sh ROUNDS SECONDS
#
# The boards with a million lifters of four lifts each, and with ten thousand: what tools/bench.sh measures of them. A line
# for each row: name, ours, limit. The databases are kept for next time; making them takes a quarter of an hour and 8 GB.
set -euo pipefail
# shellcheck source=tools/lib.sh
source "$(dirname "$0")/../../tools/lib.sh"
cd "$ROOT"
rounds=$1 seconds=$2
note() { printf '%s\n' "$*" >&2; }

cluster=$CACHE/bench/boards program=$CARGO_TARGET_DIR/release/repduel api=http://127.0.0.1:9979 ops=http://127.0.0.1:9978
work=$(mktemp -d)
server=''
clean_up() {
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
  tools/postgres.sh stop "$cluster"
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

tools/postgres.sh start "$cluster" >&2
large=$(tools/postgres.sh dsn "$cluster")
small=${large/dbname=repduel/dbname=repduel_small}
host=${large#host=} host=${host%% *}
export PGHOST=$host PGUSER=repduel PGDATABASE=repduel
export ENVIRONMENT=staging API_PORT=9979 OPS_PORT=9978 LOG_FORMAT=json LOG_REQUESTS=errors LOG_LEVEL=info
JWT_SECRET_KEY=$(head -c 48 /dev/urandom | base64 -w0) REFRESH_JWT_SECRET_KEY=$(head -c 48 /dev/urandom | base64 -w0)
export JWT_SECRET_KEY REFRESH_JWT_SECRET_KEY RATE_LIMIT_ANONYMOUS=off RATE_LIMIT_AUTH=off REGISTRATION=open
query() { psql -XAtqc "$1"; }

# fill DATABASE LIFTERS
fill() {
  DATABASE_URL=$1 LOG_LEVEL=error "$program" migrate >&2
  [ "$(psql -XAtqc 'SELECT count(*) FROM users' "$1")" -ge "$2" ] ||
    DATABASE_URL=$1 LOG_LEVEL=error "$program" load-synthetic --singles --users "$2" --lifts "$((4 * $2))" >&2
}
[ -n "$(query "SELECT 1 FROM pg_database WHERE datname = 'repduel_small'")" ] || query 'CREATE DATABASE repduel_small'
fill "$small" 10000
fill "$large" 1000000
query 'CHECKPOINT' 2>/dev/null || true

start() {
  local began
  began=$(date +%s%3N)
  DATABASE_URL=$1 "$program" serve >"$work/log" 2>&1 &
  server=$!
  until curl -fs -o /dev/null "$api/health/ready"; do
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; fail "the service did not start"; }
    sleep 0.005
  done
  ready_ms=$(($(date +%s%3N) - began))
  until curl -fs "$ops/metrics" | grep -q '^repduel_boards_live 1'; do sleep 0.02; done
  # Somebody else's service may have the port.
  kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; fail "the service did not start"; }
  live_ms=$(($(date +%s%3N) - began))
}
stop() {
  kill "$server"
  wait "$server" || true
  server=''
}

# rate ROW PATH [FILE]
rate() {
  # The first to ask for a list wait until it is made.
  local rate failed
  read -r _ rate _ failed < <(wrk -t2 -c32 --timeout 10s -d"$seconds" -s tests/bench/wrk.lua "$api$2" -- "$1" "${3:-$work/ids}" | grep '^RESULT')
  [ "$failed" = 0 ] || fail "$1: $failed requests failed at $2"
  echo "$rate"
}
median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
limit() {
  pgbench -n -M prepared -c 16 -j 2 -T "$seconds" "$@" 2>/dev/null | sed -n 's/^tps = \([0-9]*\).*/\1/p'
}
# row NAME: what lies in $work/NAME.ours and $work/NAME.limit
row() {
  local limit='-'
  [ ! -f "$work/$1.limit" ] || limit=$(median <"$work/$1.limit")
  echo "$1 $(median <"$work/$1.ours") $limit"
}

# Others each time: those who posted the time before have lifted more than anybody does in a month.
ids() { psql -XAtqc "SELECT id FROM users WHERE is_active ORDER BY md5(id::text || '$RANDOM') LIMIT 10000" "$1"; }

# ---- Rank and percentile of a random lifter, beside /health ----
for size in small large; do
  ids "${!size}" >"$work/ids"
  start "${!size}"
  for ((round = 1; round <= rounds; round++)); do
    note "rank, $size, round $round of $rounds"
    rate health /health >>"$work/boards_rank_$size.limit"
    rate rank /api/v1/boards/back_squat/users/ >>"$work/boards_rank_$size.ours"
  done
  row "boards_rank_$size"
  [ "$size" = large ] || stop
done
echo "boards_ready_ms $ready_ms -"
echo "boards_live_ms $live_ms -"
curl -fs "$ops/metrics" | sed -n 's/^\(repduel_boards_bytes\|repduel_boards_lists\|repduel_boards_build_milliseconds\) \(.*\)/\1 \2 -/p'
awk '/^VmRSS/ { printf "boards_memory_mib %.1f -\n", $2 / 1024 }' "/proc/$server/status"

# ---- Pages ----
# The first pages of the lists that stand, any of them as likely.
curl -fs "$api/api/v1/boards" | python3 -c '
import json, sys
filters = ["", "?sex=men", "?sex=women", "?sex=men&class=83", "?sex=women&class=63", "?sex=men&age=open", "?sex=women&age=m1"]
for board in json.load(sys.stdin):
    if board["board"] not in ("energy", "meet_total"):
        print(*(board["board"] + words for words in filters), sep="\n")' >"$work/lists"
for ((round = 1; round <= rounds; round++)); do
  note "pages, round $round of $rounds"
  limit -f tests/bench/board_page.sql | tee -a "$work/boards_first_page.limit" >>"$work/boards_first_pages.limit"
  rate page /api/v1/boards/back_squat >>"$work/boards_first_page.ours"
  rate rank /api/v1/boards/ "$work/lists" >>"$work/boards_first_pages.ours"
  rate page '/api/v1/boards/back_squat?around=900000' >>"$work/boards_page_at_900000.ours"
  rate pages_among_1000 /api/v1/boards/back_squat >>"$work/boards_pages_among_1000.ours"
  rate pages_around_900000 /api/v1/boards/back_squat >>"$work/boards_pages_around_900000.ours"
  rate pages_among_1000 /api/v1/boards/dots >>"$work/boards_dots_pages_among_1000.ours"
  rate pages_around_900000 /api/v1/boards/dots >>"$work/boards_dots_pages_around_900000.ours"
  rate page '/api/v1/energy/leaderboard' >>"$work/contract_energy_first.ours"
  rate page '/api/v1/energy/leaderboard?offset=150000' >>"$work/contract_energy_offset_150000.ours"
  rate page /api/v1/scores/scenario/back_squat/leaderboard >>"$work/contract_squats_first.ours"
  rate page "/api/v1/scores/scenario/back_squat/leaderboard?offset=150000" >>"$work/contract_squats_offset_150000.ours"
done
for name in boards_first_page boards_first_pages boards_page_at_900000 boards_pages_among_1000 boards_pages_around_900000 \
  boards_dots_pages_among_1000 boards_dots_pages_around_900000 contract_energy_first contract_energy_offset_150000 contract_squats_first \
  contract_squats_offset_150000; do row "$name"; done

# ---- A posted score, with all its boards ----
python3 tests/bench/tokens.py "$work" <"$work/ids" >"$work/tokens"
query 'TRUNCATE sessions CASCADE'
psql -Xq -f "$work/sessions.sql"
# Of the same ten thousand lifters on both sides, whose pages are in memory after a first round that does not count.
query 'CREATE TABLE IF NOT EXISTS bench_ids (n integer PRIMARY KEY, id uuid); TRUNCATE bench_ids'
nl -ba -w1 -s, "$work/ids" | psql -Xqc 'COPY bench_ids FROM STDIN CSV'
# script NAME: a bare transaction of any of them
script() {
  echo "\\set n random(1, $(wc -l <"$work/ids"))"
  sed "s/'@user@'/(SELECT id FROM bench_ids WHERE n = :n)/g" "tests/bench/$1.sql"
}
script post_score >"$work/post.sql"
script rising_score >"$work/rising.sql"
# With the best of each, which a post of the second row is above by 250 grams.
risers() {
  query "SELECT coalesce(score_value, 60) FROM bench_ids LEFT JOIN personal_bests ON user_id = id AND exercise_id = 'back_squat' ORDER BY n" |
    paste -d' ' "$work/tokens" - >"$work/risers"
}
for ((round = 0; round <= rounds; round++)); do
  note "posts, round $round of $rounds"
  limit -f "$work/post.sql" >>"$work/boards_post.limit"
  rate post_score /api/v1/scores/scenario/back_squat/ "$work/tokens" >>"$work/boards_post.ours"
  # Each a new best, so that every board moves: beside what a new best is without boards, points and names (the lift, the
  # best, its event, the energy), and beside a bare lift.
  limit -f "$work/rising.sql" >>"$work/boards_rising_post.limit"
  limit -f "$work/post.sql" >>"$work/boards_rising_post_to_a_lift.limit"
  risers
  rate rising_score /api/v1/scores/scenario/back_squat/ "$work/risers" |
    tee -a "$work/boards_rising_post.ours" >>"$work/boards_rising_post_to_a_lift.ours"
  [ "$round" -gt 0 ] || rm "$work"/boards_*post*.{limit,ours}
done
query 'DROP TABLE bench_ids'
row boards_post
row boards_rising_post
row boards_rising_post_to_a_lift
# The bare transactions left lifts behind that nobody counted.
DATABASE_URL=$large LOG_LEVEL=error "$program" check-boards --repair >/dev/null 2>&1 || true

# ---- How soon another process has it ----
DATABASE_URL=$large API_PORT=9977 OPS_PORT=9976 "$program" serve >"$work/other.log" 2>&1 &
other=$!
until curl -fs http://127.0.0.1:9976/metrics | grep -q '^repduel_boards_live 1'; do sleep 0.05; done
read -r median worst < <(python3 tests/bench/lag.py "$api" http://127.0.0.1:9977 "$work/tokens" "$work/ids")
echo "boards_other_process_ms $median -"
echo "boards_other_process_worst_ms $worst -"
kill "$other"
wait "$other" || true
curl -fs "$ops/metrics" | sed -n 's/^\(repduel_boards_drift\|repduel_boards_builds_total\) \(.*\)/\1 \2 -/p'
awk '/^VmRSS/ { printf "boards_memory_after_mib %.1f -\n", $2 / 1024 }' "/proc/$server/status"
stop
DATABASE_URL=$large LOG_LEVEL=error "$program" check-boards >&2 || fail "the boards differ from the lifts"
