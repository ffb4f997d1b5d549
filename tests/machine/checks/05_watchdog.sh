#!/usr/bin/env bash
# A process that stands still (SIGSTOP) is replaced by the watchdog, and who connected meanwhile gets an answer.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine
limit=$(($(property repduel WatchdogUSec | sed 's/min/ min/;s/s$//' | awk '/min/ { print $1 * 60 + $3; next } { print $1 }')))
at_most "the watchdog's limit, in seconds," "$limit" 30
process=$(property repduel MainPID) before=$(now_ms) mark=$(journal_mark)
m kill -STOP "$process"
near curl -s -o /dev/null -m 60 -w '%{http_code}' "$api/health" >"$WORK/waiting" &
replaced() { case $(property repduel MainPID) in 0 | "$process") false ;; esac; }
eventually $((limit + 10)) replaced || broken "not replaced $((limit + 10)) s after it was stopped"
eventually 5 ready || broken "not ready after the watchdog replaced it"
figure "stopped process replaced and ready after $(($(now_ms) - before)) ms (WatchdogSec=$limit)"
wait $! || true
equal "the answer to who connected meanwhile" "$(cat "$WORK/waiting")" 200
journal --since "$mark" | found -i watchdog || broken "the journal does not say that it was the watchdog"
