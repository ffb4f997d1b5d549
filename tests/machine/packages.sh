# shellcheck shell=bash
# shellcheck disable=SC2154 # work, here, home: run.sh
# The packages that the machine checks install: DEB, this release, and NEXT_DEB, a newer one with one more migration.
# Sourced by tests/machine/run.sh.

# What a package is made from: the commit, and whatever differs from it.
state_of_sources() {
  {
    git rev-parse HEAD
    git diff HEAD
    git ls-files -o --exclude-standard -z | xargs -0r sha256sum
  } | sha256sum | cut -c1-16
}

# A Cargo folder that two source trees share takes the one's program for the other's, unless it is made to forget it.
forget_program() { rm -rf "$CARGO_TARGET_DIR"/*/.fingerprint/repduel-* "$CARGO_TARGET_DIR"/*/*/.fingerprint/repduel-*; }

# build TREE PLACE: what tools/build-deb.sh makes of TREE becomes PLACE. Another tree is put in the place of this one for
# the build alone: with another path Cargo would compile all dependencies again.
build() {
  local output=$work/build built command=(tools/build-deb.sh --allow-dirty)
  [ "$1" = "$ROOT" ] || command=(unshare -m bash -ec '
    case $CARGO_TARGET_DIR in "$2"/*)
      below=$1/${CARGO_TARGET_DIR#"$2"/}
      mkdir -p "$below"
      mount --bind "$CARGO_TARGET_DIR" "$below" ;;
    esac
    mount --rbind "$1" "$2"
    cd "$2"
    exec tools/build-deb.sh --allow-dirty' - "$1" "$ROOT")
  if ! "${command[@]}" >"$output" 2>&1 || ! built=$(tail -n 1 "$output") || [ ! -f "$built" ]; then
    tail -n 20 "$output" >&2
    fail "tools/build-deb.sh did not build a package: its output is above"
  fi
  cp "$built" "$2"
}

# The sources as they are here, with one more migration, as a commit of the minute after: the next release.
next_tree() {
  local tree=$1 time
  git clone -q --no-hardlinks . "$tree"
  git ls-files -co --exclude-standard -z | while IFS= read -r -d '' file; do
    if [ -e "$file" ]; then cp --parents "$file" "$tree/"; else rm -f "$tree/$file"; fi
  done
  cp "$here"/next/*.sql "$tree/migrations/"
  time=$(($(git log -1 --format=%ct) + 60))
  git -C "$tree" add -A
  GIT_AUTHOR_DATE="@$time +0000" GIT_COMMITTER_DATE="@$time +0000" git -C "$tree" -c user.name=machine \
    -c user.email=machine@localhost commit -q -m "Stand for the next release"
}

find_packages() {
  local kept
  export DEB=${REPDUEL_DEB:-} NEXT_DEB=${REPDUEL_NEXT_DEB:-}
  kept=$home/packages/$(state_of_sources)
  if [ -z "$DEB" ]; then
    DEB=$kept/this.deb
    if [ ! -f "$DEB" ]; then
      [ -x tools/build-deb.sh ] || fail "there is no tools/build-deb.sh to build a package with; name one: REPDUEL_DEB=FILE"
      say "building the package"
      rm -rf "$home/packages"
      mkdir -p "$kept"
      build "$ROOT" "$DEB.new"
      mv "$DEB.new" "$DEB"
    fi
  fi
  if [ -z "$NEXT_DEB" ]; then
    NEXT_DEB=$kept/next.deb
    if [ ! -f "$NEXT_DEB" ]; then
      say "building the package of the next release"
      mkdir -p "$kept"
      next_tree "$work/next"
      forget_program
      build "$work/next" "$NEXT_DEB.new"
      forget_program
      mv "$NEXT_DEB.new" "$NEXT_DEB"
    fi
  fi
  DEB=$(realpath "$DEB") NEXT_DEB=$(realpath "$NEXT_DEB")
  dpkg --compare-versions "$(dpkg-deb -f "$NEXT_DEB" Version)" gt "$(dpkg-deb -f "$DEB" Version)" ||
    fail "the next release's package has no newer version than this one's"
}
