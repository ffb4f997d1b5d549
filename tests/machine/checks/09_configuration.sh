#!/usr/bin/env bash
# Each kind of wrong configuration: one clear line a start, at most three starts in 10 s with a client waiting, the
# sockets stay, and mended means serving within 6 s, the waiting client included.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine
since=$(sockets_since)
folder=/etc/repduel
m cp -a $folder /root/sound

# wrong NAME SECONDS WORD SCRIPT: with what SCRIPT makes wrong, each start prints one line, which has WORD in it.
wrong() {
  local name=$1 seconds=$2 word=$3 mark starts lines before
  m sh -ec "cd $folder; $4"
  mark=$(journal_mark)
  m systemctl restart --no-block repduel
  near curl -s -o /dev/null -m 60 -w '%{http_code}' "$api/health" >"$WORK/waiting" &
  sleep "$seconds"
  m journalctl --sync
  # The message that systemd logs for each start of a unit.
  starts=$(journal --since "$mark" -o cat MESSAGE_ID=7d4958e842da4a758f6c1cdc7b36dcc5 | wc -l)
  lines=$(journal --since "$mark" -o json -p err | jq -r 'select(._COMM == "repduel") | .MESSAGE' | grep -c -- "$word" || true)
  at_least "the number of starts with $name" "$starts" 1
  at_most "the number of starts with $name in $seconds s" "$starts" 3
  # The last start may not have come to its line yet.
  [ "$lines" = "$starts" ] || [ "$lines" = $((starts - 1)) ] ||
    broken "$starts starts with $name printed $lines lines with '$word': $(journal --since "$mark" -o cat | tail -n 4 | tr '\n' '|')"
  at_least "the number of lines about $name" "$lines" 1
  for socket in repduel-http.socket repduel-ops.socket; do
    equal "$socket with $name" "$(m systemctl is-active $socket || true)" active
  done
  m sh -ec "rm -rf $folder; cp -a /root/sound $folder"
  before=$(now_ms)
  eventually 6 ready || broken "not ready 6 s after $name was mended"
  wait $! || true
  equal "the answer to who waited during $name" "$(cat "$WORK/waiting")" 200
  figure "$name: $starts starts in $seconds s, served $(($(now_ms) - before)) ms after it was mended"
}

wrong "a word that is none" 10 LOG_REQUESTS 'echo LOG_REQUESTS=sometimes >>repduel.env'
wrong "a number that is none" 3 WORKERS 'echo WORKERS=many >>repduel.env'
wrong "a database URL that is none" 3 DATABASE_URL 'echo DATABASE_URL=nonsense://x >>repduel.env'
wrong "a missing key" 3 'JWT_SECRET_KEY' 'rm credentials/jwt_secret_key'
wrong "a short key" 3 'JWT_SECRET_KEY' 'echo short >credentials/jwt_secret_key'
equal "the time when the sockets began to listen" "$(sockets_since)" "$since"
