# shellcheck shell=bash
# shellcheck disable=SC2154 # work, here, home, beside: run.sh
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
forget_program() { rm -rf "$CARGO_TARGET_DIR"/package/*/.fingerprint/repduel-*; }

# copy_tree TREE: the sources as they are here, with what no commit holds.
copy_tree() {
  local tree=$1 file
  git clone -q --no-hardlinks . "$tree"
  git ls-files -co --exclude-standard -z | while IFS= read -r -d '' file; do
    if [ -e "$file" ]; then cp --parents -p "$file" "$tree/"; else rm -f "$tree/$file"; fi
  done
}

# next_release TREE: one more migration, as a commit of the minute after.
next_release() {
  local tree=$1 time
  cp "$here"/next/*.sql "$tree/migrations/"
  time=$(($(git log -1 --format=%ct) + 60))
  git -C "$tree" add -A
  GIT_AUTHOR_DATE="@$time +0000" GIT_COMMITTER_DATE="@$time +0000" git -C "$tree" -c user.name=machine \
    -c user.email=machine@localhost commit -q -m "Stand for the next release"
}

# in_place_of_ours TREE COMMAND...: with TREE where this one is, for the command alone: with another path Cargo would compile
# all dependencies again. Built in this one, a package would meet the web app's own tests, which build that too.
in_place_of_ours() {
  # shellcheck disable=SC2016 # for the inner shell to expand
  unshare -m bash -ec '
    case $CARGO_TARGET_DIR in "$2"/*)
      below=$1/${CARGO_TARGET_DIR#"$2"/}
      mkdir -p "$below"
      mount --bind "$CARGO_TARGET_DIR" "$below" ;;
    esac
    mount --rbind "$1" "$2"
    cd "$2"
    exec "${@:3}"' - "$1" "$ROOT" "${@:2}"
}

# compile TREE PLACE: its program, with the crates as the tests use them; without a bench they would have fewer features, and
# be compiled again. The wrapper does nothing, but what is compiled with one Cargo takes for no other tree's; that every file
# is new keeps it from taking an earlier one's.
compile() {
  find "$1"/src "$1"/migrations "$1"/Cargo.toml -exec touch {} +
  in_place_of_ours "$1" env RUSTC_WORKSPACE_WRAPPER=/usr/bin/env CARGO_BUILD_BUILD_DIR="$CARGO_TARGET_DIR" \
    CARGO_TARGET_DIR="$CARGO_TARGET_DIR/next" cargo build -q --locked --workspace --bin repduel --bench counting ||
    fail "the program of the next release does not build (see above)"
  cp "$CARGO_TARGET_DIR/next/debug/repduel" "$2"
}

# build TREE PLACE [OPTION...]: what tools/build-deb.sh makes of TREE becomes PLACE.
build() {
  local tree=$1 place=$2 output=$work/build built
  shift 2
  forget_program
  if ! in_place_of_ours "$tree" tools/build-deb.sh --allow-dirty "$@" >"$output" 2>&1 ||
    ! built=$(tail -n 1 "$output") || [ ! -f "$built" ]; then
    tail -n 20 "$output" >&2
    fail "tools/build-deb.sh did not build a package: its output is above"
  fi
  forget_program
  cp "$built" "$place"
}

find_packages() {
  local kept form=() name=this
  export DEB=${REPDUEL_DEB:-} NEXT_DEB=${REPDUEL_NEXT_DEB:-}
  kept=$home/packages/$(state_of_sources)
  if [ ! -e "$kept" ]; then
    rm -rf "$home/packages"
    mkdir -p "$kept"
  fi
  [ -z "$beside" ] || form=(--program "$CLIENTS/repduel") name=brief
  : "${DEB:=$kept/$name.deb}" "${NEXT_DEB:=$kept/next.deb}"
  DEB=$(realpath "$DEB") NEXT_DEB=$(realpath "$NEXT_DEB")
  if [ ! -f "$DEB" ] || [ ! -f "$NEXT_DEB" ]; then copy_tree "$work/tree"; fi
  if [ ! -f "$DEB" ]; then
    say "building the package"
    build "$work/tree" "$DEB.new" "${form[@]}"
    mv "$DEB.new" "$DEB"
  fi
}

# How fast and how small it is nobody judges.
find_next_package() {
  if [ ! -f "$NEXT_DEB" ]; then
    say "building the package of the next release"
    next_release "$work/tree"
    compile "$work/tree" "$work/next"
    build "$work/tree" "$NEXT_DEB.new" --program "$work/next"
    mv "$NEXT_DEB.new" "$NEXT_DEB"
  fi
  rm -rf "$work/tree"
  dpkg --compare-versions "$(dpkg-deb -f "$NEXT_DEB" Version)" gt "$(dpkg-deb -f "$DEB" Version)" ||
    fail "the next release's package has no newer version than this one's"
}
