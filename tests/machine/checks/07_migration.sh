#!/usr/bin/env bash
# A migration that fails: apt says so, and the old version serves on without a lost request; so does tools/redeploy.sh.
# Mended, `dpkg --configure -a` goes on. Of two migrations at once one does the work, and both end well.
# Runs alone.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/load.sh
source "$here/load.sh"
# shellcheck source=tests/machine/deploy.sh
source "$here/deploy.sh"

installed_machine
deploy_user
this=$(served_commit) process=$(property repduel MainPID)
expect_old_version() {
  equal "the commit that serves after the $1" "$(served_commit)" "$this"
  equal "the process after the $1" "$(property repduel MainPID)" "$process"
  ready || broken "not ready after the $1"
}

# What the migration makes is already there.
sql 'CREATE TABLE next_release (in_the_way int)'
start_load direct direct --rate 1100

redeploy --deb "$NEXT_DEB" && broken "redeploy.sh reports success although the migration failed"
equal "redeploy.sh's exit code" "$code" 1
grep -q 'next_release' "$WORK/redeploy" || broken "redeploy.sh does not show why: $(tail -n 5 "$WORK/redeploy")"
expect_old_version "failed deployment"
equal "the package after the failed deployment" "$(package_version)" "$(dpkg-deb -f "$DEB" Version)"

if apt_install "$NEXT_DEB"; then broken "apt-get install reports success although the migration failed"; fi
grep -q 'next_release' "$WORK/apt" || broken "apt-get does not show why: $(tail -n 5 "$WORK/apt")"
expect_old_version "failed upgrade"

sql 'DROP TABLE next_release'
for number in 1 2; do
  m repduel migrate >"$WORK/migrate$number" 2>&1 &
  pids[number]=$!
done
for number in 1 2; do
  wait "${pids[number]}" || broken "of two migrations at once, one failed: $(tail -n 3 "$WORK/migrate$number")"
done
equal "how often the migration was recorded" "$(sql 'SELECT count(*) FROM refinery_schema_history WHERE version = 900')" 1
expect_old_version "migration by hand"
m env DEBIAN_FRONTEND=noninteractive dpkg --configure -a >"$WORK/configure" 2>&1 ||
  broken "dpkg --configure -a failed: $(tail -n 5 "$WORK/configure")"
eventually 10 ready || broken "not ready after dpkg --configure -a"
[ "$(served_commit)" != "$this" ] || broken "the old program serves after dpkg --configure -a"
stop_load direct
expect_nothing_lost direct
expect_exactly_once direct
load_figures direct "a failed migration, deployed and installed, then mended"
spoiled
