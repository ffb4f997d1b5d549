#!/usr/bin/env bash
# tools/test.sh [FILTER...]
#
# Installs what is missing and runs everything: rustfmt, clippy, shellcheck, the web app's own checks, all tests on a
# PostgreSQL cluster of their own, a fuzz run (tests/fuzz.sh), the web app in a browser (tests/web.sh), and where it may
# (as root) the package on whole Debian machines (tests/machine/run.sh). With FILTER (whatever cargo test takes: "boards",
# "--lib dots", "race -- --nocapture") only those tests. Every part runs, even after one that failed. What could not run is
# named in the end; the last line is "N passed, N failed"; exit code 1 when one failed.
#
# The machine checks run beside the rest, and are brief for it: on Debian 13, those under load from when cargo's tests are done.
# What they say is shown in the end. On a build server (CI=true), whose time has an end, no more begin after 25 minutes.
# tests/machine/run.sh by itself runs all of them on both suites, with the package as it is released.
#
# REPDUEL_DATA_DIR may name a folder with real meet results, for the tests that want them.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$ROOT"
case ${1:-} in -h | --help) show_help; exit ;; esac

# What this clone's runs need, outside the clone: a lock, the cluster, cargo's output.
run=$CACHE/test-$(printf '%s' "$ROOT" | sha256sum | cut -c1-12)
cluster=$run/postgres output=$run/output
passed=0 failed=0 failures=() skipped=() again=() beside=''

broke() {
  failed=$((failed + 1))
  failures+=("$1")
}

# part NAME COMMAND...: counts as one test.
part() {
  local name=$1
  shift
  say "---- $name"
  if "$@" 9<&-; then passed=$((passed + 1)); else broke "$name"; fi
}

# With clippy's driver in rustc's place, as it is in a whole run, the compilation that makes the tests says what it has to
# say: cargo clippy would look at four hundred crates again. Cargo repeats it of what need not be compiled again.
lint() {
  local code=0
  cargo build --locked --workspace --all-targets 2>&1 | tee "$output" || code=$?
  [ "$code" = 0 ] && ! grep -Eq '^warning: .* generated [0-9]+ warning' "$output"
}

passes_by_itself() {
  say "---- once more by itself: $1"
  cargo test --locked --workspace --no-fail-fast -- --exact "$1" >"$run/again" 2>&1 9<&- </dev/null &&
    grep -q '^test result: ok. 1 passed' "$run/again" && return
  cat "$run/again"
  return 1
}

# What failed may pass yet: its first words are marked as such.
first_try() {
  if [ "${CI:-}" != true ]; then cat && return; fi
  awk '/^failures:$/ { failures = 1 } { print (failures || / \.\.\. FAILED$/ ? "first try | " : "") $0; fflush() } /^test result: / { failures = 0 }'
}

