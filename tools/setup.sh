#!/usr/bin/env bash
# tools/setup.sh [dev|web|test|bench|package|package-root]...   (dev when nothing is named)
#
# Installs what is missing for tools/dev.sh, tools/web.sh, tools/test.sh, tools/bench.sh or tools/build-deb.sh (package;
# package-root where it needs a Debian 12 root of its own) on Debian or Ubuntu, one line for each thing and why, and does
# nothing when everything is there. Needs root or sudo only when a package is missing.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

packages=() optional=()

# want PACKAGE WHY TEST...: the package is missing when TEST fails. Looking for a file is far quicker than asking apt.
want() {
  local package=$1 why=$2
  shift 2
  "$@" >/dev/null 2>&1 && return
  say "installing $package: $why"
  packages+=("$package")
}

# prefer PACKAGE WHY TEST...: as above, but where it cannot be installed something is left out instead.
prefer() {
  local package=$1 why=$2
  shift 2
  "$@" >/dev/null 2>&1 && return
  say "installing $package: $why"
  optional+=("$package")
}

# Packages chatter while they settle; what they said is shown when it went wrong.
apt() {
  local output
  output=$(as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
    apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" 2>&1 </dev/null) && return
  tail -n 12 <<<"$output" >&2
  return 1
}

# A machine that has just booted often updates its lists by itself, and no option waits for that lock.
apt_update() {
  local try
  for try in 1 2 3; do
    apt update && return
    [ "$try" = 3 ] || { say "apt-get update failed, trying again in 10 s"; sleep 10; }
  done
  say "apt-get update failed; going on with the lists that are here"
}

# Debian's package would make and start a cluster on port 5432 that nobody asked for: ours is private. The setting
# goes again afterwards, so that installing PostgreSQL for real later brings what the distribution promises.
install_packages() {
  local package drop_in=/etc/postgresql-common/createcluster.d/repduel-setup.conf
  if [ "${#packages[@]}" = 0 ] && ! (as_root true) 2>/dev/null; then
    say "  (left out, since installing packages needs root: ${optional[*]})"
    return
  fi
  as_root true || fail "installing packages needs root, and sudo refused"
  apt_update
  if [[ " ${packages[*]} " == *" postgresql "* ]]; then
    say "  (without the cluster on port 5432 that the package would make and start)"
    # shellcheck disable=SC2064 # the path is wanted as it is now
    trap "as_root rm -f '$drop_in'" EXIT
    as_root mkdir -p "${drop_in%/*}"
    echo 'create_main_cluster = false' | as_root tee "$drop_in" >/dev/null
  fi
  if [ "${#packages[@]}" != 0 ]; then
    apt install -y --no-install-recommends "${packages[@]}" ||
      fail "apt-get could not install ${packages[*]}: its reason is above"
  fi
  for package in "${optional[@]}"; do
    apt install -y --no-install-recommends "$package" ||
      say "apt-get could not install $package: what needs it is left out"
  done
  # Its package starts a server on port 80 that nobody asked for.
  if [[ " ${optional[*]} " == *" caddy "* ]] && [ -d /run/systemd/system ]; then
    as_root systemctl --quiet disable --now caddy.service || true
  fi
}

rust_wanted() { sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' "$ROOT/Cargo.toml"; }

# missing, old, partial or good. The toolchain's own folder tells what rustup's stand-ins in PATH do not: which parts
# are really installed. Asked inside the clone, where an override of rustup's counts.
rust_state() {
  local part sysroot version
  cd "$ROOT"
  sysroot=$(rustc --print sysroot 2>/dev/null) || { echo missing; return; }
  version=$("$sysroot/bin/rustc" --version | cut -d' ' -f2)
  printf '%s\n' "$(rust_wanted)" "${version%%-*}" | sort -CV || { echo old; return; }
  for part in cargo rustfmt cargo-fmt cargo-clippy; do
    [ -x "$sysroot/bin/$part" ] || { echo partial; return; }
  done
  echo good
}

# The distribution's rustup where there is one and nothing has to go for it; else rustup's own installer, which stays
# below ~/.cargo and ~/.rustup.
install_rustup() {
  local script
  if [ -n "$(apt-cache madison rustup 2>/dev/null)" ] && apt install -y --no-remove --no-install-recommends rustup; then
    return
  fi
  script=$(mktemp)
  if ! curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs -o "$script" ||
    ! RUSTUP_INIT_SKIP_PATH_CHECK=yes sh "$script" -y -q --no-modify-path --default-toolchain none; then
    rm -f "$script"
    fail "no rustup from https://sh.rustup.rs. Install Rust $(rust_wanted) or later by hand, then run this again"
  fi
  rm -f "$script"
  hash -r
}

install_rust() {
  local state wanted
  wanted=$(rust_wanted)
  state=$(rust_state)
  [ "$state" != good ] || return 0
  say "installing Rust with rustfmt and clippy: the program needs $wanted or later (here: $state)"
  command -v rustup >/dev/null || install_rustup
  if [ "$state" = partial ] && (cd "$ROOT" && rustup component add rustfmt clippy); then return; fi
  rustup toolchain install stable --profile minimal --component rustfmt --component clippy ||
    fail "rustup could not install the stable toolchain: its reason is above"
  # Whoever has no default toolchain gets this one; an older default stays, and only this clone uses the new one.
  rustup default >/dev/null 2>&1 || rustup default stable
  [ "$(rust_state)" = good ] || rustup override set stable --path "$ROOT"
  state=$(rust_state)
  [ "$state" = good ] || fail "Rust is still $state: is RUSTUP_TOOLCHAIN set, or another rustc before rustup's in PATH ($(command -v rustc))?"
}

# One version, since the layout of the maintainer scripts changes from one to the next. Compiled without much ado: it
# runs for a second.
install_cargo_deb() {
  local wanted=3.8.0
  [ "$("$CACHE/tools/bin/cargo-deb" --version 2>/dev/null)" != "cargo-deb $wanted" ] || return 0
  say "installing cargo-deb $wanted into $CACHE/tools: packs the program for Debian"
  CARGO_TARGET_DIR=$CACHE/tools/target CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 cargo install -q --locked --root "$CACHE/tools" "cargo-deb@$wanted" ||
    fail "cargo could not install cargo-deb $wanted: its reason is above"
  rm -rf "$CACHE/tools/target"
}

# install_python PACKAGE VERSION WHY: into a folder of its own, where no other Python program meets it. One version, since
# each finds other things.
install_python() {
  local package=$1 wanted=$2 folder=$CACHE/tools/$1
  [ "$(cat "$folder/version" 2>/dev/null)" != "$wanted" ] || return 0
  say "installing $package $wanted into $folder: $3"
  rm -rf "$folder"
  { python3 -m venv "$folder" && "$folder/bin/pip" -q --disable-pip-version-check install "$package==$wanted"; } ||
    fail "pip could not install $package $wanted: its reason is above"
  echo "$wanted" >"$folder/version"
}

# fetch URL SHA512 FOLDER: a package of npm's registry, unpacked. The sum is the one that the registry tells (base64).
fetch() {
  local archive sum
  archive=$(mktemp)
  sum=$(base64 -d <<<"$2" | od -An -v -tx1 | tr -d ' \n')
  if ! curl --proto '=https' --tlsv1.2 -sSfL --retry 3 "$1" -o "$archive" || ! sha512sum --status -c - <<<"$sum  $archive"; then
    rm -f "$archive"
    fail "$1 could not be downloaded, or is not what it was"
  fi
  rm -rf "$3" "$3.new"
  mkdir -p "$3.new"
  tar -xzf "$archive" -C "$3.new" --strip-components 1 --no-same-owner
  mv "$3.new" "$3"
  rm -f "$archive"
}

package_version() { sed -n 's/^ *"version": "\(.*\)".*/\1/p' "$1/package.json" 2>/dev/null | head -n 1; }

# Vite wants a newer Node than Debian 12 has, and zstd came with 22.15. A present one is good for working; packages are built
# with this one alone, so that their bytes do not hang on what else a host has.
install_node() {
  local wanted=24.21.0 least=22.15.0 present architecture sum
  [ "$(package_version "$CACHE/tools/node")" != "$wanted" ] || return 0
  present=$(node --version 2>/dev/null) || present=''
  case " $* " in
    *" package "*) ;;
    *) if [ -n "$present" ] && printf '%s\n' "$least" "${present#v}" | sort -CV; then return; fi ;;
  esac
  case $(uname -m) in
    x86_64)
      architecture=x64
      sum=3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==
      ;;
    aarch64)
      architecture=arm64
      sum=FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==
      ;;
    *) fail "there is no Node for $(uname -m) to be fetched: install Node $least or later by hand" ;;
  esac
  say "installing Node $wanted into $CACHE/tools/node: builds the web app, which needs $least or later (here: ${present:-none})"
  fetch "https://registry.npmjs.org/node-linux-$architecture/-/node-linux-$architecture-$wanted.tgz" "$sum" "$CACHE/tools/node"
  chmod 755 "$CACHE/tools/node/bin/node"
}

