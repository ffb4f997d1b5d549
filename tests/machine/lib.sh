# shellcheck shell=bash
# What every check is written with. Sourced by checks/*.sh, which tests/machine/run.sh starts with
# SUITE, DEB, NEXT_DEB, CLIENTS (the folder of the test clients), WORK (a folder of its own), FIGURES and REASON (files).
set -euo pipefail
: "${SUITE:?run checks by tests/machine/run.sh}" "${WORK:?}" "${FIGURES:?}" "${REASON:?}"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/lib.sh
source "$here/../../tools/lib.sh"

# shellcheck disable=SC2034 # for the checks
ops=http://127.0.0.1:9998
site=repduel.test
disk=$CACHE/machine/run/$SUITE/root
api=http://127.0.0.1:9999

# ---- The outcome ----

# A measured value, for the summary and docs/PERFORMANCE.md.
figure() { printf '%s\n' "$*" >>"$FIGURES"; }

broken() {
  printf '%s\n' "$*" >"$REASON"
  touch "$REASON.given"
  exit 1
}

# Whatever fails without saying why.
trap '[ -e "$REASON.given" ] || printf "%s:%s: %s\n" "$(basename "${BASH_SOURCE[0]}")" "$LINENO" "$BASH_COMMAND" >"$REASON"' ERR
set -E

equal() { [ "$2" = "$3" ] || broken "$1 is '$2', not '$3'"; }
at_most() { awk -v a="$2" -v b="$3" 'BEGIN { exit !(a <= b) }' || broken "$1 is $2, more than $3"; }
at_least() { awk -v a="$2" -v b="$3" 'BEGIN { exit !(a >= b) }' || broken "$1 is $2, less than $3"; }

# Like grep -q, but reads to the end: who writes must not die of a closed pipe.
found() { grep "$@" >/dev/null; }

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# eventually SECONDS COMMAND...: false when the command has not succeeded by then.
eventually() {
  local end=$(($(now_ms) + $1 * 1000))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$(now_ms)" -lt "$end" ] || return 1
    # To ask takes a handful of processes: beside other tests, seldom.
    sleep "${PAUSE:-0.05}"
  done
}

# ---- The machine ----

machine() { "$here/machine.sh" "$@"; }
m() { machine exec "$SUITE" "$@"; }
near() { machine near "$SUITE" "$@"; }
far() { machine far "$SUITE" "$@"; }

sql() { m runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d "${DATABASE:-repduel}" -c "$1"; }
property() { m systemctl show -P "$2" "$1"; }
status() { near curl -s -o /dev/null -m "${2:-5}" -w '%{http_code}' "$1" || true; }
answers() { [ "$(status "$1")" = 200 ]; }
ready() { answers "$api/health/ready"; }
served_commit() { near curl -sf -m 10 "$api/version" | jq -r .commit; }
package_version() { m dpkg-query -W -f '${Version}' repduel; }
# When the sockets began to listen: it must never change, or clients were refused.
sockets_since() { m systemctl show -P ActiveEnterTimestampMonotonic repduel-http.socket repduel-ops.socket | xargs; }
journal() { m journalctl --no-pager -q -u repduel "$@"; }
journal_mark() { date '+@%s.%6N'; }

apt_install() {
  local deb
  for deb; do
    case $deb in *.deb) cp "$deb" "$disk/var/tmp/" ;; esac
  done
  # shellcheck disable=SC2046 # one word each
  m env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --allow-downgrades -o Dpkg::Options::=--force-confold \
    $(for deb; do case $deb in *.deb) echo "/var/tmp/$(basename "$deb")" ;; *) echo "$deb" ;; esac; done) >"$WORK/apt" 2>&1
}

# The load comes from a few accounts at one address, and makes them itself. Where the limits themselves are checked the
# drop-in goes: as_shipped.
fresh_machine() {
  machine up "$SUITE" "$SUITE"
  mkdir -p "$disk/etc/systemd/system/repduel.service.d"
  printf '[Service]\nEnvironmentFile=/etc/repduel-load.env\n' >"$disk/etc/systemd/system/repduel.service.d/load.conf"
  printf '%s\n' RATE_LIMIT_ANONYMOUS=off RATE_LIMIT_USER=off RATE_LIMIT_AUTH=off REGISTRATION=open >"$disk/etc/repduel-load.env"
  m systemctl daemon-reload
}

# As the package leaves a machine.
as_shipped() {
  rm -f "$disk/etc/systemd/system/repduel.service.d/load.conf"
  m systemctl daemon-reload
  m systemctl restart repduel
  eventually 30 ready || broken "not ready 30 s after a restart with the settings as shipped"
}

# A machine with this release and its site behind Caddy: the one that the check before left, if it is as it should be.
installed_machine() {
  if [ "$(package_version 2>/dev/null)" = "$(dpkg-deb -f "$DEB" Version)" ] && [ -e "$disk/root/has-site" ] && ready; then
    return
  fi
  fresh_machine
  apt_install "$DEB" || broken "apt-get install failed: $(tail -n 5 "$WORK/apt")"
  eventually 30 ready || broken "not ready 30 s after its installation: $(property repduel StatusText)"
  m repduel site "$site" --internal-tls >"$WORK/site" 2>&1 || broken "repduel site failed: $(tail -n 5 "$WORK/site")"
  touch "$disk/root/has-site"
  eventually 15 near curl -skf --resolve "$site:443:127.0.0.1" "https://$site/health" || broken "Caddy does not serve the site"
}

# The next check gets a machine of its own.
spoiled() { rm -f "$disk/root/has-site"; }

# Like curl, from outside and through Caddy, whose own authority signed the site's certificate.
far_curl() { far curl -s --cacert "$authority" --resolve "$site:443:10.99.0.1" -m 15 "$@"; }
authority=$disk/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt
