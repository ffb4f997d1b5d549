#!/usr/bin/env bash
# tools/bench.sh [--json] [--rounds N] [--seconds N]
#
# Measures how fast the service is, beside two others in the same run: pgbench with the same statements, which is the
# limit that PostgreSQL sets on this machine, and a peer of ours in FastAPI, SQLAlchemy and asyncpg (tests/bench/peer).
# 200,000 users and 1.2 million lifts; load by wrk from the same machine. Each figure is the median of N rounds (3) of
# N seconds (5), the three taking turns. A table, or with --json one object a line. The database is kept for next time
# outside the clone. REPDUEL_DATA_DIR may name a folder with meets-small.csv.zst: then its lifters are among the users.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

json=no rounds=3 seconds=5
while [ "$#" != 0 ]; do
  case $1 in
    --json) json=yes ;;
    --rounds) rounds=${2:?--rounds needs a number} && shift ;;
    --seconds) seconds=${2:?--seconds needs a number} && shift ;;
    -h | --help) show_help; exit ;;
    *) fail "unknown option $1 (see --help)" ;;
  esac
  shift
done
note() { printf '%s\n' "$*" >&2; }

bench=$CACHE/bench cluster=$CACHE/bench/postgres program=$CARGO_TARGET_DIR/release/repduel
work=$(mktemp -d)
api=http://127.0.0.1:9989 peer=http://127.0.0.1:9987
server='' peer_server=''
clean_up() {
  for process in $server $peer_server; do kill "$process" 2>/dev/null && wait "$process" 2>/dev/null; done
  tools/postgres.sh stop "$cluster"
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# ---- What is measured, and on what ----

tools/setup.sh bench >&2
note "building"
cargo build --release --locked --quiet
mkdir -p "$bench"
tools/postgres.sh start "$cluster" >&2
DATABASE_URL=$(tools/postgres.sh dsn "$cluster")
host=${DATABASE_URL#host=} host=${host%% *}
export DATABASE_URL PGHOST=$host PGUSER=repduel PGDATABASE=repduel
export ENVIRONMENT=staging API_PORT=9989 OPS_PORT=9988 LOG_FORMAT=json LOG_REQUESTS=errors
JWT_SECRET_KEY=$(head -c 48 /dev/urandom | base64 -w0) REFRESH_JWT_SECRET_KEY=$(head -c 48 /dev/urandom | base64 -w0)
export JWT_SECRET_KEY REFRESH_JWT_SECRET_KEY
# Users keep their limit: there are ten thousand of them. All anonymous load comes from one address, and one account
# signs in all the time.
export RATE_LIMIT_ANONYMOUS=off RATE_LIMIT_AUTH=off REGISTRATION=open
query() { psql -XAtqc "$1"; }

LOG_LEVEL=error "$program" migrate >&2
if [ "$(query 'SELECT count(*) >= 200000 FROM users')" != t ]; then
  note "loading 200,000 users and 1.2 million lifts; this is done once"
  query 'TRUNCATE users CASCADE'
  meets=${REPDUEL_DATA_DIR:-}/meets-small.csv.zst
  [ ! -f "$meets" ] || "$program" load-meets "$meets" >&2
  users=$(query 'SELECT count(*) FROM users') lifts=$(query 'SELECT count(*) FROM lifts')
  "$program" load-synthetic --users "$((200000 - users))" --lifts "$((1200000 - lifts))" >&2
fi
query 'CHECKPOINT' 2>/dev/null || true
query "SELECT id FROM users WHERE meet_lifter IS NULL AND password_hash = '!' ORDER BY md5(id::text) LIMIT 10000" >"$work/ids"
python3 tests/bench/tokens.py "$work" <"$work/ids" >"$work/tokens"
query 'TRUNCATE sessions CASCADE'
psql -Xq -f "$work/sessions.sql"
# For pgbench's own refreshes: a session for each of its clients.
query "INSERT INTO sessions (id, user_id, expires_at)
       SELECT md5('bench ' || client)::uuid, (SELECT id FROM users LIMIT 1), now() + interval '1 day' FROM generate_series(0, 15) client"
# A user's id cannot be made by pgbench's own functions, so a hundred users get a script each.
for row in users_me energy_board post_score; do
  while read -r id; do sed "s/@user@/$id/g" "tests/bench/$row.sql" >"$work/$row-$id.sql"; done < <(head -n 100 "$work/ids")
done

start_ours() {
  local began
  began=$(date +%s%3N)
  "$program" serve >"$work/log" 2>&1 &
  server=$!
  until curl -fs -o /dev/null "$api/health/ready"; do
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; fail "the service did not start"; }
    sleep 0.005
  done
  ready_ms=$(($(date +%s%3N) - began))
}

start_peer() {
  [ -x "$bench/peer/bin/uvicorn" ] || { note "installing the peer"; python3 -m venv "$bench/peer"; }
  "$bench/peer/bin/pip" install -q --disable-pip-version-check -r tests/bench/peer/requirements.txt >&2
  PEER_DATABASE_URL="postgresql+asyncpg://repduel@/repduel?host=$host" "$bench/peer/bin/uvicorn" --app-dir tests/bench/peer \
    app:app --port 9987 --workers 2 --no-access-log --log-level warning &
  peer_server=$!
  until curl -fs -o /dev/null "$peer/api/v1/energy/leaderboard?limit=1"; do
    kill -0 "$peer_server" 2>/dev/null || fail "the peer did not start"
    sleep 0.1
  done
}

# load ROW URL CONNECTIONS SECONDS [TOKENS]: requests a second, 99th percentile in ms. A failure of ours ends the run.
load() {
  local rate p99 failed
  read -r _ rate p99 failed < <(wrk -t2 -c"$3" -d"$4" -s tests/bench/wrk.lua "$2" -- "$1" "${5:-$work/tokens}" | grep '^RESULT')
  [ "$failed" = 0 ] || [ "${2#"$peer"}" != "$2" ] || fail "$1: $failed requests failed at $2"
  echo "$rate $p99"
}
rate() { load "$@" | cut -d' ' -f1; }

limit() {
  local scripts=()
  for script in "$work/$1"-*.sql; do scripts+=(-f "$script"); done
  pgbench -n -M prepared -c 16 -j 2 -T "$seconds" "${scripts[@]}" 2>/dev/null | sed -n 's/^tps = \([0-9]*\).*/\1/p'
}

# Each round has tokens of its own: one that was spent in the round before would end its session.
limit_of_refresh() {
  query "DELETE FROM refresh_tokens WHERE session_id IN (SELECT md5('bench ' || client)::uuid FROM generate_series(0, 15) client);
         INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
         SELECT sha256(convert_to('bench ' || client || ':0', 'UTF8')), md5('bench ' || client)::uuid, now() + interval '1 day'
         FROM generate_series(0, 15) client" >/dev/null
  pgbench -n -M prepared -c 16 -j 2 -T "$seconds" -D n=0 -f tests/bench/refresh.sql 2>/dev/null | sed -n 's/^tps = \([0-9]*\).*/\1/p'
}

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

# report NAME OURS LIMIT PEER
report() {
  if [ "$json" = yes ]; then
    printf '{"name": "%s", "ours": %s, "limit": %s, "peer": %s}\n' "$1" "$2" "${3:-null}" "${4:-null}"
  else
    awk -v name="$1" -v ours="$2" -v limit="${3:-}" -v peer="${4:-}" 'BEGIN {
      printf "%-28s %10s %10s %10s %9s %9s\n", name, ours, limit ? limit : "-", peer ? peer : "-",
        limit ? sprintf("%.2f", ours / limit) : "-", peer ? sprintf("%.1f x", ours / peer) : "-" }'
  fi
}

