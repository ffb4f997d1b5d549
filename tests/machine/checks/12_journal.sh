#!/usr/bin/env bash
# One id leads from the answer that a client got to Caddy's log and to the journal: of a request that failed at the
# priority of a warning, with LOG_REQUESTS=all of any. SIGHUP is enough to switch that.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine
process=$(property repduel MainPID)

# ask PATH STATUS: the id of the request's answer.
ask() {
  local answered
  answered=$(far_curl -o /dev/null -D "$WORK/head" -w '%{http_code}' "https://$site$1")
  equal "the status of $1" "$answered" "$2"
  tr -d '\r' <"$WORK/head" | sed -n 's/^x-request-id: //Ip'
}

# expect_line ID ROUTE STATUS [JOURNALCTL OPTION...]: in the journal, with its fields, and in Caddy's log.
expect_line() {
  local id=$1 route=$2 status=$3
  shift 3
  [ -n "$id" ] || broken "no X-Request-ID in the answer from $route"
  m journalctl --sync
  journal -o json REQUEST_ID="$id" "$@" >"$WORK/lines"
  [ -s "$WORK/lines" ] || broken "journalctl -u repduel $* REQUEST_ID=$id finds nothing"
  equal "ROUTE of $id" "$(jq -r '.ROUTE // empty' "$WORK/lines" | sort -u)" "$route"
  equal "STATUS of $id" "$(jq -r '.STATUS // empty' "$WORK/lines" | sort -u)" "$status"
  m grep -qF "$id" /var/log/caddy/repduel.log || broken "Caddy's log does not know the request $id"
}

m systemctl stop postgresql
not_ready() { [ "$(status "$api/health/ready")" = 503 ]; }
eventually 5 not_ready || broken "ready although PostgreSQL was stopped"
id=$(ask /api/v1/energy/leaderboard 503)
m systemctl start postgresql
expect_line "$id" /api/v1/energy/leaderboard 503 -p warning
eventually 20 ready || broken "not ready after PostgreSQL came back"

log_requests() {
  m sed -i "s/^LOG_REQUESTS=.*/LOG_REQUESTS=$1/" /etc/repduel/repduel.env
  m systemctl reload repduel
  sleep 0.3
}
log_requests all
id=$(ask /api/v1/scores/scenario/deadlift/leaderboard 200)
expect_line "$id" '/api/v1/scores/scenario/{scenario_id}/leaderboard' 200
if journal -p warning REQUEST_ID="$id" | found .; then broken "a request that went well is a warning"; fi

# With a lifter signed in, the line says who.
name=journal-$RANDOM$RANDOM password="long enough, $RANDOM"
user=$(far_curl "https://$site/api/v1/users/" --json "$(jq -nc --arg n "$name" --arg p "$password" \
  '{username: $n, email: ($n + "@example.org"), password: $p}')" | jq -r .id)
token=$(far_curl "https://$site/api/v1/auth/login" --json "$(jq -nc --arg n "$name" --arg p "$password" \
  '{email: ($n + "@example.org"), password: $p}')" | jq -r .access_token)
far_curl -o /dev/null -D "$WORK/head" -H "Authorization: Bearer $token" "https://$site/api/v1/users/me"
id=$(tr -d '\r' <"$WORK/head" | sed -n 's/^x-request-id: //Ip')
expect_line "$id" /api/v1/users/me 200
equal "USER_ID of $id" "$(jq -r '.USER_ID // empty' "$WORK/lines" | sort -u)" "$user"

log_requests errors
found=0
for _ in {1..5}; do
  id=$(ask /api/v1/scores/scenario/deadlift/leaderboard 200)
  m journalctl --sync
  if journal REQUEST_ID="$id" | found .; then found=$((found + 1)); fi
done
at_most "the number of lines about 5 requests that went well, with LOG_REQUESTS=errors," "$found" 1
equal "the process after two SIGHUP" "$(property repduel MainPID)" "$process"
