#!/usr/bin/env bash
# Killed with SIGKILL under load, three times: it serves again within 2 s, only what was in flight is lost, and nothing
# happens twice.
# Runs alone.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/load.sh
source "$here/load.sh"

clients=32 kills=3
installed_machine
start_load killed direct --clients "$clients"
for ((turn = 1; turn <= kills; turn++)); do
  sleep 1.5
  process=$(property repduel MainPID)
  m kill -9 "$process"
  eventually 5 ready || broken "not ready 5 s after being killed"
  [ "$(property repduel MainPID)" != "$process" ] || broken "the killed process is still said to run"
done
sleep 1
stop_load killed
[ "${LOAD_SHARE:-1}" != 1 ] || at_most "the longest time without an answer, in ms," "$(report killed .longest_silence_ms)" 2000
# Whoever connects while nobody serves waits in the socket: nothing but a connection that broke may fail.
equal "the failures other than broken connections" \
  "$(report killed '.failures | del(.["no-answer"], .["cut-off"], .["closed-new"]) | tostring')" '{}'
at_most "the number of failed requests" "$(report killed .failed)" $((clients * kills))
[ "${LOAD_SHARE:-1}" != 1 ] || at_least "the load, in requests a second," "$(report killed .per_second)" 150
expect_exactly_once killed
load_figures killed "killed $kills times"
figure "served again after at most $(report killed .longest_silence_ms) ms"