install_npm() {
  local wanted=11.21.2
  [ "$(package_version "$CACHE/tools/npm")" != "$wanted" ] || return 0
  say "installing npm $wanted into $CACHE/tools/npm: installs the packages that the web app is made of"
  fetch "https://registry.npmjs.org/npm/-/npm-$wanted.tgz" \
    "7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==" "$CACHE/tools/npm"
}

for what in "${@:-dev}"; do
  case $what in
    dev | web | test | bench | package | package-root) ;;
    -h | --help) show_help; exit ;;
    *) fail "nothing here is called '$what': dev, web, test, bench, package or package-root" ;;
  esac
done

want gcc "the linker and the C in a few crates" command -v cc
want libc6-dev "what compiled programs link against" test -e /usr/include/stdio.h
want ca-certificates "trust for https downloads" test -e /etc/ssl/certs/ca-certificates.crt
want curl "downloads, and asking the program whether it is ready" command -v curl
want git "the program knows the commit it was built from" command -v git
want postgresql "the database, in a private cluster of its own" compgen -G '/usr/lib/postgresql/*/bin/postgres'
for what in "$@"; do
  case $what in
    test)
      want shellcheck "checks the scripts" command -v shellcheck
      prefer caddy "serves the web app to the browser that tests it (without the service on port 80)" command -v caddy
      prefer chromium "opens the web app's pages" command -v chromium
      want python3-venv "runs the mail server that the tests talk to, and schemathesis" python3 -c 'import ensurepip, venv'
      if [ "$EUID" -eq 0 ]; then
        want debootstrap "makes the Debian machines that the package is tested on" command -v debootstrap
        want systemd-container "boots them" command -v systemd-nspawn
        want jq "reads what their programs answer" command -v jq
        want openssh-client "deploys to them" command -v ssh
      fi
      ;;
    bench)
      want wrk "makes the load" command -v wrk
      prefer caddy "serves the web app to the browser that measures it (without the service on port 80)" command -v caddy
      prefer chromium "measures how fast the web app is" command -v chromium
      want python3-venv "runs the peer that we compare with" python3 -c 'import ensurepip, venv'
      ;;
    package)
      want python3 "names the crates that are linked, with their licences" command -v python3
      want binutils "looks for the program's hardening" command -v readelf
      want dpkg-dev "finds the libraries that the program needs" command -v dpkg-shlibdeps
      want lintian "checks the package" command -v lintian
      ;;
    package-root) want debootstrap "makes the Debian 12 root that the package is built in" command -v debootstrap ;;
  esac
done
[ "${#packages[@]}${#optional[@]}" = 00 ] || install_packages
install_rust
case " $* " in *" package "*) install_cargo_deb ;; esac
case " ${*:-dev} " in
  *" dev "* | *" web "* | *" test "* | *" bench "* | *" package "*)
    install_node "$@"
    install_npm
    ;;
esac
case " $* " in
  *" test "*)
    install_python aiosmtpd 1.4.6 "the mail server that the tests talk to"
    install_python schemathesis 4.32.5 "sends whatever the API's document allows, and more"
    ;;
esac