# ---- The rows ----

start_ours
start_peer
declare -A path=([users_me]=/api/v1/users/me [energy_board]=/api/v1/energy/leaderboard
  [post_score]=/api/v1/scores/scenario/back_squat/ [health]=/health
  [energy_board_offset_150000]='/api/v1/energy/leaderboard?offset=150000')
[ "$json" = yes ] || printf '%-28s %10s %10s %10s %9s %9s\n' 'requests a second' ours limit peer 'of limit' 'peers'

for row in users_me energy_board post_score; do
  for ((round = 1; round <= rounds; round++)); do
    note "$row, round $round of $rounds"
    limit "$row" >>"$work/$row.limit"
    rate "$row" "$api${path[$row]}" 32 "$seconds" >>"$work/$row.ours"
    rate "$row" "$peer${path[$row]}" 32 "$seconds" >>"$work/$row.peer"
  done
  report "$row" "$(median <"$work/$row.ours")" "$(median <"$work/$row.limit")" "$(median <"$work/$row.peer")"
done
for ((round = 1; round <= rounds; round++)); do
  note "refresh, round $round of $rounds"
  sed -n "$((round * 200 + 1)),$((round * 200 + 200))p" "$work/refresh-tokens" >"$work/refresh-tokens-$round"
  limit_of_refresh >>"$work/refresh.limit"
  rate refresh "$api/api/v1/auth/refresh" 32 "$seconds" "$work/refresh-tokens-$round" >>"$work/refresh.ours"
done
report refresh "$(median <"$work/refresh.ours")" "$(median <"$work/refresh.limit")" ''
kill "$peer_server"
wait "$peer_server" 2>/dev/null || true
peer_server=''
for row in energy_board_offset_150000 health; do report "$row" "$(rate "$row" "$api${path[$row]}" 32 "$seconds")" '' ''; done

