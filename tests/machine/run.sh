#!/usr/bin/env bash
# tests/machine/run.sh [--suite bookworm|trixie|both] [--beside FILE] [--until TIME] [NAME...]
# tests/machine/run.sh --list
#
# Installs the package on whole Debian machines and shows that it keeps its promises there: each file in checks/ is one
# check, with what it shows at its head. NAME is one of `--list`; all of them on both suites when nothing is named. Every
# check runs, even after one that failed; the last line is "N passed, N failed"; exit code 1 when one failed.
# Without root nothing runs, with one line that says so.
#
# Beside other tests (tools/test.sh) it is brief: the package holds the program as the tests have it, the load is a tenth, and
# what counts is that nothing is lost. Checks that run alone wait until the others have made FILE. What failed is tried again on
# a new machine, since a host that stands still for seconds fails anything once. What has not begun at TIME (seconds since 1970),
# or takes five minutes longer, is named and left out. Before a release this is to be run by itself.
#
# REPDUEL_DEB and REPDUEL_NEXT_DEB name the packages of this release and of a newer one with one more migration; without
# them they are built by tools/build-deb.sh, once per state of the sources. Figures are left in
# ~/.cache/repduel/machine/figures-SUITE.txt, the journal of a machine on which a check failed beside them.
set -euo pipefail
# shellcheck source=tools/lib.sh
source "$(dirname "$0")/../../tools/lib.sh"
cd "$ROOT"
here=tests/machine home=$CACHE/machine

