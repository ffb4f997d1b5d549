# shellcheck shell=bash
# The backup that is made before migrations. Sourced by deploy.

# Where the program finds the database; a secret, if there is a password in it.
database() {
  local found=''
  if [ -r /etc/repduel/credentials/database_url ]; then
    found=$(cat /etc/repduel/credentials/database_url)
  elif [ -r /etc/repduel/repduel.env ]; then
    found=$(sed -n "s/^DATABASE_URL=[\"']\{0,1\}\([^\"']*\)[\"']\{0,1\}\$/\1/p" /etc/repduel/repduel.env | tail -n 1)
  fi
  found=${found:-host=/run/postgresql dbname=repduel user=repduel}
  sed 's/^postgresql+[a-z0-9]*:/postgresql:/' <<<"$found"
}

# back_up_if_pending MIGRATIONS: a dump that pg_restore can read, before the first of them runs.
back_up_if_pending() {
  local file size where password=''
  if [ -z "$1" ]; then say "no migration is pending: no backup is needed"; return; fi
  command -v pg_dump >/dev/null || fail "migrations are pending, and there is no pg_dump for a backup: apt install postgresql-client"
  file=$POOL/backups/repduel-$(date +%Y%m%d%H%M%S).dump
  say "$(grep -c . <<<"$1") migrations are pending: backing the database up to $file"
  where=$(database)
  # The command line is everybody's to read: a password goes through the environment.
  case $where in
    *://*:*@*)
      password=$(sed 's#^[^/]*//[^:@]*:\([^@]*\)@.*#\1#' <<<"$where")
      printf -v password '%b' "${password//%/\\x}"
      where=$(sed 's#^\([^/]*//[^:@]*\):[^@]*@#\1@#' <<<"$where")
      ;;
    *password=*)
      password=$(sed "s/.*password='\{0,1\}\([^' ]*\).*/\1/" <<<"$where")
      where=$(sed "s/password='\{0,1\}[^' ]*'\{0,1\}//" <<<"$where")
      ;;
  esac
  show_growth "$file.part" &
  size=$!
  if ! (
    if [ -n "$password" ]; then export PGPASSWORD=$password; fi
    cd / && exec runuser -u repduel -- pg_dump --format=custom --no-password --lock-wait-timeout=60s --dbname="$where"
  ) >"$file.part"; then
    kill "$size" 2>/dev/null || true
    rm -f "$file.part"
    fail "the backup failed, so nothing was changed: pg_dump's reason is above"
  fi
  kill "$size" 2>/dev/null || true
  pg_restore --list "$file.part" >/dev/null || { rm -f "$file.part"; fail "the backup cannot be read, so nothing was changed"; }
  mv "$file.part" "$file"
  say "the backup has $(stat -c %s "$file") bytes; to look into it: pg_restore --list $file"
  find "$POOL/backups" -name 'repduel-*.dump' | sort -r | tail -n +$((KEEP + 1)) | while IFS= read -r file; do rm -f -- "$file"; done
}

show_growth() {
  while sleep 5; do say "  $(stat -c %s "$1" 2>/dev/null || echo 0) bytes so far"; done
}
