#!/usr/bin/env bash
# A build that ends at once, deployed by tools/redeploy.sh under load: it is rolled back by itself, no request fails, and
# the exit code is 1. So is one that answers but never becomes ready. A good one is deployed, and rolled back on demand.
# Runs alone.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/load.sh
source "$here/load.sh"
# shellcheck source=tests/machine/deploy.sh
source "$here/deploy.sh"

installed_machine
deploy_user
this=$(served_commit)

# broken_build NAME SCRIPT: this release with a newer version and a program that SCRIPT stands before.
broken_build() {
  local tree=$WORK/$1 version
  dpkg-deb -R "$DEB" "$tree"
  version=$(dpkg-deb -f "$DEB" Version)
  sed -i "s/^Version: .*/Version: ${version%-1}.9$1-1/" "$tree/DEBIAN/control"
  mv "$tree/usr/bin/repduel" "$tree/usr/lib/repduel/repduel-real"
  printf '#!/bin/sh\n%s\nexec "${0%%/bin/*}/lib/repduel/repduel-real" "$@"\n' "$2" >"$tree/usr/bin/repduel"
  chmod 755 "$tree/usr/bin/repduel"
  rm -f "$tree/DEBIAN/md5sums"
  dpkg-deb -b --root-owner-group -Znone "$tree" "$WORK/$1.deb" >/dev/null
}

expect_rolled_back() {
  local began=$SECONDS
  redeploy --deb "$2" && broken "redeploy.sh reports success for a build that $1"
  equal "redeploy.sh's exit code for a build that $1" "$code" 1
  equal "the package after the roll-back" "$(package_version)" "$(dpkg-deb -f "$DEB" Version)"
  equal "the commit after the roll-back" "$(served_commit)" "$this"
  ready || broken "not ready after the roll-back"
  figure "a build that $1: rolled back $((SECONDS - began)) s after the start of the deployment"
}

broken_build ends '[ "$1" != serve ] || { echo "broken on purpose" >&2; exit 1; }'
broken_build waits '[ "$1" != serve ] || export DATABASE_URL="host=/nowhere dbname=none user=none"'
start_load load direct --timeout 60 --rate 1100
expect_rolled_back "ends at once" "$WORK/ends.deb"
grep -q 'broken on purpose' "$WORK/redeploy" || broken "redeploy.sh does not show the journal's reason"
redeploy --deb "$NEXT_DEB" || broken "a good release could not be deployed: $(tail -n 5 "$WORK/redeploy")"
equal "the package after a good deployment" "$(package_version)" "$(dpkg-deb -f "$NEXT_DEB" Version)"
redeploy --rollback || broken "redeploy.sh --rollback failed: $(tail -n 5 "$WORK/redeploy")"
equal "the package after --rollback" "$(package_version)" "$(dpkg-deb -f "$DEB" Version)"
equal "the commit after --rollback" "$(served_commit)" "$this"
stop_load load
expect_nothing_lost load 60000
expect_exactly_once load
load_figures load "a broken build, a good one, and a roll-back deployed"
# Its answers are 503 for a while, which is no load's to judge.
expect_rolled_back "is never ready" "$WORK/waits.deb"
equal "the lifters that smoke tests left on a board" \
  "$(near curl -s "$api/api/v1/energy/leaderboard" | jq '[.. | strings | select(test("smoke"))] | length')" 0
spoiled
