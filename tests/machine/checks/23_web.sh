#!/usr/bin/env bash
# The package's web app through Caddy: pages at every address that is not the program's, hashed files compressed and kept
# for a year, those of the release before after an upgrade and until they are 30 days old, out of the service's reach. With
# the program away its pages still load; without them people get the maintenance page. Purged, the files are gone.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine

# get ACCEPT PATH [CURL OPTION...]: the status; the answer is then in $WORK/head and $WORK/body.
get() {
  local accept=$1 path=$2
  shift 2
  far_curl -o "$WORK/body" -D "$WORK/head" -w '%{http_code}' -H "Accept: $accept" "$@" "https://$site$path"
}
page='text/html,application/xhtml+xml,*/*;q=0.8'
header() { tr -d '\r' <"$WORK/head" | sed -n "s/^$1: //Ip"; }
is_the_app() { grep -q '<script [^>]*type="module"' "$WORK/body" || broken "$1 is no page of the app"; }
# app_file: the app's code, as the page names it.
app_file() {
  get "$page" / >/dev/null
  grep -o '/assets/shell-[^"]*\.js' "$WORK/body" | head -n 1
}

for path in / /boards/energy /no/such/page; do
  equal "the status of the page $path" "$(get "$page" "$path")" 200
  is_the_app "$path"
  equal "the cache of the page $path" "$(header cache-control)" no-cache
  if header content-security-policy | grep -q unsafe-inline; then broken "$path may run what stands in the page"; fi
done
equal "the status of / for a client" "$(get '*/*' /)" 200
equal "what a client gets at /" "$(jq -r .status "$WORK/body")" ok
for path in /api/v1/nothing /api /static/nothing; do
  equal "the status of $path" "$(get "$page" "$path")" 404
  equal "the type of $path" "$(header content-type)" application/problem+json
done

old=$(app_file)
[ -n "$old" ] || broken "the page names no code of the app"
# expect_asset FILE
expect_asset() {
  equal "the status of $1" "$(get '*/*' "$1" -H 'Accept-Encoding: br, gzip')" 200
  equal "how $1 is packed" "$(header content-encoding)" br
  equal "how long $1 may be kept" "$(header cache-control)" 'public, max-age=31536000, immutable'
}
expect_asset "$old"
equal "the status of a file that never was" "$(get "$page" /assets/never-00000000.js)" 404
equal "how long it may be kept that it is not there" "$(header cache-control)" no-store

# Whoever had the app open before an upgrade goes on.
apt_install "$NEXT_DEB" || broken "the upgrade failed: $(tail -n 5 "$WORK/apt")"
eventually 5 ready || broken "not ready after the upgrade"
[ "$(app_file)" != "$old" ] || broken "the next release has the same code, so that nothing is shown"
if m test -e "/usr/share/repduel/web$old"; then broken "the next release ships the files of the one before"; fi
expect_asset "$old"
m nsenter -t "$(property repduel MainPID)" -m runuser -u repduel -- touch "/var/lib/repduel/web$old" 2>/dev/null &&
  broken "the service can change what browsers run"
m touch -d '29 days ago' "/var/lib/repduel/web$old"
m systemd-tmpfiles --clean repduel.conf
expect_asset "$old"
m sh -c "touch -d '31 days ago' /var/lib/repduel/web$old*"
m systemd-tmpfiles --clean repduel.conf
equal "the status of a file that is older than 30 days" "$(get '*/*' "$old")" 404

m systemctl stop repduel-http.socket repduel-ops.socket repduel.service 2>/dev/null
equal "the status of a page while the program is away" "$(get "$page" /boards/energy)" 200
is_the_app "a page while the program is away"
equal "the status of the API while the program is away" "$(get "$page" /api/v1/boards)" 502
equal "the type of the API's answer while the program is away" "$(header content-type)" application/problem+json
m mv /usr/share/repduel/web /usr/share/repduel/web.away
equal "the status of a page without the app's files" "$(get "$page" /boards/energy)" 502
grep -q '<h1>Back in a moment' "$WORK/body" || broken "no maintenance page without the app's files"
m mv /usr/share/repduel/web.away /usr/share/repduel/web
m systemctl start repduel-http.socket repduel-ops.socket repduel.service

spoiled
m env DEBIAN_FRONTEND=noninteractive apt-get purge -y -q repduel >"$WORK/purge" 2>&1 || broken "apt-get purge failed: $(tail -n 3 "$WORK/purge")"
if m test -e /var/lib/repduel/web; then broken "apt-get purge leaves the app's files"; fi
m test -d /var/lib/repduel/static || broken "apt-get purge took the uploads with the app's files"
