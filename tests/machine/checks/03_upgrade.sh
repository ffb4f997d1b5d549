#!/usr/bin/env bash
# An upgrade with a migration, the downgrade, and a reinstallation, each under load direct and through Caddy at once:
# no request fails, and the sockets listen all the time.
# Runs alone.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/load.sh
source "$here/load.sh"

installed_machine
since=$(sockets_since)
this=$(served_commit)

# change NAME VERSION ARGUMENT...: the package version that is to be there afterwards, and what apt is asked for.
change() {
  local name=$1 version=$2 process
  shift 2
  process=$(property repduel MainPID)
  apt_install "$@" || broken "the $name failed: $(tail -n 5 "$WORK/apt")"
  eventually 5 ready || broken "not ready after the $name"
  equal "the package after the $name" "$(package_version)" "$version"
  [ "$(property repduel MainPID)" != "$process" ] || broken "the $name did not restart it"
  equal "the time when the sockets began to listen, after the $name," "$(sockets_since)" "$since"
  sleep 1
}

start_load direct direct --rate 600
start_load caddy caddy --rate 600
change upgrade "$(dpkg-deb -f "$NEXT_DEB" Version)" "$NEXT_DEB"
[ "$(served_commit)" != "$this" ] || broken "the old program serves after the upgrade"
m repduel migrate --status | found '^applied  V900' || broken "the upgrade did not apply its migration"
change downgrade "$(dpkg-deb -f "$DEB" Version)" "$DEB"
equal "the commit that serves after the downgrade" "$(served_commit)" "$this"
change reinstallation "$(dpkg-deb -f "$DEB" Version)" --reinstall "$DEB"
for way in direct caddy; do stop_load "$way"; done
for way in direct caddy; do
  expect_nothing_lost "$way"
  expect_exactly_once "$way"
  load_figures "$way" "upgrade, downgrade, reinstallation, $way"
done
# The schema is the next release's now.
spoiled
