#!/usr/bin/env bash
# tools/build-deb.sh [--output DIR] [--allow-dirty] [--check-reproducible] [--update-golden] [--program FILE]
#
# Builds the Debian package with its list of parts (SBOM) beside it, checks both, and prints the package's path as its
# last line. Installs what is missing. Builds on Debian 12, the oldest that we support, so that the package runs there
# and later; on any other host in a Debian 12 root of its own (tools/debian12.sh; REPDUEL_BUILD_IN_ROOT=1 forces it).
#
#   --output DIR           where to put it; else target/debian/ (or debian/ in CARGO_TARGET_DIR)
#   --allow-dirty          build a tree with changes that no commit holds; the version says "+dirty"
#   --check-reproducible   build the web app, the program and the package twice, and compare every byte
#   --update-golden        take the generated maintainer scripts as the right ones (tests/data/maintainer-scripts/)
#   --program FILE         take FILE for the program instead of compiling it, and pack in haste: a stand-in for tests
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

output=$CARGO_TARGET_DIR/debian dirty=refuse twice=no golden=compare given='' arguments=("$@")
while [ "$#" -gt 0 ]; do
  case $1 in
    --output) output=${2:?--output needs a folder}; shift ;;
    --allow-dirty) dirty=allow ;;
    --check-reproducible) twice=yes ;;
    --update-golden) golden=update ;;
    --program) given=$(realpath -- "${2:?--program needs a file}"); shift ;;
    -h | --help) show_help; exit ;;
    *) fail "unknown option $1 (see --help)" ;;
  esac
  shift
done

mkdir -p "$output"
output=$(cd "$output" && pwd -P)

# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "${ID:-}${VERSION_ID:-}")
if [ "$release" != debian12 ] || [ -n "${REPDUEL_BUILD_IN_ROOT:-}" ]; then
  tools/setup.sh package-root
  exec tools/debian12.sh --with "$output" tools/build-deb.sh "${arguments[@]}"
fi
tools/setup.sh package

# ---- What it is built from ----

[ -n "$(git rev-parse --verify -q HEAD 2>/dev/null)" ] || fail "no commit here: the version is the commit's"
epoch=$(git log -1 --format=%ct)
head=$(git rev-parse HEAD)
commit=${head:0:12}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)+git$(date -u -d "@$epoch" +%Y%m%d%H%M%S).$commit
changes=$(git status --porcelain)
if [ -n "$changes" ]; then
  [ "$dirty" = allow ] || fail "changes that no commit holds: commit them, or --allow-dirty:
$changes"
  version+=+dirty
fi
version+=-1

# The folder of its own keeps these flags from recompiling what others compiled, and the other way round.
export CARGO_TARGET_DIR=$CARGO_TARGET_DIR/package SOURCE_DATE_EPOCH=$epoch
export REPDUEL_COMMIT=$commit REPDUEL_BUILT
REPDUEL_BUILT=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
cargo_home=${CARGO_HOME:-$HOME/.cargo} package=$CARGO_TARGET_DIR/release/package program=$CARGO_TARGET_DIR/release/repduel

# No path of this machine may be in the program: neither its maker's business nor the same elsewhere. The clone's own
# never is, Cargo names our files from its root; named here, every other clone would compile all dependencies again.
separator=$'\x1f' CARGO_ENCODED_RUSTFLAGS='' CFLAGS=''
for pair in "$cargo_home=/cargo" "$CARGO_TARGET_DIR=/target"; do
  CARGO_ENCODED_RUSTFLAGS+=${CARGO_ENCODED_RUSTFLAGS:+$separator}--remap-path-prefix=$pair
  CFLAGS+="${CFLAGS:+ }-ffile-prefix-map=$pair"
done
export CARGO_ENCODED_RUSTFLAGS CFLAGS CARGO_INCREMENTAL=0
unset RUSTFLAGS CARGO_BUILD_TARGET RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER

# ---- Steps ----

# The web app, anew each time. Whoever reads its sources has the commit; maps of them are not shipped.
build_web() {
  rm -rf web/dist
  tools/web.sh build >&2
  [ -z "$(find web/dist -name '*.map')" ] || fail "the web app was built with source maps"
}

# Symbols are not shipped: they are twice the size of the program.
compile() {
  if [ -n "$given" ]; then
    mkdir -p "$(dirname "$program")"
    cp "$given" "$program"
  else
    cargo build --release --locked --bin repduel
  fi
  strip --strip-unneeded --remove-section=.comment "$program"
}

