#!/usr/bin/env bash
# PostgreSQL away for 20 s: the process lives, is not ready, and answers 503 within 2 s; it recovers by itself (10 s at most,
# where others use the processor).
# PostgreSQL restarted under load: no acknowledged lift is lost. Started before PostgreSQL: it waits, and says so.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/load.sh
source "$here/load.sh"

installed_machine
process=$(property repduel MainPID)

# What clients get while there is no database.
expect_outage() {
  equal "/health/live without a database" "$(status "$api/health/live")" 200
  equal "/health/ready without a database" "$(status "$api/health/ready")" 503
  near curl -s -m 5 -o "$WORK/body" -D "$WORK/head" -w '%{http_code} %{time_total}' "$api/api/v1/energy/leaderboard" \
    >"$WORK/answer" || broken "no answer without a database"
  equal "the API without a database" "$(cut -d' ' -f1 "$WORK/answer")" 503
  at_most "the wait for a 503, in seconds," "$(cut -d' ' -f2 "$WORK/answer")" 2
  grep -qi '^content-type: application/problem+json' "$WORK/head" || broken "the 503 is no application/problem+json"
  grep -qi '^retry-after: [0-9]' "$WORK/head" || broken "the 503 has no Retry-After"
  equal "the status in the 503's body" "$(jq .status "$WORK/body")" 503
}

expect_recovery() {
  local before
  eventually 20 m runuser -u postgres -- psql -XAtqc 'SELECT 1' || broken "PostgreSQL does not come back"
  before=$(now_ms)
  eventually 10 ready || broken "not ready 10 s after PostgreSQL: $(property repduel StatusText)"
  answers "$api/api/v1/energy/leaderboard" || broken "the API does not answer although it is ready"
  figure "$1: ready $(($(now_ms) - before)) ms after PostgreSQL"
}

# Debian's service stops the clusters behind it, and does not wait for them.
unready() { [ "$(status "$api/health/ready")" = 503 ]; }
m systemctl stop postgresql
eventually 10 unready || broken "/health/ready is '$(status "$api/health/ready")' 10 s after PostgreSQL was stopped, not '503'"
end=$(($(now_ms) + 20000))
while [ "$(now_ms)" -lt "$end" ]; do
  expect_outage
  sleep 1
done
m systemctl start postgresql
expect_recovery "PostgreSQL away for 20 s"
equal "the process after the outage" "$(property repduel MainPID)" "$process"

start_load restarted direct
sleep 1
m systemctl restart postgresql
expect_recovery "PostgreSQL restarted under load"
sleep 2
stop_load restarted
equal "the failures other than 503" "$(report restarted '.failures | del(.["status-503"]) | tostring')" '{}'
at_most "the worst wait, in ms," "$(report restarted .worst_ms)" 3000
expect_exactly_once restarted
load_figures restarted "PostgreSQL restarted"

m systemctl stop postgresql
m timeout 20 systemctl restart repduel || broken "it does not start without PostgreSQL"
property repduel StatusText >"$WORK/text"
grep -qi 'waiting for the database' "$WORK/text" || broken "its status does not say what it waits for: $(cat "$WORK/text")"
expect_outage
m systemctl start postgresql
expect_recovery "started before PostgreSQL"
