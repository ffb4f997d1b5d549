#!/usr/bin/env bash
# 50 restarts under load direct and 50 through Caddy (half of them HTTP/1.1, half HTTP/2): no request fails, none waits
# a second, every acknowledged lift is in the database once.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/load.sh
source "$here/load.sh"

installed_machine
since=$(sockets_since)

# restarts NAME NUMBER WAY [OPTION...]
restarts() {
  local name=$1 number=$2 way=$3 process last=''
  shift 3
  start_load "$name" "$way" "$@"
  for ((turn = 1; turn <= number; turn++)); do
    m systemctl restart repduel || broken "restart $turn failed: $(journal -n 3 -o cat)"
    process=$(property repduel MainPID)
    [ "$process" != "$last" ] || broken "restart $turn left the process as it was"
    last=$process
    sleep 0.25
  done
  stop_load "$name"
  expect_nothing_lost "$name"
  expect_exactly_once "$name"
  load_figures "$name" "$number restarts, $way${*:+ $*}"
}

restarts direct 50 direct
restarts first 25 caddy
restarts second 25 caddy --http2
equal "the time when the sockets began to listen" "$(sockets_since)" "$since"