# What goes into the package beside the program and the files in the tree. gzip -n: no time in it.
write_documents() {
  rm -rf "$package"
  mkdir -p "$package"
  "$program" documents "$package"
  mv "$package/repduel" "$package/repduel.bash"
  gzip -9n "$package/repduel.8"
  gzip -9n <.env.example >"$package/settings.env.gz"
  gzip -9n >"$package/changelog.Debian.gz" <<EOF
repduel ($version) unstable; urgency=medium

  * Built from commit $head.

 -- The repduel founders <founders@repduel.example>  $(LC_ALL=C date -u -d "@$epoch" -R)

$(cat debian/changelog)
EOF
  packaging/linked_crates.py copyright "$version" >"$package/copyright"
}

pack() {
  local haste=()
  [ -z "$given" ] || haste=(--fast)
  "$CACHE/tools/bin/cargo-deb" deb --no-build --locked "${haste[@]}" --deb-version "$version" --output "$1" >/dev/null
  [ -n "$given" ] || compress "$1"
}

# cargo-deb compresses any file; most of ours is a program, which gets smaller by a tenth when jumps are told as where they
# lead to. dpkg reads both.
compress() {
  local deb=$1 parts code
  case $(dpkg --print-architecture) in
    amd64) code=--x86 ;;
    arm64) code=--arm64 ;;
    *) return ;;
  esac
  parts=$(mktemp -d)
  (cd "$parts" && ar x "$deb" && xz -dc data.tar.xz | xz -T1 $code --lzma2=preset=9e,dict=32MiB >data && mv data data.tar.xz &&
    rm "$deb" && ar rcD "$deb" debian-binary control.tar.xz data.tar.xz)
  rm -rf "$parts"
}

compare_golden() {
  local scripts
  scripts=$(mktemp -d)
  dpkg-deb -e "$deb" "$scripts"
  if [ "$golden" = update ]; then
    mkdir -p tests/data/maintainer-scripts
    cp "$scripts"/{preinst,postinst,prerm,postrm} tests/data/maintainer-scripts/
  fi
  for script in preinst postinst prerm postrm; do
    diff -u "tests/data/maintainer-scripts/$script" "$scripts/$script" ||
      fail "the package's $script differs from tests/data/maintainer-scripts/$script: look at it, then --update-golden"
  done
  rm -rf "$scripts"
}

check_program() {
  local header dynamic found
  header=$(readelf -hlW "$program") dynamic=$(readelf -dW "$program")
  grep -q 'Type:.*DYN' <<<"$header" || fail "the program is no position-independent executable"
  grep -q 'GNU_RELRO' <<<"$header" || fail "the program has no RELRO segment"
  grep -q 'GNU_STACK.* RW ' <<<"$header" || fail "the program's stack is executable"
  grep -Eq 'BIND_NOW|FLAGS_1.*NOW' <<<"$dynamic" || fail "the program binds its symbols late (no BIND_NOW)"
  ! grep -Eq 'RPATH|RUNPATH' <<<"$dynamic" || fail "the program carries a search path for libraries"
  [ -z "$given" ] || return 0
  found=$(strings -n 6 "$program" | grep -F -m 3 -e "$ROOT/" -e "$cargo_home/" || true)
  [ -z "$found" ] || fail "paths of this machine are in the program: $found"
}

check_package() {
  local size limit=$((8 * 1024 * 1024))
  size=$(stat -c %s "$deb")
  [ -n "$given" ] || [ "$size" -lt "$limit" ] || fail "$deb has $size bytes, more than the $limit that we promise"
  # It may be run by root: it only reads what we have just built.
  lintian --allow-root --tag-display-limit 0 --fail-on error,warning,info --display-info "$deb" >&2 ||
    fail "lintian complains (lintian-explain-tags TAG tells what is meant): mend it, or override it with the reason in debian/lintian-overrides"
}

# ---- The work ----

build_web
compile
check_program
write_documents
rm -f "$output"/repduel_*.deb "$output"/repduel_*.cdx.json
deb=$output/repduel_${version}_$(dpkg --print-architecture).deb
pack "$deb"
if [ "$twice" = yes ]; then
  say "building again to compare"
  first=$(sha256sum <"$program")
  rm -rf "$CARGO_TARGET_DIR"/release/{.fingerprint/repduel-*,deps/repduel-*,deps/librepduel-*,build/repduel-*,repduel}
  build_web
  compile
  write_documents
  pack "$deb.again"
  [ "$(sha256sum <"$program")" = "$first" ] || fail "two builds of one commit differ in the program"
  cmp "$deb" "$deb.again" || fail "two packages of one commit differ: compare $deb and $deb.again (diffoscope)"
  rm -f "$deb.again"
  say "both builds are identical"
fi
compare_golden
check_package
packaging/linked_crates.py sbom "$version" >"${deb%.deb}.cdx.json"
say "$(basename "$deb"): $(stat -c %s "$deb") bytes, sha256 $(sha256sum <"$deb" | cut -d' ' -f1)"
say "$deb"
