#!/usr/bin/env bash
# tools/postgres.sh start [--test] DIR   make the cluster when there is none, start it when it does not run
# tools/postgres.sh stop DIR
# tools/postgres.sh status DIR           exit code 0 when it runs, 3 when not
# tools/postgres.sh dsn DIR              print the connection string of the database and role "repduel"
# tools/postgres.sh remove DIR           stop it and delete its data
#
# A private PostgreSQL cluster in DIR, reachable only through a Unix socket that only you can open. Run by root, the
# server belongs to the user "postgres", and lies below /var/tmp when that user cannot enter DIR. With --test it gives
# up safety in a power cut for speed.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
export LC_ALL=C
umask 022
# The operator's own PGHOST, PGPORT or PGOPTIONS would lead elsewhere.
for name in "${!PG@}"; do unset "$name"; done

arguments=() safe=yes
for argument in "$@"; do
  case $argument in
    -h | --help) show_help; exit ;;
    --test) safe=no ;;
    *) arguments+=("$argument") ;;
  esac
done
[ "${#arguments[@]}" = 2 ] || { show_help >&2; exit 2; }
action=${arguments[0]} dir=$(realpath -m -- "${arguments[1]}")

# ---- Whose it is, and where ----

me=$(id -un) owner=$(id -un)
[ "$EUID" != 0 ] || owner=postgres
id -u "$owner" >/dev/null 2>&1 || fail "there is no user $owner: run tools/setup.sh first"

# setpriv, not su or sudo: no session and no PAM, so that it works in a bare chroot too.
as_owner() {
  if [ "$EUID" = 0 ]; then set -- setpriv --reuid="$owner" --regid="$owner" --init-groups -- env HOME=/ "$@"; fi
  "$@"
}

spare=/var/tmp/repduel-$(printf '%s:%s' "$EUID" "$dir" | sha256sum | cut -c1-12)
nearest=$dir
until [ -e "$nearest" ]; do nearest=$(dirname "$nearest"); done
home=$dir
as_owner test -x "$nearest" || home=$spare
data=$home/data log=$home/log socket=$home/socket
# A socket's path must stay below 100 bytes, and with odd letters in it every connection string would need quotes.
if [ "${#socket}" -gt 85 ] || [[ $socket =~ [^A-Za-z0-9/._+-] ]]; then socket=$spare; fi

# /var/tmp is everybody's: a folder that somebody else put there first is not to be trusted.
private_folder() {
  mkdir -p "$(dirname "$1")"
  mkdir -m 0700 "$1" 2>/dev/null || { [ -d "$1" ] && [ ! -L "$1" ]; } || fail "cannot make the folder $1"
  case $(stat -c %U "$1") in
    "$owner") ;;
    "$me") [ -z "$(ls -A "$1")" ] || fail "$1 is not empty: is it something else?"; chown "$owner:" "$1" ;;
    *) fail "$1 belongs to somebody else. Look at it, then delete it" ;;
  esac
}

# ---- The server ----

# Data stays with the major version that made it; new data gets the newest.
find_programs() {
  local version
  version=$(cat "$data/PG_VERSION" 2>/dev/null) ||
    version=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1 | cut -d/ -f5)
  bin=/usr/lib/postgresql/$version/bin
  [ -x "$bin/postgres" ] ||
    fail "there is no $bin/postgres: run tools/setup.sh. (Old data that you can lose: delete $data)"
}

sql() { "$bin/psql" -XAtq -v ON_ERROR_STOP=1 -h "$socket" "$@"; }
answers() { [ -d "$socket" ] && find_programs && sql -U repduel -d repduel -c 'SELECT' >/dev/null 2>&1; }

pid() { head -n 1 "$data/postmaster.pid" 2>/dev/null; }
# The server's working directory is its data, which tells it from a stranger that got its number after a reboot.
runs() {
  local number
  number=$(pid) && kill -0 "$number" 2>/dev/null && { [ ! -e /proc/self ] || [ "/proc/$number/cwd" -ef "$data" ]; }
}

