# shellcheck shell=bash
# The pool: the packages that this machine can go to, each with its checksum, and what is known of one before it is
# installed. Sourced by deploy.
# shellcheck disable=SC2154,SC2034 # $scratch is deploy's, inspected_pending is for it

make_pool() {
  mkdir -p "$POOL" "$POOL/log" "$POOL/backups"
  chmod 700 "$POOL"
}

pool_file() { printf '%s/repduel_%s_%s.deb' "$POOL" "$1" "$(dpkg --print-architecture)"; }

# After a power cut in the middle of an installation dpkg takes nothing until that is finished.
mend_dpkg() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' repduel 2>/dev/null || true)" = installed ] && return
  say "an installation was interrupted: finishing it"
  env DEBIAN_FRONTEND=noninteractive dpkg --force-confold --force-confdef --configure -a || say "dpkg could not finish it; going on"
}

# What the machine can go back to: what is wholly installed, or else what was deployed last.
settled_version() {
  if [ "$(dpkg-query -W -f '${db:Status-Status}' repduel 2>/dev/null || true)" = installed ]; then
    installed_version
  else
    awk -F'\t' '$5 == "deployed" { to = $4 } END { print to }' "$POOL/history" 2>/dev/null || true
  fi
}

installed_version() { dpkg-query -W -f '${Version}' repduel 2>/dev/null || true; }

# The twelve digits after the commit's time: 0.1.0+git20261121063229.ca3406cc1571-1
commit_of() { sed -n 's/.*+git[0-9]\{14\}\.\([0-9a-f]\{12\}\).*/\1/p' <<<"$1"; }

