#!/usr/bin/env bash
# From another network only the ports 22, 80 and 443 answer, nothing of the operators' listener is reached through
# Caddy, and what a client says of its own address or request id is not believed.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine
# Nothing but this machine's own port 53 could be slow to refuse: all 65535, one after the other.
far bash -c 'for ((port = 1; port < 65536; port++)); do
  if : <>"/dev/tcp/10.99.0.1/$port"; then echo $port; fi 2>/dev/null
done' >"$WORK/open" 2>/dev/null
equal "the ports that answer" "$(xargs <"$WORK/open")" "22 80 443"
# QUIC, and nothing else that takes datagrams from outside.
equal "the UDP ports that listen" "$(m ss -Hlun | awk '$4 !~ /^(127\.|\[::1\])/ { sub(/.*:/, "", $4); print $4 }' | sort -un | xargs)" 443

for path in /metrics /health/../metrics /api/docs /api-docs/openapi.json //metrics /%2e%2e/metrics; do
  code=$(far_curl --path-as-is -o "$WORK/body" -w '%{http_code}' "https://$site$path")
  [ "$code" != 200 ] || broken "https://$site$path answers 200"
  if grep -q '^# TYPE' "$WORK/body"; then broken "figures are served at https://$site$path"; fi
done
for host in 127.0.0.1:9998 localhost:9998 10.99.0.1; do
  far curl -sk -m 5 --resolve "$site:443:10.99.0.1" -H "Host: $host" "https://$site/metrics" >"$WORK/body" || true
  if grep -q '^# TYPE' "$WORK/body"; then broken "figures are served for Host: $host"; fi
done
equal "Caddy's own health" "$(far_curl -o /dev/null -w '%{http_code}' "https://$site/caddy-health")" 200

m sed -i 's/^LOG_REQUESTS=.*/LOG_REQUESTS=all/' /etc/repduel/repduel.env
m systemctl reload repduel
sleep 0.3
mark=$(journal_mark)
forged=203.0.113.77
far_curl -o "$WORK/body" -D "$WORK/head" -H "X-Forwarded-For: $forged" -H "X-Real-IP: $forged" -H "Forwarded: for=$forged" \
  -H "X-Request-ID: forged-$forged" -H "X-Forwarded-Host: $forged" -H "X-Forwarded-Proto: http" \
  "https://$site/api/v1/users/me" || broken "no answer to a request with forged headers"
if grep -q "$forged" "$WORK/head" "$WORK/body"; then broken "a forged header comes back in the answer"; fi
id=$(tr -d '\r' <"$WORK/head" | sed -n 's/^x-request-id: //Ip')
[ -n "$id" ] || broken "the answer has no X-Request-ID"
equal "how often X-Request-ID is in the answer" "$(wc -l <<<"$id")" 1
m journalctl --sync
journal --since "$mark" -o json REQUEST_ID="$id" >"$WORK/lines"
[ -s "$WORK/lines" ] || broken "the journal has no line about the request $id"
if journal --since "$mark" -o export | grep -aq "$forged"; then broken "the journal believes a forged header"; fi
m sed -i 's/^LOG_REQUESTS=.*/LOG_REQUESTS=errors/' /etc/repduel/repduel.env
m systemctl reload repduel
sleep 0.3
