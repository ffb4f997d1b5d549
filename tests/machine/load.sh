# shellcheck shell=bash
# shellcheck disable=SC2154 # api, site, disk, authority: lib.sh
# Load for checks, and what it must have left in the database. Sourced after lib.sh.

# A check that breaks off leaves no load behind.
trap 'for file in "$WORK"/*.pid; do [ ! -e "$file" ] || kill -KILL "$(cat "$file")" 2>/dev/null || true; done' EXIT

# start_load NAME direct|caddy [OPTION...]: begins when the load's accounts have been made.
start_load() {
  local name=$1 way=$2 url=$api options=()
  shift 2
  if [ "$way" = caddy ]; then url=https://$site options=(--resolve "$site:127.0.0.1" --ca "$authority"); fi
  # Beside other work the host may stand still for longer than a client would wait.
  [ "${LOAD_SHARE:-1}" = 1 ] || [[ $* = *--timeout* ]] || options+=(--timeout 60)
  rm -f "$WORK/$name".*
  "$here/machine.sh" near "$SUITE" "$CLIENTS/load" "$url" "${options[@]}" --share "${LOAD_SHARE:-1}" --ready "$WORK/$name.ready" --acknowledged "$WORK/$name.acknowledged" \
    --unknown "$WORK/$name.unknown" "$@" >"$WORK/$name.json" 2>"$WORK/$name.error" &
  echo $! >"$WORK/$name.pid"
  eventually 60 test -e "$WORK/$name.ready" || broken "the load did not begin: $(cat "$WORK/$name.error")"
}

# stop_load NAME: what is under way is answered first. The report is then in $WORK/NAME.json.
stop_load() {
  kill -TERM "$(cat "$WORK/$1.pid")" 2>/dev/null || true
  end_load "$1"
}

# end_load NAME: one that was started with --seconds.
end_load() {
  local number code=0
  number=$(cat "$WORK/$1.pid")
  wait "$number" || code=$?
  rm -f "$WORK/$1.pid"
  [ "$code" -le 1 ] || broken "the load ended with exit code $code: $(cat "$WORK/$1.error")"
}

report() { jq -r "$2" "$WORK/$1.json"; }

# No request failed, none waited longer than a client would notice, and it was a load worth the name. The bounds are wide: the
# machine is shared, and what it managed (a thousand a second, waits far below a second) the figures say.
expect_nothing_lost() {
  local name=$1 longest=${2:-2000} rate=${3:-150}
  # Beside other work what waits is the host's to answer for.
  [ "${LOAD_SHARE:-1}" = 1 ] || longest=60000 rate=5
  [ "$(report "$name" .failed)" = 0 ] ||
    broken "$(report "$name" '"\(.failed) of \(.requests) requests failed (\(.failures)), such as: \(.examples[:3] | join(" | "))"')"
  at_most "the worst wait, in ms," "$(report "$name" .worst_ms)" "$longest"
  at_least "the load, in requests a second," "$(report "$name" .per_second)" "$rate"
}

# Each acknowledged lift is in the database once, each of unknown fate at most once, and no other of these lifters.
expect_exactly_once() {
  local name=$1 wrong
  [ -s "$WORK/$name.acknowledged" ] || broken "the load recorded no lift"
  # Through standard input: psql's own user may not read our files.
  wrong=$(
    {
      echo 'CREATE TEMP TABLE acknowledged (user_id uuid, weight float8, reps int, id int);'
      echo 'CREATE TEMP TABLE unknown (user_id uuid, weight float8, reps int);'
      echo "COPY acknowledged FROM STDIN CSV;"
      cat "$WORK/$name.acknowledged"
      echo '\.'
      echo "COPY unknown FROM STDIN CSV;"
      cat "$WORK/$name.unknown"
      echo '\.'
      cat <<'SQL'
CREATE TEMP TABLE found AS SELECT user_id, weight_kg::float8 AS weight, reps, id FROM lifts
  WHERE user_id IN (SELECT user_id FROM acknowledged UNION SELECT user_id FROM unknown);
CREATE INDEX ON found (user_id, weight, reps);
ANALYZE found;
SELECT count(*) || ' acknowledged lifts are not in the database exactly once' FROM acknowledged a
  WHERE (SELECT count(*) FROM found f WHERE (f.user_id, f.weight, f.reps) = (a.user_id, a.weight, a.reps)) <> 1
     OR NOT EXISTS (SELECT FROM found f WHERE f.id = a.id AND (f.user_id, f.weight, f.reps) = (a.user_id, a.weight, a.reps))
  HAVING count(*) > 0;
SELECT count(*) || ' lifts of unknown fate are in the database more than once' FROM unknown u
  WHERE (SELECT count(*) FROM found f WHERE (f.user_id, f.weight, f.reps) = (u.user_id, u.weight, u.reps)) > 1
  HAVING count(*) > 0;
SELECT count(*) || ' lifts are in the database that nobody asked for' FROM found f
  WHERE (user_id, weight, reps) NOT IN (SELECT user_id, weight, reps FROM acknowledged UNION SELECT * FROM unknown)
  HAVING count(*) > 0;
SQL
    } | m runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d repduel -f -
  )
  [ -z "$wrong" ] || broken "$wrong"
}

load_figures() {
  figure "$2: $(report "$1" '"\(.requests) requests, \(.per_second) a second, \(.posts_acknowledged) lifts acknowledged, \(.failed) failed; median \(.p50_ms) ms, 99 % \(.p99_ms) ms, worst \(.worst_ms) ms"')"
}
