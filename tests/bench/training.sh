#!/usr/bin/env bash
# tests/bench/training.sh ROUNDS SECONDS
#
# Training and community among 200,000 members who train: what tools/bench.sh measures of them. A line for each row: name,
# ours, limit. The database is kept for next time; making it is a row too.
set -euo pipefail
# shellcheck source=tools/lib.sh
source "$(dirname "$0")/../../tools/lib.sh"
cd "$ROOT"
rounds=$1 seconds=$2
note() { printf '%s\n' "$*" >&2; }

cluster=$CACHE/bench/training program=$CARGO_TARGET_DIR/release/repduel api=http://127.0.0.1:9969
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
DATABASE_URL=$(tools/postgres.sh dsn "$cluster")
host=${DATABASE_URL#host=} host=${host%% *}
export DATABASE_URL PGHOST=$host PGUSER=repduel PGDATABASE=repduel
export ENVIRONMENT=staging API_PORT=9969 OPS_PORT=9968 LOG_FORMAT=json LOG_REQUESTS=errors LOG_LEVEL=info
JWT_SECRET_KEY=$(head -c 48 /dev/urandom | base64 -w0) REFRESH_JWT_SECRET_KEY=$(head -c 48 /dev/urandom | base64 -w0)
export JWT_SECRET_KEY REFRESH_JWT_SECRET_KEY RATE_LIMIT_ANONYMOUS=off RATE_LIMIT_AUTH=off RATE_LIMIT_USER=off REGISTRATION=open
query() { psql -XAtqc "$1"; }

LOG_LEVEL=error "$program" migrate >&2
if [ "$(query 'SELECT count(*) FROM users')" -lt 200000 ]; then
  query 'TRUNCATE users CASCADE'
  began=$(date +%s)
  LOG_LEVEL=error "$program" load-synthetic --users 200000 >&2
  echo "load_synthetic_seconds $(($(date +%s) - began)) -"
fi
query 'CHECKPOINT' 2>/dev/null || true
query "SELECT id FROM users WHERE email IS NOT NULL ORDER BY md5(id::text) LIMIT 5000" >"$work/ids"
python3 tests/bench/tokens.py "$work" <"$work/ids" >"$work/tokens"
query 'TRUNCATE sessions CASCADE'
psql -Xq -f "$work/sessions.sql"

"$program" serve >"$work/log" 2>&1 &
server=$!
until curl -fs -o /dev/null "$api/health/ready"; do
  kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; fail "the service did not start"; }
  sleep 0.05
done
until curl -fs http://127.0.0.1:9968/metrics | grep -q '^repduel_boards_live 1'; do sleep 0.05; done

rate() {
  local rate failed
  read -r _ rate _ failed < <(wrk -t2 -c32 -d"$seconds" -s tests/bench/wrk.lua "$api$2" -- "$1" "$work/tokens" | grep '^RESULT')
  [ "$failed" = 0 ] || fail "$1: $failed requests failed at $2"
  echo "$rate"
}
limit() {
  local files
  mapfile -t files < <(scripts "$1")
  pgbench -n -M prepared -c 16 -j 2 -T "$seconds" "${files[@]}" 2>/dev/null | sed -n 's/^tps = \([0-9]*\).*/\1/p'
}
median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
row() { echo "$1 $(median <"$work/$1.ours") $(median <"$work/$1.limit")"; }
# A hundred users get a script each.
for name in post_workout feed; do
  while read -r id; do sed "s/@user@/$id/g" "tests/bench/$name.sql" >"$work/$name-$id.sql"; done < <(head -n 100 "$work/ids")
done
scripts() { for script in "$work/$1"-*.sql; do printf -- '-f\n%s\n' "$script"; done; }

# Since when nothing but the service reads.
query 'SELECT pg_stat_reset()' >/dev/null 2>&1 || true
scans() {
  query "SELECT coalesce(sum(seq_scan), 0) FROM pg_stat_user_tables
         WHERE relname IN ('workouts', 'workout_sets', 'lifts', 'personal_bests', 'personal_best_events', 'xp_events', 'user_xp',
                           'user_quests', 'routines', 'routine_items', 'follows', 'standings', 'rank_rises', 'energy_history')"
}
before=$(scans)
read -r requests failed p95 < <(python3 tests/bench/screen.py "$api" "$work/tokens" "$work/ids" 20 "$((seconds * rounds))")
[ "$failed" = 0 ] || fail "the profile screen: $failed of $requests requests failed"
echo "profile_screen_p95_ms $p95 -"
me=$(head -n 1 "$work/ids") token=$(head -n 1 "$work/tokens")
for path in routines quests/me feed "users/$me/workouts" "users/$me/records" "users/$me/streaks" "users/$me/followers" \
  "users/$me/following" "users/lookup?q=synthetic-1-77" users/me/rank-rises guilds/board "routine_submission/user/$me" \
  "personal_best_events/user/$me" levels/me users/me/hidden-routines exercises/own; do
  curl -fs -o /dev/null -H "Authorization: Bearer $token" "$api/api/v1/$path" || fail "GET /$path failed"
done
# PostgreSQL tells its statistics within a second.
sleep 2
echo "sequential_scans_of_growing_tables $(($(scans) - before)) -"

for ((round = 1; round <= rounds; round++)); do
  note "feed and quests, round $round of $rounds"
  limit feed >>"$work/feed.limit"
  rate users_me /api/v1/feed >>"$work/feed.ours"
  rate users_me /api/v1/quests/me >>"$work/quests.ours"
done
row feed
echo "quests_me $(median <"$work/quests.ours") -"
for ((round = 1; round <= rounds; round++)); do
  note "workouts of twenty sets, round $round of $rounds"
  limit post_workout >>"$work/post_workout.limit"
  rate post_workout /api/v1/workouts >>"$work/post_workout.ours"
done
row post_workout