cargo_tests() {
  local code=0 ok bad crashed name
  say "---- cargo test $*"
  cargo test --locked --workspace --no-fail-fast "$@" 2>&1 9<&- | tee "$output" | first_try || code=$?
  # A test program that says how many tests it runs, but not how they went, has crashed.
  read -r ok bad crashed < <(awk '
    /^running [0-9]+ tests?$/ { open++ }
    /^test result: / { open--; for (i = 2; i <= NF; i++) { if ($i == "passed;") ok += $(i-1); if ($i == "failed;") bad += $(i-1) } }
    END { print ok+0, bad+0, open+0 }' "$output")
  passed=$((passed + ok))
  # A build server's processors are others' too: there a test may wait in vain. What fails by itself as well is broken.
  while read -r name; do
    if [ "${CI:-}" = true ] && [ "$bad" -le 5 ] && passes_by_itself "$name"; then
      passed=$((passed + 1)) bad=$((bad - 1)) code=0
      again+=("$name")
    else
      failures+=("$name")
    fi
  done < <(sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p' "$output")
  failed=$((failed + bad))
  if [ "$crashed" != 0 ]; then
    broke "a test program that crashed (see the output above)"
  elif [ "$code" != 0 ] && [ "$bad" = 0 ]; then
    broke "cargo test: did not build or run (see above)"
  elif [ "$((ok + bad))" = 0 ]; then
    broke "cargo test: no test matches $*"
  fi
}

# sums NAME SCRIPT...: a script that ends with how many passed and how many failed, or says that it is skipped.
sums() {
  local kind=$1 code=0
  shift
  say "---- $1"
  "$@" 2>&1 9<&- | tee "$output" || code=$?
  count "$kind" "$1" "$code" "$output"
}

# count NAME SCRIPT CODE FILE: what the script said is in FILE.
count() {
  local kind=$1 script=$2 code=$3 output=$4 ok='' bad='' name
  if [ "$code" = 0 ] && name=$(grep -m 1 '^the .* are skipped' "$output"); then skipped+=("$name") && return; fi
  read -r ok bad < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$output" | tail -n 1) || true
  passed=$((passed + ${ok:-0})) failed=$((failed + ${bad:-0}))
  while read -r name; do skipped+=("$name"); done < <(sed -n 's/^NOT RUN: //p' "$output")
  while read -r name; do failures+=("$kind: $name"); done < <(sed -n 's/^failed: //p' "$output")
  if [ "$code" != 0 ] && [ "${bad:-0}" = 0 ]; then broke "$script: did not come to its end (see above)"; fi
}

# In a process group of its own, so that all of it can be ended.
begin_machines() {
  rm -f "$run/load"
  local limit=()
  [ "${CI:-}" != true ] || limit=(--until "$((EPOCHSECONDS - SECONDS + 1500))")
  setsid tests/machine/run.sh --suite trixie --beside "$run/load" "${limit[@]}" >"$run/machines" 2>&1 </dev/null 9<&- &
  beside=$!
}

end_machines() {
  local code=0
  say "---- tests/machine/run.sh"
  tail -n +1 -s 0.5 -f --pid="$beside" "$run/machines" 9<&-
  wait "$beside" || code=$?
  beside=''
  count machine tests/machine/run.sh "$code" "$run/machines"
}

locked=no
clean_up() {
  if [ -n "$beside" ]; then
    kill -TERM -- "-$beside" 2>/dev/null || true
    wait "$beside" || true
  fi
  if [ "$locked" = yes ]; then tools/postgres.sh remove "$cluster" && rm -rf "$run"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

finish() {
  local name
  trap - EXIT
  clean_up || say "the test cluster is still there: $cluster"
  say
  for name in "${skipped[@]}"; do say "NOT RUN: $name"; done
  for name in "${again[@]}"; do say "passed only by itself: $name"; done
  for name in "${failures[@]}"; do say "failed: $name"; done
  say "$passed passed, $failed failed"
  [ "$failed" = 0 ] || exit 1
  exit 0
}

# ---- What the tests stand on ----

tools/setup.sh test || { broke "tools/setup.sh" && finish; }
mkdir -p "$run"
exec 9<"$run"
flock -n 9 || { say "another run in this clone is under way: waiting for it" && flock 9; }
locked=yes
# A killed run leaves its cluster behind: every run begins with an empty one.
if ! { tools/postgres.sh remove "$cluster" && tools/postgres.sh start --test "$cluster"; }; then
  broke "tools/postgres.sh start"
  finish
fi
REPDUEL_TEST_DATABASE_URL=$(tools/postgres.sh dsn "$cluster" | sed 's/dbname=[^ ]*/dbname=postgres/')
export REPDUEL_TEST_DATABASE_URL REPDUEL_TEST_PYTHON=$CACHE/tools/aiosmtpd/bin/python

# ---- The tests ----

if [ "$#" = 0 ]; then
  RUSTC_WORKSPACE_WRAPPER=$(rustup which clippy-driver 2>/dev/null || command -v clippy-driver)
  export RUSTC_WORKSPACE_WRAPPER
  begin_machines
  part clippy lint
  part shellcheck shellcheck tools/*.sh .ci/run packaging/deploy packaging/deploy.d/*.sh debian/p{re,ost}{inst,rm} \
    tests/*.sh tests/web/*.sh tests/bench/*.sh tests/machine/*.sh tests/machine/checks/*.sh
  part rustfmt cargo fmt --all --check
  for check in svelte-check eslint prettier vitest; do part "$check" tools/web.sh "$check"; done
fi
cargo_tests "$@"
if [ "$#" = 0 ]; then
  touch "$run/load"
  part schemathesis tests/fuzz.sh "$REPDUEL_TEST_DATABASE_URL"
  sums browser tests/web.sh "$REPDUEL_TEST_DATABASE_URL"
  end_machines
fi
finish
