# shellcheck shell=bash
# What every script in tools/ shares: where things are, and how they speak. Sourced, never run.

export ROOT CACHE
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# A service or a container may run without HOME; the tilde still finds it in the user database.
HOME=${HOME:-~}
export HOME

# For what outlives a run and is no part of a clone.
CACHE=${REPDUEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/repduel}

# Named, since the scripts must know where the program will lie. A folder that clones share would be wrong here: Cargo
# tells their sources apart by time alone, and would run one clone's program for another's (.ci/run says how it may).
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$ROOT/target}"

# rustup's programs are found without touching the shell's start files, and before setup.sh has installed them.
cargo_bin=${CARGO_HOME:-$HOME/.cargo}/bin
case ":$PATH:" in *":$cargo_bin:"*) ;; *) PATH=$cargo_bin:$PATH ;; esac

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# The comment block at the head of a script is its manual.
show_help() { sed -n '2,/^[^#]/ { s/^# \{0,1\}//p }' "$0"; }

as_root() {
  if [ "$EUID" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root, and there is no sudo: run it once as root"
  fi
}
