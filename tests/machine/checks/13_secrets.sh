#!/usr/bin/env bash
# Neither keys nor passwords nor tokens are in the process list, in what systemd shows of the units, in the environment
# of a process, in the journal, in Caddy's log or in the settings; and the files with the keys are root's alone.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine
m sed -i 's/^LOG_REQUESTS=.*/LOG_REQUESTS=all/' /etc/repduel/repduel.env
m sed -i 's/^LOG_LEVEL=.*/LOG_LEVEL=debug/' /etc/repduel/repduel.env
m systemctl restart repduel

# What a lifter's secrets leave behind, and a mistake that shows a key to whoever prints settings.
name=secret-$RANDOM$RANDOM password="sesame-$RANDOM$RANDOM$RANDOM"
account=$(jq -nc --arg n "$name" --arg p "$password" '{username: $n, email: ($n + "@example.org"), password: $p}')
far_curl "https://$site/api/v1/users/" --json "$account" >/dev/null
session=$(jq -nc --arg n "$name" --arg p "$password" '{email: ($n + "@example.org"), password: $p}')
far_curl "https://$site/api/v1/auth/login" --json "$session" -D "$WORK/head" >"$WORK/token"
token=$(jq -r .access_token "$WORK/token")
refresh=$(tr -d '\r' <"$WORK/head" | sed -n 's/^set-cookie: refresh_token=\([^;]*\).*/\1/Ip')
if [ -z "$token" ] || [ -z "$refresh" ]; then broken "could not sign in"; fi
far_curl -o /dev/null -H "Authorization: Bearer $token" -b "refresh_token=$refresh" "https://$site/api/v1/users/me"
far_curl -o /dev/null "https://$site/api/v1/auth/login" --json "${session/sesame/sesame2}"
m repduel check-config >"$WORK/config" 2>&1 || true
m repduel smoke-account >"$WORK/smoke"
smoke=$(jq -r .password "$WORK/smoke")
m repduel smoke "$api" <"$WORK/smoke" >"$WORK/smoked" 2>&1 || broken "repduel smoke failed: $(tail -n 2 "$WORK/smoked")"

# Long enough pieces of each secret; a file's last line feed is not part of it.
{
  for key in jwt_secret_key refresh_jwt_secret_key data_key; do m cat "/etc/repduel/credentials/$key" | tr -d '\n' | cut -c1-40; echo; done
  printf '%s\n' "$password" "$token" "$refresh" "$smoke"
} | grep . >"$WORK/secrets"
equal "the number of secrets" "$(wc -l <"$WORK/secrets")" 7

m journalctl --sync
m ps auxeww >"$WORK/processes"
m systemctl show 'repduel*' >"$WORK/units"
m sh -c 'for process in /proc/[0-9]*; do tr "\0" "\n" <$process/environ; tr "\0" " " <$process/cmdline; done 2>/dev/null' >"$WORK/environments" || true
m journalctl --no-pager -o export >"$WORK/journal"
m cat /var/log/caddy/repduel.log >"$WORK/caddy"
m cat /etc/repduel/repduel.env >"$WORK/settings"
for place in processes units environments journal caddy settings config smoked; do
  [ -s "$WORK/$place" ] || broken "nothing was found to search: $place"
  if grep -aqFf "$WORK/secrets" "$WORK/$place"; then broken "a secret is in: $place"; fi
done

equal "the folder of the keys" "$(m stat -c '%a %U:%G' /etc/repduel/credentials)" "700 root:root"
equal "the keys" "$(m sh -c 'stat -c "%a %U:%G" /etc/repduel/credentials/*' | sort -u)" "600 root:root"
equal "the settings" "$(m stat -c '%a %U:%G' /etc/repduel/repduel.env)" "640 root:repduel"
for user in repduel nobody caddy; do
  if m runuser -u "$user" -- cat /etc/repduel/credentials/jwt_secret_key >/dev/null 2>&1; then broken "$user can read a key"; fi
done
m runuser -u nobody -- repduel check-config >"$WORK/nobody" 2>&1 && broken "anybody can run repduel check-config"
grep -q 'sudo' "$WORK/nobody" || broken "whoever is not root is not told to use sudo: $(tail -n 2 "$WORK/nobody")"
spoiled
