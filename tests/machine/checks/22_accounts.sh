#!/usr/bin/env bash
# As shipped: nobody registers without an invitation, an operator makes the first admin, limits go by the address that
# Caddy saw, and keys rotate without signing anybody out.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine
spoiled
as_shipped
ask() { far_curl -H 'Content-Type: application/json' "$@"; }
code() { ask -o /dev/null -w '%{http_code}' "$@"; }
expect() { equal "the answer to $2" "$(code "${@:3}")" "$1"; }
base=https://$site/api/v1 password=$(head -c 12 /dev/urandom | base64)
account() { jq -nc --arg n "$1" --arg p "$password" --arg i "${2:-}" '{username: $n, email: ($n + "@example.org"), password: $p, invite: $i}'; }

equal "who may register" "$(ask "$base/site" | jq -r .registration)" invite
expect 403 "a registration without an invitation" "$base/users/" -d "$(account ada)"

link=$(m repduel user create --admin boss boss@example.org 2>"$WORK/create") || broken "no admin was made: $(cat "$WORK/create")"
found '#token=' <<<"$link" || broken "no link was printed: $link"
body=$(jq -nc --arg t "${link#*#token=}" --arg p "$password" '{token: $t, password: $p}')
expect 204 "the link for the first password" "$base/auth/reset-password" -d "$body"
expect 400 "the same link again" "$base/auth/reset-password" -d "$body"
tokens=$(ask "$base/auth/login" -d "$(jq -nc --arg p "$password" '{username: "boss", password: $p, grant: "token"}')")
access=$(jq -r .access_token <<<"$tokens") refresh=$(jq -r .refresh_token <<<"$tokens")
expect 200 "the admin's list of accounts" "$base/admin/users" -H "Authorization: Bearer $access"
invite=$(ask "$base/invites" -X POST -H "Authorization: Bearer $access" | jq -r .code)
expect 201 "a registration with an invitation" "$base/users/" -d "$(account ada "$invite")"
m repduel user list | found 'ada@example.org' || broken "the operator's list lacks the new account"
for secret in "${link#*#token=}" "$invite" "$access" "$refresh" "$password"; do
  ! m journalctl --no-pager -q | found -F -- "$secret" || broken "a secret stands in the journal"
done

# Sixty at once from outside are as many as the limit lets through; another address is not touched.
passed=$(far_curl -Z --parallel-max 60 -o /dev/null -w '%{http_code}\n' "$base/energy/leaderboard?limit=[1-60]" | grep -c '^200' || true)
at_least "the requests of a burst that pass" "$passed" 15
at_most "the requests of a burst that pass" "$passed" 40
forged=$(far_curl -Z --parallel-max 60 -H 'X-Forwarded-For: 192.0.2.1' -o /dev/null -w '%{http_code}\n' \
  "$base/energy/leaderboard?limit=[1-60]" | grep -c '^200' || true)
at_most "the requests that a forged address lets pass" "$forged" 40
equal "the answer to another address" "$(near curl -sk --resolve "$site:443:127.0.0.1" -o /dev/null -w '%{http_code}' "$base/energy/leaderboard")" 200
figure "of 60 requests at once from outside $passed pass"

m repduel rotate-keys >"$WORK/rotate" 2>&1 || broken "the keys were not rotated: $(cat "$WORK/rotate")"
m systemctl restart repduel
eventually 20 ready || broken "not ready after the rotation"
expect 200 "an access token of before" "$base/users/me" -H "Authorization: Bearer $access"
renewed=$(ask "$base/auth/refresh" -d "$(jq -nc --arg t "$refresh" '{refresh_token: $t}')" | jq -r .refresh_token)
[ "${#renewed}" -gt 20 ] || broken "a refresh token of before is not taken"
! m repduel rotate-keys >"$WORK/rotate" 2>&1 || broken "a second rotation that signs people out was not refused"
found 'sign-out' <"$WORK/rotate" || broken "the refusal does not say what to do: $(cat "$WORK/rotate")"
m repduel rotate-keys --sign-out refresh access >/dev/null || broken "the keys were not rotated a second time"
m repduel rotate-keys data >"$WORK/rotate" 2>&1 || broken "the data key was not rotated: $(cat "$WORK/rotate")"
m systemctl restart repduel
eventually 20 ready || broken "not ready after the second rotation"
expect 401 "an access token of two keys before" "$base/users/me" -H "Authorization: Bearer $access"
expect 200 "a refresh token of the key before" "$base/auth/refresh" -d "$(jq -nc --arg t "$renewed" '{refresh_token: $t}')"
