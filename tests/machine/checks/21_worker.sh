#!/usr/bin/env bash
# The package brings one worker; three share 300 jobs while they are killed: each job's effect is there once. A stop
# finishes what runs. An upgrade restarts them all; a roll-back over a step of the queue's schema still runs jobs.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine
jobs() { sql "SELECT graphile_worker.add_job('probe', json_build_object('key', '$1-' || n, 'milliseconds', $3)) FROM generate_series(1, $2) n" >/dev/null; }
done_of() { sql "SELECT count(*) FROM job_probes WHERE key LIKE '$1-%'"; }
all_done() { [ "$(done_of "$1")" -ge "$2" ]; }
running() { sql 'SELECT count(*) FROM graphile_worker.jobs WHERE locked_at IS NOT NULL'; }
runs_some() { [ "$(running)" -ge "$1" ]; }
workers() { near curl -sf -m 5 "$api/health/queue" | jq -r '.workers | length'; }
has_workers() { [ "$(workers)" = "$1" ]; }
probe() { m repduel jobs probe >"$WORK/probe" 2>&1 || broken "no worker takes a job $1: $(cat "$WORK/probe")"; }

equal "repduel-worker@1" "$(m systemctl is-active repduel-worker@1 || true)" active
equal "repduel-worker@1" "$(m systemctl is-enabled repduel-worker@1 || true)" enabled
probe "after the installation"
figure "$(cat "$WORK/probe")"
equal "what the queue says" "$(near curl -sf -m 5 "$api/health/queue" | jq -r .status)" ok
near curl -sf -m 5 "$ops/metrics" | found repduel_workers || broken "no figures of the workers at $ops/metrics"

m systemctl enable --now repduel-worker@2 repduel-worker@3 2>/dev/null
eventually 10 has_workers 3 || broken "of three workers $(workers) live"
began=$(now_ms)
jobs killed 300 40
for turn in 1 2 3; do
  eventually 20 all_done killed $((turn * 40)) || broken "the jobs do not go on: $(done_of killed) are done"
  m systemctl kill --kill-whom=main -s KILL "repduel-worker@$turn"
done
eventually 90 all_done killed 300 || broken "90 s later $(done_of killed) of 300 jobs are done"
figure "300 jobs, three workers, each killed once: all done after $(($(now_ms) - began)) ms"
sleep 1
equal "the number of effects of 300 jobs" "$(done_of killed)" 300
equal "the number of jobs with an effect" "$(sql "SELECT count(DISTINCT key) FROM job_probes WHERE key LIKE 'killed-%'")" 300
equal "the jobs that are left" "$(sql 'SELECT count(*) FROM graphile_worker.jobs')" 0

jobs stopped 24 1500
eventually 10 runs_some 9 || broken "three workers run $(running) jobs"
m systemctl stop 'repduel-worker@*'
equal "the jobs that are held after a stop" "$(running)" 0
at_least "the jobs that were finished at the stop" "$(done_of stopped)" 9
equal "done and waiting jobs together" "$(($(done_of stopped) + $(sql 'SELECT count(*) FROM graphile_worker.jobs')))" 24
m systemctl start repduel-worker@1 repduel-worker@2 repduel-worker@3
eventually 30 all_done stopped 24 || broken "$(done_of stopped) of 24 jobs are done"
equal "how the workers ended" "$(m systemctl show -P Result repduel-worker@1 repduel-worker@2 repduel-worker@3 | xargs)" "success success success"

before=$(for number in 1 2 3; do property "repduel-worker@$number" MainPID; done)
apt_install "$NEXT_DEB" || broken "the upgrade failed: $(tail -n 5 "$WORK/apt")"
for number in 1 2 3; do
  # A busy machine needs a moment until it says that it is ready.
  eventually 30 m systemctl -q is-active "repduel-worker@$number" ||
    broken "repduel-worker@$number after the upgrade is $(m systemctl is-active "repduel-worker@$number" || true)"
  ! found -x "$(property "repduel-worker@$number" MainPID)" <<<"$before" || broken "repduel-worker@$number was not restarted"
done
probe "after the upgrade"
# As a later release would leave the queue behind.
sql 'INSERT INTO graphile_worker.migrations (id, breaking) VALUES (1000, false)'
apt_install "$DEB" || broken "the roll-back failed: $(tail -n 5 "$WORK/apt")"
eventually 20 ready || broken "not ready after the roll-back: $(property repduel StatusText)"
equal "repduel-worker@3 after the roll-back" "$(m systemctl is-active repduel-worker@3 || true)" active
probe "after a roll-back over a step of the queue"
m repduel migrate --status | found 'up to 1000 (of a newer release)' || broken "migrate --status does not tell the queue's step"

m systemctl disable --now repduel-worker@1 2>/dev/null
apt_install --reinstall "$DEB" || broken "it cannot be installed again: $(tail -n 5 "$WORK/apt")"
equal "a worker that was disabled, after an installation" "$(m systemctl is-active repduel-worker@1 || true)" inactive
m env DEBIAN_FRONTEND=noninteractive apt-get remove -y -q repduel >"$WORK/remove" 2>&1 || broken "apt-get remove failed: $(tail -n 5 "$WORK/remove")"
equal "the workers that run after the removal" "$(m systemctl list-units --no-legend --state=active 'repduel-worker@*' | wc -l)" 0
spoiled
