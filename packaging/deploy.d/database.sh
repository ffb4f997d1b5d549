# shellcheck shell=bash
# The backup that is made before migrations. Sourced by deploy.
# shellcheck disable=SC2154 # $scratch is deploy's

# back_up_if_pending MIGRATIONS: a dump that pg_restore can read, before the first of them runs. The program makes it,
# since it knows which database it uses, whether its address is in the settings, a secret or an encrypted one.
back_up_if_pending() {
  local file size
  if [ -z "$1" ]; then say "no migration is pending: no backup is needed"; return; fi
  command -v pg_dump >/dev/null || fail "migrations are pending, and there is no pg_dump for a backup: apt install postgresql-client"
  file=$POOL/backups/repduel-$(date +%Y%m%d%H%M%S).dump
  say "migrations are pending ($(grep -c . <<<"$1")): backing the database up to $file"
  find "$POOL/backups" -name '*.part' -delete
  show_growth "$file.part" &
  size=$!
  if ! "$scratch/new/usr/bin/repduel" back-up >"$file.part"; then
    kill "$size" 2>/dev/null || true
    rm -f "$file.part"
    fail "the backup failed, so nothing was changed: the reason is above"
  fi
  kill "$size" 2>/dev/null || true
  pg_restore --list "$file.part" >/dev/null || { rm -f "$file.part"; fail "the backup cannot be read, so nothing was changed"; }
  sync -- "$file.part"
  mv "$file.part" "$file"
  say "the backup has $(stat -c %s "$file") bytes; to look into it: pg_restore --list $file"
  find "$POOL/backups" -name 'repduel-*.dump' | sort -r | tail -n +$((KEEP + 1)) | while IFS= read -r file; do rm -f -- "$file"; done
}

show_growth() {
  while sleep 5; do say "  $(stat -c %s "$1" 2>/dev/null || echo 0) bytes so far"; done
}