suites=(bookworm trixie) wanted=() beside='' until=''
while [ "$#" -gt 0 ]; do
  case $1 in
    -h | --help) show_help; exit ;;
    --list) for check in "$here"/checks/*.sh; do check=$(basename "$check" .sh); say "${check#*_}"; done; exit ;;
    --suite)
      case ${2:-} in
        bookworm | trixie) suites=("$2") ;;
        both) ;;
        *) fail "--suite takes bookworm, trixie or both" ;;
      esac
      shift
      ;;
    --beside) beside=${2:?--beside needs a file}; shift ;;
    --until) until=${2:?--until needs a time}; shift ;;
    -*) fail "unknown option $1 (see --help)" ;;
    *) wanted+=("$1") ;;
  esac
  shift
done

checks=()
for name in "${wanted[@]:-*}"; do
  # shellcheck disable=SC2206 # a pattern
  found=("$here"/checks/[0-9][0-9]_${name#[0-9][0-9]_}.sh)
  [ -e "${found[0]}" ] || fail "no check is called '$name' (see --list)"
  checks+=("${found[@]}")
done

if [ "$EUID" != 0 ]; then
  say "the machine checks are skipped: booting machines needs root (run: sudo $here/run.sh)"
  exit
fi
# Root of a container often may not.
if ! unshare --mount --net --pid --fork bash -c 'mount -t tmpfs none /mnt && mkdir /mnt/{l,u,w,m} && cd /mnt &&
  mount -t overlay none -o lowerdir=l,upperdir=u,workdir=w m' >/dev/null 2>&1; then
  say "the machine checks are skipped: this host does not let root mount and make networks of its own"
  exit
fi
mkdir -p "$home"
exec 9<"$home"
flock -n 9 || { say "another run of the machine checks is under way: waiting for it" && flock 9; }

# ---- The end: no machine stays, whichever way it comes ----

work=$home/work
clean_up() {
  local number
  # A check that was interrupted leaves its load; whoever is left in our own process group is ours.
  for number in $(jobs -p); do kill "$number" 2>/dev/null || true; done
  "$here/machine.sh" down all 9<&- || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# A run that was killed leaves its machines.
"$here/machine.sh" down all 9<&-
rm -rf "$work"
mkdir -p "$work"

# ---- What is tested, and with what ----

# The images are the network's work and the packages the processor's: both at once.
images=()
for suite in "${suites[@]}"; do
  "$here/machine.sh" base "$suite" 9<&- &
  images+=($!)
done
# With the crates that the tests are built with, which without a bench would have fewer features.
cargo build -q --locked --workspace --bins --bench counting 9<&- || fail "the test clients do not build (see above)"
export CLIENTS=$CARGO_TARGET_DIR/debug
# shellcheck source=tests/machine/packages.sh
source "$here/packages.sh"
find_packages 9<&-
# Most checks want this release alone.
next=''
if grep -q NEXT_DEB "${checks[@]}"; then
  find_next_package 9<&- &
  next=$!
fi
for image in "${images[@]}"; do wait "$image" || fail "an image could not be made: its reason is above"; done

# ---- The checks ----

# A line for each check that ran: how it went, where, and what it is called.
results=$work/results
: >"$results"

run_check() {
  local check=$1 name code=0 began=$SECONDS
  name=$(basename "$check" .sh)
  name=${name#*_}
  export WORK=$work/$SUITE-$name FIGURES=$work/$SUITE-$name.figures REASON=$work/$SUITE-$name.reason
  mkdir -p "$WORK"
  : >"$FIGURES"
  : >"$REASON"
  if grep -q NEXT_DEB "$check"; then
    until [ -f "$NEXT_DEB" ] || [ ! -d "/proc/$next" ]; do sleep 0.5; done
    began=$SECONDS
  fi
  if [ -n "$until" ] && [ "$EPOCHSECONDS" -ge "$until" ]; then
    echo "late $SUITE $name" >>"$results"
    return
  fi
  timeout --foreground -k 10 "$((${until:-$((EPOCHSECONDS + 3600))} + 300 - EPOCHSECONDS))" \
    bash "$check" >"$WORK/output" 2>&1 </dev/null 9<&- || code=$?
  sed "s/^/$name: /" "$FIGURES" >>"$home/figures-$SUITE.txt"
  if [ "$code" = 0 ]; then
    echo "ok $SUITE $name" >>"$results"
    say "ok $SUITE $name, $((SECONDS - began)) s$(sed '1s/^/\n     /; 2,$s/^/     /' "$FIGURES")"
  elif [ -n "$until" ] && [ "$code" = 124 ]; then
    echo "late $SUITE $name" >>"$results"
    "$here/machine.sh" down "$SUITE" 9<&-
  elif [ -n "$beside" ] && [ -z "${again:-}" ]; then
    say "again $SUITE $name: $(cat "$REASON")"
    "$here/machine.sh" down "$SUITE" 9<&-
    rm -rf "$WORK" "$REASON.given"
    again=yes run_check "$check"
  else
    echo "failed $SUITE $name" >>"$results"
    say "FAILED $SUITE $name: $(cat "$REASON")"
    [ -s "$REASON" ] || sed 's/^/     /' "$WORK/output" | tail -n 12
    keep_traces "$name"
    "$here/machine.sh" down "$SUITE" 9<&- # the next check begins on a sound one
  fi
}

keep_traces() {
  local kept=$home/failed-$SUITE-$1
  rm -rf "$kept"
  cp -r "$WORK" "$kept" 2>/dev/null || true
  "$here/machine.sh" exec "$SUITE" journalctl --no-pager -o short-precise >"$kept/journal" 2>&1 9<&- || true
  say "     its journal and output: $kept"
}

# run_checks SUITE CHECK...
run_checks() {
  local check
  export SUITE=$1
  shift
  for check; do run_check "$check"; done
  "$here/machine.sh" down "$SUITE" 9<&-
}

# Checks whose load needs the whole host run alone; the others mostly wait, so the suites take them at the same time.
alone=() together=()
for check in "${checks[@]}"; do
  if grep -q '^# Runs alone' "$check"; then alone+=("$check"); else together+=("$check"); fi
done
for suite in "${suites[@]}"; do
  [ "${#wanted[@]}" != 0 ] || : >"$home/figures-$suite.txt"
done

# at_once CHECK...: on all suites at the same time.
at_once() {
  local suite pids=()
  for suite in "${suites[@]}"; do
    run_checks "$suite" "$@" &
    pids+=($!)
  done
  wait "${pids[@]}" || true
}
if [ -n "$beside" ]; then export PAUSE=0.4; fi
if [ "${#together[@]}" != 0 ]; then at_once "${together[@]}"; fi
if [ "${#alone[@]}" != 0 ]; then
  while [ -n "$next" ] && [ -d "/proc/$next" ]; do sleep 0.5; done
  if [ -n "$beside" ]; then export LOAD_SHARE=0.1; fi
  until [ -z "$beside" ] || [ -e "$beside" ]; do
    [ -d "/proc/$PPID" ] || fail "whoever started this is gone"
    sleep 0.5
  done
  for suite in "${suites[@]}"; do run_checks "$suite" "${alone[@]}"; done
fi
[ -z "$next" ] || wait "$next" || fail "there is no package of the next release: the reason is above"

passed=$(grep -c '^ok ' "$results" || true) failed=$(grep -c '^failed ' "$results" || true)
late=$(sed -n 's/^late [a-z]* //p' "$results" | xargs)
missing=$((${#checks[@]} * ${#suites[@]} - passed - failed - $(wc -w <<<"$late")))
say
sed -n 's/^failed /failed: /p' "$results"
[ -z "$late" ] || say "NOT RUN: the time for machine checks was over: $here/run.sh $late"
[ "$missing" = 0 ] || say "failed: $missing checks that did not come to their end"
say "$passed passed, $((failed + missing)) failed"
[ "$((failed + missing))" = 0 ]
