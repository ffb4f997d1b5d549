#!/usr/bin/env bash
# HTTP/3: Caddy offers it (Alt-Svc), listens for it (UDP), and answers it.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine
far_curl -o /dev/null -D "$WORK/head" "https://$site/health"
grep -qi '^alt-svc:.*h3=":443"' "$WORK/head" || broken "no Alt-Svc with h3: $(xargs -d '\r\n' <"$WORK/head")"
grep -q '^HTTP/2 200' "$WORK/head" || broken "not HTTP/2 to a client that can: $(head -n 1 "$WORK/head")"
m ss -Hlun 'sport = :443' | found . || broken "nobody listens on UDP port 443"
far "$CLIENTS/h3get" "https://$site/health" --resolve "$site:10.99.0.1" --ca "$authority" >"$WORK/answer" 2>&1 ||
  broken "no answer over HTTP/3: $(tail -n 1 "$WORK/answer")"
equal "the answer over HTTP/3" "$(head -n 1 "$WORK/answer" | cut -d' ' -f1,2)" "HTTP/3 200"
grep -qi '^x-request-id: .' "$WORK/answer" || broken "the answer over HTTP/3 has no X-Request-ID"
grep -q '"status":"ok"' "$WORK/answer" || broken "the answer over HTTP/3 is not that of /health"
