#!/usr/bin/env bash
# Installed on a fresh machine, installed again, rebooted: it serves each time, and keeps its keys and its settings.
# Its maintainer scripts pass when they run again, are called back, or find no systemd.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/load.sh
source "$here/load.sh"

fresh_machine
before=$(now_ms)
apt_install "$DEB" || broken "apt-get install failed: $(tail -n 5 "$WORK/apt")"
installed=$(now_ms)
eventually 30 answers "$api/health" || broken "no 200 from /health 30 s after the installation"
eventually 30 ready || broken "not ready 30 s after the installation: $(property repduel StatusText)"
figure "apt install: $((installed - before)) ms; ready $(($(now_ms) - installed)) ms later"
m repduel migrate --status >"$WORK/status" || broken "repduel migrate --status failed: $(tail -n 3 "$WORK/status")"
grep -q ^applied "$WORK/status" || broken "no migration is said to be applied"
if grep ^missing "$WORK/status"; then broken "a migration is missing"; fi
for unit in repduel-http.socket repduel-ops.socket repduel.service; do
  equal "$unit" "$(m systemctl is-active "$unit" || true)" active
  equal "$unit" "$(m systemctl is-enabled "$unit" || true)" enabled
done
# At boot too: the power may have gone in the middle of an upgrade.
equal "repduel-migrate.service" "$(m systemctl is-enabled repduel-migrate.service || true)" enabled
answers "$ops/metrics" || broken "no metrics at $ops"

lift() {
  start_load "$1" direct --seconds 1 --rate 100 --lifters 2
  end_load "$1"
  expect_nothing_lost "$1" 2000 1
  expect_exactly_once "$1"
}
lift first

keys() { m sh -c 'sha256sum /etc/repduel/credentials/* /etc/repduel/repduel.env /var/lib/repduel/installation-id'; }
m sh -c 'echo "# edited by hand" >>/etc/repduel/repduel.env'
kept=$(keys)
equal "the number of keys and settings" "$(wc -l <<<"$kept")" 5
process=$(property repduel MainPID)
apt_install --reinstall "$DEB" || broken "apt-get install --reinstall failed: $(tail -n 5 "$WORK/apt")"
eventually 10 ready || broken "not ready after being installed again"
[ "$(property repduel MainPID)" != "$process" ] || broken "installing it again did not restart it"
equal "what was there before the second installation" "$(keys)" "$kept"

version=$(package_version) scripts=/var/lib/dpkg/info/repduel
for arguments in "configure $version" "configure $version" "configure $version" "abort-upgrade $version" \
  "abort-remove" "abort-deconfigure in-favour other 1"; do
  # shellcheck disable=SC2086 # one word each
  m $scripts.postinst $arguments >"$WORK/script" 2>&1 || broken "postinst $arguments failed: $(tail -n 3 "$WORK/script")"
done
for arguments in "abort-install $version" "abort-upgrade $version" "failed-upgrade $version" "upgrade $version"; do
  # shellcheck disable=SC2086
  m $scripts.postrm $arguments >"$WORK/script" 2>&1 || broken "postrm $arguments failed: $(tail -n 3 "$WORK/script")"
done
m unshare -m sh -c 'umount -l /run && mount -t tmpfs tmpfs /run && "$@"' - $scripts.postinst configure "$version" \
  >"$WORK/script" 2>&1 || broken "postinst fails without systemd: $(tail -n 3 "$WORK/script")"
equal "what was there before the scripts ran again" "$(keys)" "$kept"
eventually 10 ready || broken "not ready after its maintainer scripts ran again"

before=$(now_ms)
machine reboot "$SUITE"
eventually 30 ready || broken "not ready 30 s after the reboot: $(property repduel StatusText)"
figure "reboot to ready: $(($(now_ms) - before)) ms"
lift second
