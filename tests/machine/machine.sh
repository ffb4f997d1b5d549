#!/usr/bin/env bash
# tests/machine/machine.sh base SUITE            make the base image of bookworm or trixie, if it is not there
# tests/machine/machine.sh up NAME SUITE         boot a fresh machine; one of that name is thrown away first
# tests/machine/machine.sh exec NAME COMMAND...  run a command inside, as root
# tests/machine/machine.sh copy NAME FILE PATH   copy a file or folder in
# tests/machine/machine.sh near NAME COMMAND...  run a program of this host in the machine's network
# tests/machine/machine.sh far NAME COMMAND...   run a program of this host in another network; the machine is 10.99.0.1
# tests/machine/machine.sh reboot NAME           restart it with what is on its disk
# tests/machine/machine.sh down NAME | all       power it off and forget it
#
# A whole Debian with its own systemd, PostgreSQL, Caddy and sshd, booted in seconds by systemd-nspawn on an overlay
# over a base image. The images stay in ~/.cache/repduel/machine (REPDUEL_CACHE) and are made anew when what belongs
# in them changes. Needs root.
set -euo pipefail
# shellcheck source=tools/lib.sh
source "$(dirname "$0")/../../tools/lib.sh"

home=$CACHE/machine
packages=(systemd systemd-sysv dbus ca-certificates iproute2 procps adduser caddy postgresql openssh-server openssh-client
  curl jq sudo lsof man-db less strace)

# ---- The base image ----

# What lies in the image, and so when it has to be made anew.
recipe() { printf '%s\n' 1 "$1" "${packages[@]}" | sha256sum | cut -c1-16; }

mirror() {
  local found
  found=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null) || found=''
  [ -n "$found" ] || found=$(awk '/^deb / { print $2; exit }' /etc/apt/sources.list 2>/dev/null) || found=''
  printf '%s' "${found:-http://deb.debian.org/debian}"
}

base() {
  local suite=$1 image=$home/base-$1 log=$home/base-$1.log
  case $suite in bookworm | trixie) ;; *) fail "the suites are bookworm and trixie, not $suite" ;; esac
  mkdir -p "$home"
  exec 8>"$home/base-$suite.lock"
  flock 8 # two at once would fill one folder
  if [ "$(cat "$image/.recipe" 2>/dev/null)" != "$(recipe "$suite")" ]; then
    say "making the image of a Debian $suite in $image (once; some minutes)" >&2
    rm -rf "$image" "$image.new"
    debootstrap --variant=minbase "$suite" "$image.new" "$(mirror)" >"$log" 2>&1 8>&- || fail "debootstrap failed, see $log"
    # How this host reaches the archive: its proxy, and whether it believes its dates.
    apt-config dump Acquire | grep -E '^Acquire::(Check-|Retries|https?::Proxy)' >"$image.new/etc/apt/apt.conf.d/00host" || true
    systemd-nspawn -q -D "$image.new" --register=no --keep-unit --console=pipe sh -ec "
      export DEBIAN_FRONTEND=noninteractive; apt-get update -q
      apt-get install -y -q --no-install-recommends ${packages[*]}; apt-get clean" </dev/null >>"$log" 2>&1 8>&- ||
      fail "packages could not be installed into the image, see $log"
    recipe "$suite" >"$image.new/.recipe"
    mv "$image.new" "$image"
  fi
  exec 8>&-
}

# ---- A machine ----

# A number alone may have gone to another process since.
nspawn() {
  local number
  number=$(cat "$home/run/$1/pid" 2>/dev/null) && [ "$(cat "/proc/$number/comm" 2>/dev/null)" = systemd-nspawn ] && echo "$number"
}

# The machine's process 1, as this host numbers it.
leader() { local number; number=$(nspawn "$1") && pgrep -P "$number" | head -n 1 | grep .; }

