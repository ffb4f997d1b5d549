#!/usr/bin/env bash
# A full disk for logs and uploads: requests go on, and so does a restart. A database that refuses connections: 503 with
# a clear line, no acknowledged lift lost, and recovery by itself.
# Runs alone.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/load.sh
source "$here/load.sh"

installed_machine
m sh -ec 'echo LOG_REQUESTS=all >>/etc/repduel/repduel.env'
# Journald, Caddy's log and the uploads each get a small disk without a free byte.
for folder in /var/log/journal /var/log/caddy /var/lib/repduel/static; do
  m sh -ec 'mkdir -p "$1"; owner=$(stat -c "%u:%g:%a" "$1"); mount -t tmpfs -o size=1m tmpfs "$1"
    chown "${owner%:*}" "$1"; chmod "${owner##*:}" "$1"; cat /dev/zero >"$1/full" 2>/dev/null || true' - "$folder"
done
m systemctl restart systemd-journald
m systemctl restart repduel || broken "it does not start with a full disk"
eventually 5 ready || broken "not ready with a full disk"
start_load full direct --rate 600
start_load caddy caddy --rate 500
sleep 2
m systemctl restart repduel || broken "it does not restart with a full disk"
sleep 1
for name in full caddy; do
  stop_load $name
  expect_nothing_lost $name
  expect_exactly_once $name
done
load_figures full "full disks for logs and uploads"
for folder in /var/log/journal /var/log/caddy /var/lib/repduel/static; do m umount -l "$folder"; done
m systemctl restart systemd-journald
m sed -i '/^LOG_REQUESTS=all$/d' /etc/repduel/repduel.env
m systemctl restart repduel

# The error of max_connections (53300), for one role, so that the check itself still gets in.
mark=$(journal_mark)
start_load refused direct
sleep 0.5
sql 'ALTER ROLE repduel CONNECTION LIMIT 0'
sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'repduel'" >/dev/null
sleep 1.5
equal "/health/ready while connections are refused" "$(status "$api/health/ready")" 503
equal "/health/live while connections are refused" "$(status "$api/health/live")" 200
sql 'ALTER ROLE repduel CONNECTION LIMIT -1'
eventually 3 ready || broken "not ready 3 s after connections are accepted again"
sleep 1
stop_load refused
equal "the failures other than 503" "$(report refused '.failures | del(.["status-503"]) | tostring')" '{}'
at_least "the number of requests that were refused" "$(report refused .failed)" 1
expect_exactly_once refused
load_figures refused "a database that refuses connections"
m journalctl --sync
journal --since "$mark" -p warning | found -i 'too many connections' ||
  broken "the journal does not say that the database has too many connections"
