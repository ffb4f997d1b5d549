#!/usr/bin/env bash
# What Caddy puts around the API: security headers on every status, its own errors as problem+json under /api and as a
# page elsewhere, compression, the redirect to HTTPS, the body limit, HSTS under a public name alone.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine

# expect_headers PATH STATUS [CURL OPTION...]: the answer is then in $WORK/head and $WORK/body.
expect_headers() {
  local path=$1 expected=$2 name
  shift 2
  equal "the status of $path" "$(far_curl -o "$WORK/body" -D "$WORK/head" -w '%{http_code}' "$@" "https://$site$path")" "$expected"
  for name in 'x-content-type-options: nosniff' 'x-frame-options: deny' 'referrer-policy: ' 'content-security-policy: ' 'x-request-id: '; do
    equal "how often '$name' is in the answer from $path, $expected," "$(grep -ci "^$name" "$WORK/head")" 1
  done
  if grep -qi '^strict-transport-security' "$WORK/head"; then broken "HSTS for a certificate of our own authority"; fi
  if grep -qi '^server: caddy' "$WORK/head"; then broken "$path tells which server answers"; fi
}

# Somebody who sends a byte now and then keeps nobody else waiting during a restart.
head -c 4000 /dev/zero >"$WORK/slow"
far_curl -m 60 --limit-rate 100 -o /dev/null --data-binary "@$WORK/slow" "https://$site/api/v1/auth/login" &
slow=$!
sleep 1
before=$(now_ms)
m systemctl restart repduel
eventually 5 ready || broken "not ready after a restart with a slow client"
at_most "a restart with a slow client, in ms," $(($(now_ms) - before)) 3000
kill $slow 2>/dev/null || true

expect_headers /health 200
expect_headers /api/v1/users/me 401
expect_headers /no/such/page 404
expect_headers /api/v1/users/not-an-id 422
head -c 3000000 /dev/zero >"$WORK/large"
expect_headers /api/v1/users/ 413 -X POST --data-binary "@$WORK/large" -H 'Content-Type: application/json'
head -c 40000000 /dev/zero >"$WORK/larger"
expect_headers /api/v1/users/ 413 -X POST --data-binary "@$WORK/larger" -H 'Content-Type: application/json'
rm -f "$WORK"/large*

for coding in zstd gzip; do
  expect_headers /api/v1/scenarios 200 -H "Accept-Encoding: $coding"
  grep -qi "^content-encoding: $coding" "$WORK/head" || broken "no $coding although the client takes it"
done
redirect=$(far curl -s -o /dev/null -m 5 --resolve "$site:80:10.99.0.1" -w '%{http_code} %{redirect_url}' "http://$site/health")
equal "the redirect to HTTPS" "$redirect" "308 https://$site/health"

# Not the service: the socket itself is away, so that nobody can even wait.
m systemctl stop repduel-http.socket repduel-ops.socket repduel.service 2>/dev/null
expect_headers /api/v1/energy/leaderboard 502
grep -qi '^content-type: application/problem+json' "$WORK/head" || broken "Caddy's error under /api is no problem+json"
grep -qi '^retry-after: [0-9]' "$WORK/head" || broken "Caddy's error has no Retry-After"
id=$(tr -d '\r' <"$WORK/head" | sed -n 's/^x-request-id: //Ip')
equal "status and id in the body of Caddy's error" "$(jq -r '"\(.status) \(.request_id)"' "$WORK/body")" "502 $id"
expect_headers /lifters/ada 502
grep -qi '^content-type: text/html' "$WORK/head" || broken "no page for people while the service is away"
grep -q '<h1>' "$WORK/body" || broken "the page for people is empty"
equal "Caddy's own health while the service is away" "$(far_curl -o /dev/null -w '%{http_code}' "https://$site/caddy-health")" 200
m systemctl start repduel-http.socket repduel-ops.socket repduel.service
eventually 10 ready || broken "not ready after the sockets were started again"

# Under a public name: what would be sent, as no public authority reaches this machine.
m repduel site lift.example.org --dry-run >"$WORK/public"
grep -q 'import repduel-hsts' "$WORK/public" || broken "no HSTS under a public name"
m grep -q '^	header Strict-Transport-Security max-age=31536000$' /usr/share/repduel/caddy/repduel.caddy ||
  broken "HSTS is not one year for this name alone"
m repduel site --remove >"$WORK/remove" 2>&1 || broken "repduel site --remove failed: $(tail -n 2 "$WORK/remove")"
if m grep -q repduel /etc/caddy/Caddyfile; then broken "repduel site --remove leaves its line"; fi
m systemctl --quiet is-active caddy || broken "Caddy does not run without the site"
spoiled