note "boards of a million lifters"
kill "$server"
wait "$server"
while read -r name ours limit; do report "$name" "$ours" "${limit/#-/}" ''; done < <(tests/bench/boards.sh "$rounds" "$seconds")
note "training and community of 200,000 members"
while read -r name ours limit; do report "$name" "$ours" "${limit/#-/}" ''; done < <(tests/bench/training.sh "$rounds" "$seconds")
note "the web app on a slow phone"
while read -r name ours limit; do report "$name" "$ours" "${limit/#-/}" ''; done < <(tests/bench/web.sh "$rounds")
note "lists of ten thousand and of a million rows"
while read -r name ours limit; do report "$name" "$ours" "${limit/#-/}" ''; done < <(tests/bench/flat.sh 100)
start_ours

note "logins"
kill "$server"
wait "$server"
start_ours
sleep 1
idle_kib=$(awk '/^VmRSS/ { print $2 }' "/proc/$server/status")
curl -fs -o /dev/null "$api/api/v1/auth/register" -H 'Content-Type: application/json' \
  -d '{"username": "bench", "email": "bench@example.org", "password": "correct horse battery"}' || true
for ((round = 1; round <= rounds; round++)); do
  "$program" measure-hashing --seconds "$seconds" | cut -d' ' -f1 >>"$work/login.limit"
  rate login "$api/api/v1/auth/login" 32 "$seconds" >>"$work/login.ours"
done
report login "$(median <"$work/login.ours")" "$(median <"$work/login.limit")" ''

for ((round = 1; round <= rounds; round++)); do
  wrk -t1 -c32 -d"$((seconds + 2))" -s tests/bench/wrk.lua "$api/api/v1/auth/login" -- login "$work/tokens" >/dev/null &
  logins=$!
  sleep 1
  load users_me "$api/api/v1/users/me" 4 "$seconds" | cut -d' ' -f2 >>"$work/p99"
  wait "$logins"
done
report users_me_p99_ms_during_logins "$(median <"$work/p99")" '' ''

# ---- Whether the time tells that an account exists ----

python3 tests/bench/known.py "$api" 200 >"$work/known"
report wrong_login_ms_known "$(cut -d' ' -f1 "$work/known")" '' ''
report wrong_login_ms_unknown "$(cut -d' ' -f2 "$work/known")" '' ''

# ---- A flood of wrong logins, more than may wait for the hashing, from all over the world ----

note "wrong logins"
kill "$server"
wait "$server"
RATE_LIMIT_AUTH=1/s:5 MALLOC_MMAP_THRESHOLD_=1048576 start_ours
for ((round = 1; round <= rounds; round++)); do
  wrk -t2 -c400 -d"$((seconds + 2))" --timeout 30s -s tests/bench/wrk.lua "$api/api/v1/auth/login" -- wrong_login "$work/tokens" >"$work/flood" &
  flood=$!
  sleep 1
  load users_me "$api/api/v1/users/me" 4 "$seconds" | cut -d' ' -f2 >>"$work/flood.p99"
  awk '/^VmRSS/ { print $2 / 1024 }' "/proc/$server/status" >>"$work/flood.mib"
  wait "$flood"
done
report users_me_p99_ms_during_a_flood "$(median <"$work/flood.p99")" '' ''
report memory_mib_in_a_flood "$(sort -n "$work/flood.mib" | tail -n 1 | xargs printf '%.0f')" '' ''
report wrong_logins_a_second_in_a_flood "$(awk '/^RESULT/ { print $2 }' "$work/flood")" '' ''

# ---- A meet's file ----

note "a meet of a million rows"
awk 'BEGIN { srand(1); print "sex,bodyweight_kg,event,equipment,squat_kg,bench_kg,deadlift_kg"
  for (row = 0; row < 1000000; row++) printf "%s,%.2f,SBD,Raw,%.1f,%.1f,%.1f\n", rand() < 0.3 ? "F" : "M", 45 + rand() * 100,
    100 + int(rand() * 80) * 2.5, 60 + int(rand() * 60) * 2.5, 120 + int(rand() * 80) * 2.5 }' >"$work/meet.csv"
for ((round = 1; round <= rounds; round++)); do
  began=$(date +%s%3N)
  "$program" points "$work/meet.csv" >/dev/null
  awk -v ms="$(($(date +%s%3N) - began))" 'BEGIN { printf "%.2f\n", ms / 1000 }' >>"$work/points"
done
report points_1m_rows_seconds "$(median <"$work/points")" '' ''

report start_to_ready_ms "$ready_ms" '' ''
report idle_memory_mib "$(awk -v kib="$idle_kib" 'BEGIN { printf "%.1f", kib / 1024 }')" '' ''
