#!/usr/bin/env bash
# tests/web.sh DSN [PLAYWRIGHT_OPTION...]
#
# Opens the web app in Debian's Chromium, as Caddy serves it with caddy/repduel.caddy, before the real program on a fresh
# database of the cluster at DSN with made-up lifters: web/tests/browser/*.spec.ts ("smoke", "--headed", "-g lift" choose).
# Pictures of the pages are left in web/test-results/screenshots. Ends with "N passed, N failed"; a violation of the
# Content-Security-Policy or an error in a page's console fails its test. tools/test.sh runs this.
#
# What the tests get beside tests/web/stack.sh's: ADMIN and MODERATOR, accounts whose password is PASSWORD.
set -euo pipefail
# shellcheck source=tools/lib.sh
source "$(dirname "$0")/../tools/lib.sh"
cd "$ROOT"
# shellcheck source=tests/web/stack.sh
source tests/web/stack.sh
case ${1:-} in '' | -h | --help) show_help; exit ;; esac
admin=$1
shift
for needed in caddy chromium; do
  command -v "$needed" >/dev/null || { say "the browser tests are skipped: there is no $needed here"; exit; }
done

work=$(mktemp -d) program=$(realpath "$CARGO_TARGET_DIR")/debug/repduel database=repduel_web_$$
# shellcheck disable=SC2317 # the trap runs it
clean_up() {
  stop_stack
  psql -q "$admin" -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

tools/web.sh build >"$work/build" 2>&1 || { tail -n 20 "$work/build"; fail "the web app does not build"; }
psql -q "$admin" -c "CREATE DATABASE $database"
dsn="$(tr ' ' '\n' <<<"$admin" | grep -v '^dbname=' | tr '\n' ' ')dbname=$database"
export ENVIRONMENT=development
for step in migrate 'load-meets tests/data/meets-demo.csv' 'load-synthetic --users 300'; do
  # shellcheck disable=SC2086 # words of their own
  DATABASE_URL=$dsn LOG_LEVEL=error "$program" $step >"$work/load" 2>&1 || { cat "$work/load"; fail "repduel $step failed"; }
done
start_stack "$dsn"

export ADMIN=admin MODERATOR=moderator PASSWORD='chalk and iron'
for name in "$ADMIN" "$MODERATOR"; do
  curl -sS -m 10 -f -o /dev/null -H 'Content-Type: application/json' "$API_URL/api/v1/users/" \
    -d "{\"username\": \"$name\", \"email\": \"$name@example.org\", \"password\": \"$PASSWORD\"}"
  psql -q "$dsn" -c "UPDATE users SET role = '$name' WHERE username = '$name'"
done

rm -rf web/test-results
code=0
tools/web.sh browser "$@" || code=$?
if [ ! -f web/test-results/results.json ]; then fail "the browser's tests did not come to their end"; fi
grep -E '"level":"(ERRO|CRIT)' "$PROGRAM_LOG" | tail -n 10 || true
python3 - "$code" <<'PYTHON'
import json
import sys

report = json.load(open("web/test-results/results.json"))
failed = []


def walk(suite, path):
    for spec in suite.get("specs", []):
        if not spec["ok"]:
            failed.append(" › ".join([*path, spec["title"]]))
    for inner in suite.get("suites", []):
        walk(inner, [*path, inner["title"]])


for suite in report["suites"]:
    walk(suite, [suite["title"]])
stats = report["stats"]
passed = stats["expected"] + stats["flaky"]
if sys.argv[1] != "0" and not failed:
    failed.append("the run itself")
for name in failed:
    print(f"failed: {name}")
print(f"{passed} passed, {len(failed)} failed")
sys.exit(bool(failed))
PYTHON