# Takes this process's place, so that a signal to it reaches the command.
enter() {
  local first
  first=$(leader "$1") || fail "no machine named $1 runs"
  shift
  exec nsenter -t "$first" -m -u -i -n -p -C -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

inside() { (enter "$@"); }

# A pair of cables from the machine to a network that has nothing else in it.
connect() {
  local name=$1 first far=far-$1
  first=$(leader "$name")
  ip netns add "$far"
  ip link add "h-$far" netns "$far" type veth peer name eth0 netns "$first"
  ip -n "$far" address add 10.99.0.2/24 dev "h-$far"
  ip -n "$far" link set "h-$far" up
  ip -n "$far" link set lo up
  nsenter -t "$first" -n sh -c 'ip address add 10.99.0.1/24 dev eth0 && ip link set eth0 up'
}

boot() {
  local name=$1 run=$home/run/$1 state='' kernel=()
  # A host with version 1 control groups boots systemd 257 only when told so.
  [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] ||
    kernel=(--setenv=SYSTEMD_PROC_CMDLINE="systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1")
  setsid systemd-nspawn -D "$run/root" -b --machine="$name" --private-network --link-journal=no --register=no --keep-unit \
    "${kernel[@]}" >>"$run/console" 2>&1 </dev/null 9<&- &
  echo $! >"$run/pid"
  for _ in {1..300}; do
    sleep 0.1
    leader "$name" >/dev/null || continue
    state=$(inside "$name" systemctl is-system-running 2>/dev/null) || true
    case $state in
      running) connect "$name"; return ;;
      degraded) inside "$name" systemctl --failed --no-pager >&2; fail "a unit failed while $name booted, see above" ;;
    esac
  done
  fail "$name did not boot in 30 s (${state:-no answer}), see $run/console"
}

up() {
  local name=$1 suite=$2 run=$home/run/$1 program
  [[ $name =~ ^[a-z0-9]{1,9}$ ]] || fail "a machine's name is one to nine small letters and digits, not $name"
  for program in debootstrap systemd-nspawn; do
    command -v "$program" >/dev/null || fail "there is no $program: run tools/setup.sh test"
  done
  base "$suite"
  down "$name"
  mkdir -p "$run"/{upper,work,root}
  mount -t overlay overlay -o "lowerdir=$home/base-$suite,upperdir=$run/upper,workdir=$run/work" "$run/root"
  echo "$name" >"$run/root/etc/hostname"
  printf '127.0.0.1 localhost %s\n' "$name" >"$run/root/etc/hosts"
  boot "$name"
}

# Ends the process; the disk stays.
halt() {
  local number far=far-$1
  if number=$(nspawn "$1"); then
    [ "$2" = at-once ] || inside "$1" systemctl poweroff 2>/dev/null || true
    [ "$2" = at-once ] || for _ in {1..200}; do kill -0 "$number" 2>/dev/null || break; sleep 0.1; done
    if kill -0 "$number" 2>/dev/null; then
      # Its process 1 must go too: nobody else would end it.
      kill -9 "$(leader "$1")" "$number" 2>/dev/null || true
      while kill -0 "$number" 2>/dev/null; do sleep 0.05; done
    fi
  fi
  [ ! -e "/run/netns/$far" ] || ip netns delete "$far"
}

down() {
  local run=$home/run/$1
  halt "$1" at-once
  if mountpoint -q "$run/root"; then umount "$run/root" || umount -l "$run/root"; fi
  rm -rf "$run"
}

case ${1:-} in
  -h | --help | '') show_help; exit ;;
esac
[ "$EUID" = 0 ] || fail "needs root"
action=$1
shift
case $action:$# in
  base:1 | up:2) "$action" "$@" ;;
  exec:0 | exec:1 | near:[01] | far:[01]) show_help >&2; exit 2 ;;
  exec:*) enter "$@" ;;
  near:*) first=$(leader "$1") || fail "no machine named $1 runs"; shift; exec nsenter -t "$first" -n -- "$@" ;;
  far:*) name=$1; shift; exec ip netns exec "far-$name" "$@" ;;
  copy:3) leader "$1" >/dev/null || fail "no machine named $1 runs"; cp -r "$2" "$home/run/$1/root$3" ;;
  reboot:1) halt "$1" cleanly; boot "$1" ;;
  down:1)
    if [ "$1" = all ]; then
      for run in "$home"/run/*; do [ ! -e "$run" ] || down "$(basename "$run")"; done
    else
      down "$1"
    fi
    ;;
  *) show_help >&2; exit 2 ;;
esac