# Made beside its place and moved there when whole, so that an interrupted start leaves nothing half done.
make_cluster() {
  local output user
  say "making a PostgreSQL ${bin//[!0-9]/} cluster in $home"
  as_owner rm -rf data.new
  output=$(as_owner "$bin/initdb" -D data.new -U postgres -E UTF8 --locale=C.UTF-8 2>&1) || fail "initdb failed: $output"
  as_owner touch data.new/repduel.conf
  echo "include 'repduel.conf'" | as_owner tee -a data.new/postgresql.conf >/dev/null
  # The kernel says who is at the other end of the socket; two roles are all they can be.
  echo 'local all all peer map=repduel' | as_owner tee data.new/pg_hba.conf >/dev/null
  for user in "$owner" "$me"; do printf 'repduel "%s" %s\n' "$user" repduel "$user" postgres; done |
    as_owner tee data.new/pg_ident.conf >/dev/null
  as_owner mv data.new data
  # From Debian 13 on, systemd deletes from /var/tmp what nobody touched for 30 days.
  if [ "$EUID" = 0 ] && [ "$home" = "$spare" ] && [ "$safe" = yes ] && [ -d /etc/tmpfiles.d ]; then
    say "  (and /etc/tmpfiles.d/repduel-dev.conf, which keeps systemd from clearing it away)"
    echo 'x /var/tmp/repduel-*' >/etc/tmpfiles.d/repduel-dev.conf
  fi
}

settings() {
  echo "# written by tools/postgres.sh at every start"
  echo "listen_addresses = ''"
  echo "unix_socket_directories = '$socket'"
  echo "shared_buffers = 256MB"
  echo "timezone = 'UTC'"
  # Filling a database writes gigabytes: with the defaults a checkpoint would follow the other, and each makes every page be
  # written whole once more.
  echo "max_wal_size = 4GB"
  echo "checkpoint_timeout = 15min"
  [ "$safe" = yes ] || printf '%s\n' 'fsync = off' 'synchronous_commit = off' 'full_page_writes = off' 'max_connections = 300'
}

launch() {
  local try
  settings | as_owner tee data/repduel.conf >/dev/null
  # PostgreSQL clears a dead server's lock files by itself, but takes any living process of that number for it.
  if kill -0 "$(pid)" 2>/dev/null; then as_owner rm -f data/postmaster.pid "$socket"/.s.PGSQL.5432*; fi
  for try in {1..30}; do
    as_owner "$bin/pg_ctl" start -s -w -t 120 -D data -l log >/dev/null 2>&1 9<&- && return
    # After a kill -9 of the server its children finish what they were at; until then it must not start.
    tail -n 3 log | grep -q 'still in use' || break
    [ "$try" != 1 ] || say "waiting for the processes of a server that was killed"
    sleep 1
  done
  tail -n 8 log >&2
  fail "PostgreSQL does not start; its log is $log"
}

start() {
  if answers; then return; fi
  private_folder "$home"
  exec 9<"$home"
  flock 9
  cd "$home"
  private_folder "$socket"
  find_programs
  [ -e data ] || make_cluster
  [ -e data/repduel.conf ] || fail "$data was not made by this script"
  runs || launch
  sql -U postgres -d postgres <<'SQL' >/dev/null
SELECT 'CREATE ROLE repduel LOGIN CREATEDB' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'repduel') \gexec
SELECT 'CREATE DATABASE repduel OWNER repduel' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'repduel') \gexec
SQL
}

stop() {
  if ! runs; then return; fi
  find_programs
  cd "$home"
  as_owner "$bin/pg_ctl" stop -s -w -t 60 -m fast -D data || fail "PostgreSQL does not stop; its log is $log"
}

remove() {
  stop
  [ -e "$home" ] || return 0
  [ -f "$data/repduel.conf" ] || fail "there is no cluster of this script in $home"
  cd "$home"
  as_owner rm -rf data data.new log
  rm -rf "$socket"
  cd / && rmdir "$home"
}

case $action in
  start | stop | remove) "$action" ;;
  status) if runs; then say "running, process $(pid), log $log"; else say "not running ($home)"; exit 3; fi ;;
  dsn) say "host=$socket dbname=repduel user=repduel" ;;
  *) fail "nothing to do is called '$action' (see --help)" ;;
esac
