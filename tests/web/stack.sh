# shellcheck shell=bash
# The whole service as browsers meet it: program, worker, mail server, and Caddy with caddy/repduel.caddy and the built app.
# Sourced after tools/lib.sh by tests/web.sh and tests/bench/web.sh, which set `program` and `work`, a folder of their own.
# shellcheck disable=SC2154 # program, work
#
#   start_stack DSN    a migrated database; whoever sources this calls stop_stack in the end
#
# What a browser's tests need is exported: WEB_URL (Caddy), API_URL and OPS_URL (the program), DSN, MAIL_DIR (a file of JSON
# for each mail, in order), WEB_ROOT and WEB_OLDER (copies of the app's files and of earlier releases', to be changed as a
# deploy would), PROGRAM_LOG and PROGRAM_PID (STOP and CONT make the API silent and back).

stack=()

stop_stack() {
  local index
  # The last first: nobody loses what they lean on.
  for ((index = ${#stack[@]} - 1; index >= 0; index--)); do
    { kill "${stack[index]}" && wait "${stack[index]}"; } 2>/dev/null || true
  done
  stack=()
}

# Free now; whoever takes one in between makes the start fail.
free_ports() {
  python3 -c 'import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*[s.getsockname()[1] for s in sockets])' "$1"
}

# eventually COMMAND...: within 30 seconds.
eventually() {
  local try
  for ((try = 0; try < 300; try++)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  return 1
}

start_mail_server() {
  mkdir -p "$MAIL_DIR" "$STATIC_STORAGE_DIR"
  "$CACHE/tools/aiosmtpd/bin/python" tests/api/support/smtp.py "$1" > >(
    read -r _
    number=0
    while IFS= read -r mail; do
      printf '%s\n' "$mail" >"$work/mail"
      mv "$work/mail" "$MAIL_DIR/$(printf '%04d' $((++number))).json"
    done
  ) &
  stack+=($!)
}

start_caddy() {
  local port=$1
  mkdir -p "$WEB_OLDER/assets"
  cp -r web/dist "$WEB_ROOT"
  sed -e "s|/usr/share/repduel/web|$WEB_ROOT|g; s|/var/lib/repduel/web|$WEB_OLDER|g; s|/usr/share/repduel/www|$ROOT/caddy|g" \
    -e "s|/var/log/caddy|$work|g; s|127\.0\.0\.1:9999|${API_URL#http://}|g" caddy/repduel.caddy >"$work/repduel.caddy"
  cat >"$work/Caddyfile" <<EOF
{
	admin off
	auto_https off
	default_bind 127.0.0.1
}
import $work/repduel.caddy
http://localhost:$port {
	import repduel-site
}
EOF
  XDG_DATA_HOME=$work XDG_CONFIG_HOME=$work caddy run --config "$work/Caddyfile" --adapter caddyfile >"$work/caddy" 2>&1 &
  stack+=($!)
}

start_stack() {
  local api ops mail web key
  read -r api ops mail web < <(free_ports 4)
  export DSN=$1 DATABASE_URL=$1 API_URL=http://127.0.0.1:$api OPS_URL=http://127.0.0.1:$ops WEB_URL=http://localhost:$web
  export MAIL_DIR=$work/mails WEB_ROOT=$work/web WEB_OLDER=$work/older PROGRAM_LOG=$work/program
  # One address has all the visitors.
  export RATE_LIMIT_ANONYMOUS=off RATE_LIMIT_USER=off RATE_LIMIT_AUTH=off REGISTRATION=open
  export API_PORT=$api OPS_PORT=$ops LOG_FORMAT=json STATIC_STORAGE_DIR=$work/static APP_URL=$WEB_URL BASE_URL=$WEB_URL
  export MAIL_FROM='repduel <repduel@example.org>' SMTP_HOST=127.0.0.1 SMTP_PORT=$mail
  for key in JWT_SECRET_KEY REFRESH_JWT_SECRET_KEY DATA_KEY; do export "$key=$(head -c 48 /dev/urandom | base64 -w0)"; done
  start_mail_server "$mail"
  "$program" serve >"$PROGRAM_LOG" 2>&1 &
  export PROGRAM_PID=$!
  stack+=("$PROGRAM_PID")
  eventually curl -fs "$API_URL/health/ready" || { tail -n 5 "$PROGRAM_LOG"; fail "the program does not serve"; }
  "$program" worker >"$work/worker" 2>&1 &
  stack+=($!)
  start_caddy "$web"
  eventually curl -fs "$WEB_URL/caddy-health" || { tail -n 5 "$work/caddy"; fail "Caddy does not serve"; }
}
