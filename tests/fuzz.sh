#!/usr/bin/env bash
# tests/fuzz.sh DATABASE_URL [SCHEMATHESIS_OPTION...]
#
# Starts the program on a fresh database of the cluster at DATABASE_URL and sends whatever its own OpenAPI document allows,
# and much that it does not, for about a minute. Every answer must be as documented, and none may be a 500. What the
# program said of failures is printed. tools/setup.sh test installs schemathesis; tools/test.sh runs this.
set -euo pipefail
# shellcheck source=tools/lib.sh
source "$(dirname "$0")/../tools/lib.sh"
case ${1:-} in '' | -h | --help) show_help; exit ;; esac
admin=$1
shift
work=$(mktemp -d) program=$(realpath "$CARGO_TARGET_DIR")/debug/repduel process=''
database=repduel_fuzz_$$
cluster=$(tr ' ' '\n' <<<"$admin" | grep -v '^dbname=' | tr '\n' ' ')

# shellcheck disable=SC2317 # the trap runs it
clean_up() {
  [ -z "$process" ] || { kill "$process" 2>/dev/null; wait "$process" 2>/dev/null; } || true
  psql -q "$admin" -c "DROP DATABASE IF EXISTS $database" || true
  rm -rf "$work"
}
trap clean_up EXIT

psql -q "$admin" -c "CREATE DATABASE $database"
export ENVIRONMENT=development DATABASE_URL="${cluster}dbname=$database" API_PORT=0 OPS_PORT=0 LOG_FORMAT=json \
  STATIC_STORAGE_DIR=$work/static RATE_LIMIT_ANONYMOUS=off RATE_LIMIT_USER=off RATE_LIMIT_AUTH=off
"$program" migrate >"$work/migrate" 2>&1 || { cat "$work/migrate"; fail "the database could not be migrated"; }
: >"$work/log"
"$program" serve 2>>"$work/log" &
process=$!
api=''
for _ in {1..100}; do
  api=$(sed -n 's/.*"msg":"serving".*"api":"\([^"]*\)".*/\1/p; s/.*"api":"\([^"]*\)".*"msg":"serving".*/\1/p' "$work/log")
  [ -z "$api" ] || break
  sleep 0.1
done
[ -n "$api" ] || { cat "$work/log"; fail "the program does not serve"; }

post() { curl -sS -m 10 -f -H 'Content-Type: application/json' -d "$2" "http://$api/api/v1$1"; }
post /users/ '{"username":"fuzz","email":"fuzz@example.org","password":"correct horse"}' >/dev/null
# Behind the admins' door as well.
psql -q "$DATABASE_URL" -c "UPDATE users SET role = 'admin'"
token=$(post /auth/login '{"email":"fuzz@example.org","password":"correct horse"}' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')

# schemathesis leaves a folder where it runs.
cd "$work"
# Left out: what ends the session or the account that all others are asked with, and payments, whose answer is 503.
code=0
PYTHONWARNINGS=ignore "$CACHE/tools/schemathesis/bin/schemathesis" run "http://$api/api/v1/openapi.json" --url "http://$api" \
  --header "Authorization: Bearer $token" --seed 1 --no-color --workers 1 --request-timeout 35 \
  --max-examples 30 --phases examples,coverage,fuzzing --generation-database none --continue-on-failure --warnings off \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
  --exclude-path-regex '/auth/logout|/payments/' --exclude-operation-id delete_own_user \
  "$@" || code=$?
if [ "$code" != 0 ]; then grep -E '"level":"(ERRO|CRIT)' "$work/log" | tail -n 30 || true; fi
exit "$code"
