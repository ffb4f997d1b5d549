#!/usr/bin/env bash
# tools/redeploy.sh USER@HOST [--deb FILE] [--rollback [VERSION]] [--dry-run] [--port N] [--identity FILE]
#
# Puts the machine HOST on the release of this clone's commit, without failing a request: builds the package (or takes
# FILE), copies it there, and has /usr/lib/repduel/deploy do the rest: back up and migrate while the old release serves,
# install, prove, and go back by itself when the new release does not prove itself. Then looks for itself that it serves.
#
#   --deb FILE             deploy this package instead of building one
#   --rollback [VERSION]   back to the release before, or to VERSION of those that `deploy list` shows on the host
#   --dry-run              say what would happen, and change nothing
#   --port N               of the host's SSH, where it is not 22
#   --identity FILE        the private key to sign in with
#
# Once per host: install the first package by hand (scp it, then sudo apt install ./repduel_*.deb), let USER run the one
# command without a password (/usr/share/doc/repduel/examples/sudoers.example), and have the host's key in known_hosts:
# a host that is not known there, or has another key, is refused.
#
# Exit codes: 0 deployed, 1 failed (the release before serves), 2 usage, 3 refused because another deploy is at work,
# 4 failed and the roll-back too.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

usage() {
  printf 'redeploy.sh: %s (see --help)\n' "$*" >&2
  exit 2
}

where='' deb='' rollback=no version='' dry_run='' port='' identity=''
while [ "$#" -gt 0 ]; do
  case $1 in
    -h | --help) show_help; exit ;;
    --deb) deb=${2:-}; [ -n "$deb" ] || usage "--deb needs a file"; shift ;;
    --rollback)
      rollback=yes
      case ${2:-} in [0-9]*) version=$2; shift ;; esac
      ;;
    --dry-run) dry_run=dry-run ;;
    --port) port=${2:-}; [[ $port =~ ^[0-9]+$ ]] || usage "--port needs a number"; shift ;;
    --identity) identity=${2:-}; [ -r "$identity" ] || usage "--identity needs a file that can be read"; shift ;;
    -*) usage "unknown option $1" ;;
    *) [ -z "$where" ] || usage "one host at a time"; where=$1 ;;
  esac
  shift
done
[[ $where =~ ^[A-Za-z0-9._-]+@[A-Za-z0-9.:_-]+$ ]] || usage "where to? USER@HOST"
[ "$rollback" = no ] || [ -z "$deb" ] || usage "--rollback takes a release that the host has: not with --deb"
[ -z "$deb" ] || [ -f "$deb" ] || usage "there is no file $deb"

# ---- The way there: one connection for everything, host keys checked, no question asked ----

scratch=$(mktemp -d)
options=(-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=15 -o ServerAliveInterval=15
  -o ControlMaster=auto -o "ControlPath=$scratch/ssh" -o ControlPersist=60)
[ -z "$identity" ] || options+=(-o IdentitiesOnly=yes -i "$identity")
[ -z "$port" ] || options+=(-o "Port=$port")
remote_folder=''

# shellcheck disable=SC2029 # what is expanded here has no character that a shell over there would change
there() { ssh -n "${options[@]}" "$where" "$@"; }
deploy() { there sudo -n /usr/lib/repduel/deploy "$@"; }

finish() {
  local code=$?
  [ -z "$remote_folder" ] || there rm -rf "$remote_folder" 2>/dev/null || true
  ssh "${options[@]}" -O exit "$where" 2>/dev/null || true
  rm -rf "$scratch"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

serving_commit() {
  there "curl -fsS --noproxy '*' --max-time 5 http://127.0.0.1:9999/version" 2>/dev/null |
    sed -n 's/.*"commit" *: *"\([0-9a-f]*\).*/\1/p'
}

# The wrapper goes on without us: when the connection is back, its outcome is what counts.
wait_for_the_host() {
  local status
  say "the connection broke; the host goes on by itself, so this waits for it (10 minutes at most)"
  for _ in $(seq 120); do
    sleep 5
    status=$(deploy status 2>/dev/null) || continue
    if ! grep -q 'no deploy is at work' <<<"$status"; then continue; fi
    tail -n 1 <<<"$status"
    [[ $(tail -n 1 <<<"$status") == *$'\t'deployed ]] && return 0
    return 1
  done
  fail "the host cannot be reached: sign in and ask sudo /usr/lib/repduel/deploy status"
}

# ---- The work ----

there true || fail "cannot sign in at $where: ssh's reason is above. Is its host key in known_hosts, and your key there?"
there test -x /usr/lib/repduel/deploy ||
  fail "repduel is not installed at $where: copy a package there once, and sudo apt install ./repduel_*.deb"
deploy --help >/dev/null ||
  fail "$where may not run sudo -n /usr/lib/repduel/deploy: see /usr/share/doc/repduel/examples/sudoers.example there"

code=0
if [ "$rollback" = yes ]; then
  # shellcheck disable=SC2086 # empty, or one word
  deploy $dry_run rollback ${version:+"$version"} || code=$?
  commit=''
else
  if [ -z "$deb" ]; then
    "$ROOT/tools/build-deb.sh" | tee "$scratch/build"
    deb=$(tail -n 1 "$scratch/build")
  fi
  commit=$(dpkg-deb -f "$deb" Version | sed -n 's/.*+git[0-9]\{14\}\.\([0-9a-f]\{12\}\).*/\1/p')
  [ -n "$commit" ] || fail "$deb has no commit in its version: tools/build-deb.sh makes packages that have"
  sum=$(sha256sum <"$deb" | cut -d' ' -f1)
  remote_folder=$(there mktemp -d)
  say "copying $(basename "$deb") ($(stat -c %s "$deb") bytes) to $where"
  scp "${options[@]}" "$deb" "$where:$remote_folder/package.deb"
  # shellcheck disable=SC2086
  deploy $dry_run install "$remote_folder/package.deb" "$sum" "$commit" || code=$?
fi
if [ "$code" = 255 ]; then
  code=0
  wait_for_the_host || code=1
fi
[ "$code" = 0 ] || exit "$code"
[ -z "$dry_run" ] || exit 0

serving=$(serving_commit)
[ -n "$serving" ] || fail "the host says that it is done, but /version does not answer there"
[ -z "$commit" ] || [ "$serving" = "$commit" ] || fail "the host says that it is done, but serves $serving instead of $commit"
there "curl -fsS --noproxy '*' --max-time 5 -o /dev/null http://127.0.0.1:9999/health/ready" ||
  fail "$serving serves, but is not ready: curl http://127.0.0.1:9999/health/ready there says why"
say "$where serves $serving"
