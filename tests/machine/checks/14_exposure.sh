#!/usr/bin/env bash
# The service is exposed at or below 0.3 by `systemd-analyze security`, `systemd-analyze verify` has nothing to say about
# any unit, and its limits are set.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine
exposure() {
  m systemd-analyze security --no-pager "$1" | sed -n 's/.*Overall exposure level for .*: \([0-9.]*\) .*/\1/p'
}
for unit in repduel.service repduel-migrate.service; do at_most "the exposure of $unit" "$(exposure $unit)" 0.3; done
# It calls out, which counts against it.
at_most "the exposure of repduel-worker@1.service" "$(exposure repduel-worker@1.service)" 1.3
figure "exposure: repduel.service $(exposure repduel.service), repduel-migrate.service $(exposure repduel-migrate.service), repduel-setup.service $(exposure repduel-setup.service), repduel-worker@1.service $(exposure repduel-worker@1.service)"

m sh -c 'systemd-analyze verify --man=yes /usr/lib/systemd/system/repduel*' >"$WORK/verify" 2>&1 ||
  broken "systemd-analyze verify fails: $(head -n 3 "$WORK/verify")"
grep -i repduel "$WORK/verify" >"$WORK/said" && broken "systemd-analyze verify says: $(head -n 3 "$WORK/said")"

for limit in MemoryMax MemoryHigh TasksMax LimitNOFILE; do
  value=$(property repduel $limit)
  case $value in '' | infinity) broken "$limit of repduel.service is '$value'" ;; esac
done
equal "LimitCORE" "$(property repduel LimitCORE)" 0
equal "IPAddressDeny of the socket" "$(property repduel-http.socket IPAddressDeny | xargs -n 1 | sort | xargs)" "0.0.0.0/0 ::/0"
if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
  figure "limits of memory, tasks and addresses: set, and enforced"
else
  figure "limits of memory, tasks and addresses: set; not enforced here, as the host has version 1 control groups"
fi
