#!/usr/bin/env bash
# tools/debian12.sh [--with FOLDER]... COMMAND...
#
# Runs COMMAND in the clone, within a Debian 12 root that is made the first time (debootstrap) and kept in the cache.
# Clone, cache, cargo's and rustup's folders and each FOLDER lie at the same paths inside; files that it makes are yours.
# Needs root or sudo. The mounts are this run's alone and end with it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

folders=("$ROOT" "$(git rev-parse --path-format=absolute --git-common-dir)" "$CACHE" "$CARGO_TARGET_DIR"
  "${CARGO_HOME:-$HOME/.cargo}" "${RUSTUP_HOME:-$HOME/.rustup}")
while [ "$#" -gt 0 ]; do
  case $1 in
    --with) folders+=("${2:?--with needs a folder}"); shift 2 ;;
    -h | --help) show_help; exit ;;
    *) break ;;
  esac
done
[ "$#" -gt 0 ] || fail "no command (see --help)"

root=$CACHE/debian12
mirror=${REPDUEL_DEBIAN_MIRROR:-http://deb.debian.org/debian}
packages=(build-essential ca-certificates curl git lintian postgresql python3 binutils)

make_root() {
  local log=$CACHE/debian12.log
  say "making a Debian 12 root in $root, once; what it says goes to $log"
  mkdir -p "$CACHE"
  # A root that was half made is no use.
  as_root rm -rf "$root"
  as_root debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "$mirror" >"$log" 2>&1 || {
    tail -n 5 "$log" >&2
    fail "debootstrap could not make $root: its reason is above, all of it in $log"
  }
  # The way to the network is the host's: proxies, and what it thinks of signatures' dates.
  apt-config dump Acquire | as_root tee "$root/etc/apt/apt.conf.d/90host" >/dev/null
  as_root tee "$root/etc/apt/sources.list" >/dev/null <<EOF
deb $mirror bookworm main
deb $mirror bookworm-updates main
deb ${REPDUEL_DEBIAN_SECURITY:-http://deb.debian.org/debian-security} bookworm-security main
EOF
  # Nothing may be started in there.
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$root/usr/sbin/policy-rc.d" >/dev/null
  as_root chmod 755 "$root/usr/sbin/policy-rc.d"
  as_root mkdir -p "$root/etc/postgresql-common/createcluster.d"
  echo 'create_main_cluster = false' | as_root tee "$root/etc/postgresql-common/createcluster.d/none.conf" >/dev/null
  # shellcheck disable=SC2016 # for the inner shell to expand
  inside 0:0 sh -c 'export DEBIAN_FRONTEND=noninteractive; apt-get -q update && apt-get -q -y --no-install-recommends install "$@"' \
    - "${packages[@]}" >>"$log" 2>&1 || {
    tail -n 5 "$log" >&2
    fail "the packages for building could not be installed: the reason is above, all of it in $log"
  }
  as_root touch "$root/.complete"
}

# inside USER:GROUP COMMAND...
inside() {
  local user=$1 folder
  shift
  for folder in "${folders[@]}"; do mkdir -p "$folder"; done
  # shellcheck disable=SC2016 # for the inner shell to expand
  as_root unshare --mount --propagation private bash -euc '
    root=$1 user=$2 count=$3
    shift 3
    cat /etc/resolv.conf >"$root/etc/resolv.conf"
    cat /etc/hosts >"$root/etc/hosts"
    mount -t proc proc "$root/proc"
    for device in null zero full random urandom tty; do mount --bind "/dev/$device" "$root/dev/$device"; done
    for folder in "${@:1:count}"; do mkdir -p "$root$folder"; mount --rbind "$folder" "$root$folder"; done
    shift "$count"
    exec chroot --userspec="$user" "$root" "$@"
  ' - "$root" "$user" "${#folders[@]}" "${folders[@]}" "$@"
}

[ -e "$root/.complete" ] || make_root
settings=()
while IFS= read -r name; do settings+=("$name=${!name}"); done < <(compgen -e | grep -E '^(CARGO_|RUSTUP_|REPDUEL_|CI$|[a-zA-Z]*_proxy$|[A-Z]*_PROXY$)' | grep -v '^REPDUEL_BUILD_IN_ROOT$')
# shellcheck disable=SC2016 # for the inner shell to expand
inside "$(id -u):$(id -g)" env -i "HOME=$HOME" LANG=C.UTF-8 "PATH=${CARGO_HOME:-$HOME/.cargo}/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
  "${settings[@]}" bash -c 'cd "$1" && shift && exec "$@"' - "$ROOT" "$@"
