#!/usr/bin/env bash
# tools/dev.sh [--demo | --no-demo] [--release] [--no-web]
#
# Runs repduel from this clone: installs what is missing, makes a private PostgreSQL cluster below .dev/, builds,
# migrates, serves; and serves the web app with hot reload. Ctrl-C stops all of it; the next start takes a second or two.
#
#   --demo       load the made-up lifters of tests/data/meets-demo.csv without asking
#   --no-demo    do not ask this time
#   --release    build as for production: slower to compile, fast to run
#   --no-web     leave the web app out
#
# API_HOST, API_PORT, OPS_PORT and WEB_PORT (127.0.0.1, 9999, 9998, 5173) and all other settings come from the environment.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

demo=ask profile=dev folder=debug web=yes
for argument in "$@"; do
  case $argument in
    --demo) demo=yes ;;
    --no-demo) demo=no ;;
    --release) profile=release folder=release ;;
    --no-web) web=no ;;
    -h | --help) show_help; exit ;;
    *) fail "unknown option $argument (see --help)" ;;
  esac
done

export API_HOST=${API_HOST:-127.0.0.1} API_PORT=${API_PORT:-9999} OPS_PORT=${OPS_PORT:-9998} WEB_PORT=${WEB_PORT:-5173}
export ENVIRONMENT=development
# What else could name a database, an environment or a secret is another installation's.
unset NODE_ENV REST_API_PORT DATABASE_URL_INTERNAL DATABASE_URL_LOCAL DATABASE_URL_REMOTE
cluster=.dev/postgres demo_file=tests/data/meets-demo.csv program=$CARGO_TARGET_DIR/$folder/repduel
host=$API_HOST
[ "$host" != 0.0.0.0 ] || host=127.0.0.1
url=http://$host:$API_PORT
# Mails lead into the app, and its pages may refresh a session: to the program they are at home. It passes on what is no
# page of its own, so pictures come from the same origin too.
web_url=http://localhost:$WEB_PORT
[ "$web" = yes ] || web_url=$url
export BASE_URL=${BASE_URL:-$web_url} APP_URL=${APP_URL:-$web_url} REPDUEL_API=$url
# What outlives a start lies below .dev/: keys, so that sessions do too, and pictures.
export CREDENTIALS_DIRECTORY=$ROOT/.dev/credentials STATIC_STORAGE_DIR=$ROOT/.dev/static

# ---- The end, whichever way it comes: first the program, which answers what it has begun, then its database ----

server='' worker='' web_server='' cluster_is_up=''
finish() {
  local code=$?
  [ -z "$web_server" ] || { kill -TERM "$web_server" 2>/dev/null && wait "$web_server"; } || true
  if [ -n "$server" ]; then
    trap 'kill -KILL "$server"' INT TERM # whoever presses Ctrl-C again does not want to wait
    kill -TERM "$server" 2>/dev/null || true
    while kill -0 "$server" 2>/dev/null; do wait "$server" || true; done
    [ -z "$worker" ] || { kill -TERM "$worker" 2>/dev/null && wait "$worker"; } || true
  fi
  trap '' INT TERM HUP
  if [ -n "$cluster_is_up" ]; then tools/postgres.sh stop "$cluster" && say "stopped"; fi
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- Steps ----

refuse_taken_port() {
  local holder
  (exec 3<>"/dev/tcp/$host/$1") 2>/dev/null || return 0
  holder=$(ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1, process \2/p' | head -n 1) || true
  fail "port $1 is taken by ${holder:-a program that cannot be named from here}. Stop it, or choose another: $2=... tools/dev.sh"
}

# Asked once: the answer is kept in .dev/demo.
wants_demo() {
  local key=''
  [ "$demo" != yes ] || return 0
  [ "$demo" = ask ] && [ -t 0 ] && [ -t 1 ] && [ -f "$demo_file" ] && [ ! -e .dev/demo ] || return 1
  printf 'Load made-up demo lifters, so that the boards are not empty? [y/N] '
  read -rsn1 key || true
  case $key in [yY]) say yes ;; *) say no; echo declined >.dev/demo; return 1 ;; esac
}

[ "$demo" != yes ] || [ -f "$demo_file" ] || fail "there is no $demo_file in this clone"
mkdir -p .dev 2>/dev/null || true
[ -w .dev ] || fail "cannot write $ROOT/.dev: did another user run this here?"
exec 9<.dev
flock -n 9 || fail "tools/dev.sh already runs in this clone"
refuse_taken_port "$API_PORT" API_PORT
refuse_taken_port "$OPS_PORT" OPS_PORT
[ "$web" = no ] || refuse_taken_port "$WEB_PORT" WEB_PORT

mkdir -p "$CREDENTIALS_DIRECTORY" "$STATIC_STORAGE_DIR"
for key in jwt_secret_key refresh_jwt_secret_key data_key; do
  file=$CREDENTIALS_DIRECTORY/$key
  [ -s "$file" ] || (umask 077 && head -c 48 /dev/urandom | base64 -w0 >"$file")
  unset "${key^^}"
done
tools/setup.sh dev
[ "$web" = no ] || tools/web.sh install
cluster_is_up=yes
tools/postgres.sh start "$cluster" || fail "no database: $(tools/postgres.sh status "$cluster")"
DATABASE_URL=$(tools/postgres.sh dsn "$cluster")
export DATABASE_URL

[ -x "$program" ] || say "building; the first time takes some minutes"
cargo build --bin repduel --profile "$profile" 9<&-

if wants_demo; then
  "$program" migrate && "$program" load-meets "$demo_file"
  echo loaded >.dev/demo
fi

# In a session of its own: the terminal's Ctrl-C comes to this script alone, which then stops things in their order.
setsid "$program" serve --auto-migrate </dev/null 9<&- &
server=$!

tries=0
until curl -fs --noproxy '*' -o /dev/null "$url/health/ready"; do
  if ! kill -0 "$server" 2>/dev/null; then
    wait "$server" || code=$?
    server=''
    fail "the program ended with exit code ${code:-0} before it was ready; its reason is above (database: $(tools/postgres.sh status "$cluster"))"
  fi
  ((++tries != 300)) || say "not ready yet; $url/health/ready says: $(curl -s --noproxy '*' "$url/health/ready" || echo nothing)"
  sleep 0.05
done

# Mails and what is forgotten: without it nothing would be wrong but these.
setsid "$program" worker </dev/null 9<&- &
worker=$!

if [ "$web" = yes ]; then
  setsid tools/web.sh dev </dev/null 9<&- &
  web_server=$!
  until curl -fs --noproxy '*' -o /dev/null "$web_url/"; do
    kill -0 "$web_server" 2>/dev/null || fail "the web app's server ended by itself: its reason is above"
    sleep 0.1
  done
  printf '\nThe web app is at %s; what is saved in web/src is there at once.\n' "$web_url"
fi

cat <<EOF

repduel is ready at $url   (metrics and operation: http://127.0.0.1:$OPS_PORT; Ctrl-C stops all)
Register a lifter:

  curl -s $url/api/v1/users/ -H 'Content-Type: application/json' \\
    -d '{"username": "ada", "email": "ada@example.org", "password": "deadlifts-on-friday"}'

EOF

trap 'exit 0' INT TERM HUP
code=0
wait "$server" || code=$?
server=''
fail "the program ended by itself with exit code $code"
