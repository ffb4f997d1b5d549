#!/usr/bin/env bash
# tests/bench/web.sh ROUNDS
#
# How fast the web app is on a slow phone, before boards of a million lifters, through Caddy: what tools/bench.sh measures of
# it (web/tests/speed.ts). A line for each row: name, ours, limit. The database is that of tests/bench/boards.sh; without it
# (or with WEB_DSN, another one's) the boards are as short as theirs.
set -euo pipefail
# shellcheck source=tools/lib.sh
source "$(dirname "$0")/../../tools/lib.sh"
cd "$ROOT"
# shellcheck source=tests/web/stack.sh
source tests/web/stack.sh
note() { printf '%s\n' "$*" >&2; }
for needed in caddy chromium; do
  command -v "$needed" >/dev/null || { note "the web app is not measured: there is no $needed here"; exit; }
done

cluster=$CACHE/bench/boards program=${WEB_PROGRAM:-$CARGO_TARGET_DIR/release/repduel} dsn=${WEB_DSN:-}
work=$(mktemp -d)
clean_up() {
  stop_stack
  [ -n "${WEB_DSN:-}" ] || tools/postgres.sh stop "$cluster" >&2
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

tools/setup.sh web >&2
tools/web.sh build >&2
if [ -z "$dsn" ]; then
  tools/postgres.sh start "$cluster" >&2
  dsn=$(tools/postgres.sh dsn "$cluster")
fi
export ENVIRONMENT=staging
DATABASE_URL=$dsn LOG_LEVEL=error "$program" migrate >&2
start_stack "$dsn" >&2
eventually sh -c "curl -fs $OPS_URL/metrics | grep -q '^repduel_boards_live 1'"
ROUNDS=$1 tools/web.sh speed