has_sum() { [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$2" ]; }

# write_sum FILE: of this one alone. Sums made anew of whatever lies there would bless what has been damaged since.
write_sum() {
  local name
  name=$(basename "$1")
  (
    cd "$POOL" || exit
    { [ ! -e SHA256SUMS ] || awk -v name="$name" '$2 != name' SHA256SUMS; sha256sum -- "$name"; } >SHA256SUMS.new
    sync -- "$name" SHA256SUMS.new
    mv SHA256SUMS.new SHA256SUMS
  )
}

forget_sum() {
  (cd "$POOL" && awk -v name="$(basename "$1")" '$2 != name' SHA256SUMS >SHA256SUMS.new && mv SHA256SUMS.new SHA256SUMS) || true
}

is_sound() { (cd "$POOL" && awk -v name="$(basename "$1")" '$2 == name' SHA256SUMS | sha256sum --status -c) 2>/dev/null; }

# take_copy FILE SUM: what is verified is our own copy, which nobody but root can change any more.
take_copy() {
  local copy=$scratch/package.deb
  cp -- "$1" "$copy" || fail "$1 could not be copied into $POOL: is the disk full?"
  has_sum "$copy" "$2" || fail "$1 does not have the checksum $2: it was damaged or exchanged on its way; copy it again"
}

# The version of a package that is ours and for this machine.
checked_version() {
  local name architecture version
  name=$(dpkg-deb -f "$1" Package 2>/dev/null) || fail "this is no Debian package"
  [ "$name" = repduel ] || fail "this is the package '$name', not repduel"
  architecture=$(dpkg-deb -f "$1" Architecture)
  [ "$architecture" = "$(dpkg --print-architecture)" ] ||
    fail "this package is for $architecture, and this machine is $(dpkg --print-architecture)"
  version=$(dpkg-deb -f "$1" Version)
  [[ $version =~ ^[0-9][0-9A-Za-z.+~-]*$ ]] || fail "'$version' cannot be a version of ours"
  printf '%s' "$version"
}

from_pool() {
  local file
  file=$(pool_file "$1")
  [ -f "$file" ] || fail "the pool holds no $1: sudo /usr/lib/repduel/deploy list, on the host"
  is_sound "$file" ||
    fail "$file is not what was put there: its checksum differs from $POOL/SHA256SUMS"
  printf '%s' "$file"
}

# What was in force before VERSION came, as the history tells; else the next older one in the pool.
version_before() {
  local before='' version
  [ ! -e "$POOL/history" ] ||
    before=$(awk -F'\t' -v to="$1" '$4 == to && $3 != to && $5 == "deployed" { from = $3 } END { print from }' "$POOL/history")
  if [ -n "$before" ] && [ -e "$(pool_file "$before")" ]; then printf '%s' "$before"; return; fi
  before=''
  while IFS= read -r version; do
    dpkg --compare-versions "$version" lt "$1" || continue
    if [ -z "$before" ] || dpkg --compare-versions "$version" gt "$before"; then before=$version; fi
  done < <(pool_versions)
  printf '%s' "$before"
}

pool_versions() {
  local file
  for file in "$POOL"/repduel_*.deb; do [ ! -e "$file" ] || dpkg-deb -f "$file" Version; done
}

list_pool() {
  local file version now
  now=$(installed_version)
  for file in "$POOL"/repduel_*.deb; do
    [ -e "$file" ] || continue
    version=$(dpkg-deb -f "$file" Version)
    printf '%s  %s  %s\n' "$(date -r "$file" +%FT%TZ)" "$version" "$([ "$version" != "$now" ] || echo '(installed)')"
  done | sort
}

# Whatever is not the newest five by their last use goes; the release in force and the one before are always among them.
prune_pool() {
  local old
  find "$POOL" -maxdepth 1 -name 'repduel_*.deb' -printf '%T@ %p\n' | sort -rn | tail -n +$((KEEP + 1)) | cut -d' ' -f2- |
    while IFS= read -r old; do rm -f -- "$old"; forget_sum "$old"; done
}

# The installed release must be in the pool, or there would be no way back. Where it came by a plain apt install, it is
# packed again from its files.
keep_installed() {
  local version file script folder=$scratch/installed
  version=$(installed_version)
  file=$(pool_file "$version")
  if [ -z "$version" ] || { [ -e "$file" ] && is_sound "$file"; }; then touch -c "$file"; return; fi
  say "packing the installed $version again, so that there is a way back"
  install -d -m 755 "$folder" "$folder/DEBIAN"
  # Without the settings: packed as they were edited, dpkg would take them for the package's own, and the next release
  # would put its own in their place. They stay on the machine as they are.
  dpkg-query -L repduel | grep -v '^/etc/' | while IFS= read -r path; do
    if [ -f "$path" ] || [ -L "$path" ]; then (cd / && umask 022 && cp -a --parents ".$path" "$folder"); fi
  done
  dpkg-query -s repduel | awk '/^[^ ]/ { keep = !/^(Status|Conffiles):/ } keep' >"$folder/DEBIAN/control"
  for script in preinst postinst prerm postrm triggers; do
    [ ! -e "/var/lib/dpkg/info/repduel.$script" ] || cp -a "/var/lib/dpkg/info/repduel.$script" "$folder/DEBIAN/$script"
  done
  chmod 644 "$folder/DEBIAN/control"
  dpkg-deb --root-owner-group --build "$folder" "$scratch/installed.deb" >/dev/null ||
    fail "the installed release could not be packed again, so there would be no way back"
  mv "$scratch/installed.deb" "$file"
  rm -rf "$folder"
  write_sum "$file"
}

# inspect PACKAGE COMMIT: asks the program inside, before anything is installed. Sets inspected_version and
# inspected_pending (the migrations that the database lacks, a line each).
inspect() {
  local program=$scratch/new/usr/bin/repduel said code=0
  inspected_version=$(checked_version "$1")
  rm -rf "$scratch/new"
  dpkg-deb -x "$1" "$scratch/new" || fail "$1 cannot be unpacked: is the disk full?"
  said=$("$program" --version 2>&1) || fail "the program in $inspected_version does not run here: $said"
  grep -qF -- "${2:0:12}" <<<"$said" || fail "the program in the package is of another commit than ${2:0:12}: $said"
  said=$("$program" check-config 2>&1 >/dev/null) || fail "$inspected_version does not take this machine's configuration: $said"
  said=$("$program" migrate --status 2>&1) || code=$?
  [ "$code" != 75 ] || fail "the database cannot be reached, so nothing is deployed: $said"
  [ "$code" = 0 ] || fail "$inspected_version cannot work with this database: $said"
  inspected_pending=$(grep '^missing ' <<<"$said" || true)
}
