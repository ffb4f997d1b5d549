#!/usr/bin/env bash
# 50 restarts under load direct and 50 through Caddy (half of them HTTP/1.1, half HTTP/2): no request fails, none waits
# a second, every acknowledged lift is in the database once. (Beside other tests a third as many.)
# Runs alone.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/load.sh
source "$here/load.sh"

installed_machine
since=$(sockets_since)

# restarts NAME NUMBER PAUSE WAY [OPTION...]: the longer the pause, the more of the time is load.
restarts() {
  local name=$1 number=$2 pause=$3 way=$4 process last=''
  [ "${LOAD_SHARE:-1}" = 1 ] || number=$((number / 3))
  shift 4
  start_load "$name" "$way" "$@"
  for ((turn = 1; turn <= number; turn++)); do
    m systemctl restart repduel || broken "restart $turn failed: $(journal -n 3 -o cat)"
    process=$(property repduel MainPID)
    [ "$process" != "$last" ] || broken "restart $turn left the process as it was"
    last=$process
    sleep "$pause"
  done
  stop_load "$name"
  expect_nothing_lost "$name"
  expect_exactly_once "$name"
  load_figures "$name" "$number restarts, $way${*:+ $*}"
}

restarts direct 50 0.25 direct
# A new connection is a TLS handshake, which is the load's and Caddy's work: fewer of them, for more requests; HTTP/2
# clients keep theirs anyway.
restarts first 25 1 caddy --clients 48 --fresh 0.2
restarts second 25 1 caddy --clients 48 --fresh 0.05 --http2
equal "the time when the sockets began to listen" "$(sockets_since)" "$since"
