#!/usr/bin/env bash
# Taken ports are told by apt, with who has them. Snippets that Caddy refuses stay out, and the old ones in force.
# Removed, it keeps data and configuration, and Caddy serves others; purged, it keeps database, uploads and keys and says
# how to be rid of them; installed again, it serves the same lifters.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/load.sh
source "$here/load.sh"

fresh_machine
m systemd-run -q --unit=squatter python3 -m http.server --bind 127.0.0.1 9999 2>/dev/null ||
  m systemd-run -q --unit=squatter sh -c 'exec perl -MIO::Socket::INET -e "\$s = IO::Socket::INET->new(LocalAddr => q(127.0.0.1:9999), Listen => 5) or die; sleep 1000"'
eventually 5 m sh -c 'ss -Hltn "sport = :9999" | grep -q .' || broken "nothing took port 9999"
apt_install "$DEB" || broken "apt-get install fails because a port is taken: $(tail -n 5 "$WORK/apt")"
grep -q 'port 9999 is taken by' "$WORK/apt" || broken "apt-get does not say that port 9999 is taken"
command=$(tr -d '\r' <"$WORK/apt" | sed -n 's/.*once it is free: \(systemctl start .*\)/\1/p' | head -n 1)
[ -n "$command" ] || broken "apt-get names no command for when the port is free"
m systemctl stop squatter
m sh -c "$command" || broken "the command that apt-get named fails: $command"
eventually 10 ready || broken "not ready after the command that apt-get named"

m repduel site "$site" --internal-tls >"$WORK/site" 2>&1 || broken "repduel site failed: $(tail -n 5 "$WORK/site")"
grep -q '^+ import /etc/caddy/repduel.caddy' "$WORK/site" || broken "repduel site does not show what it changes"
eventually 15 far_curl -f -o /dev/null "https://$site/health" || broken "Caddy does not serve the site"
start_load lifts direct --seconds 1 --rate 100 --lifters 2
end_load lifts

# A site that another file has already is refused, and both files stay as they are.
caddyfiles() { m sh -c 'cat /etc/caddy/Caddyfile /etc/caddy/repduel.caddy | sha256sum'; }
m sh -c 'printf "taken.test {\n\ttls internal\n\trespond taken\n}\n" >>/etc/caddy/Caddyfile'
kept=$(caddyfiles)
m repduel site taken.test --internal-tls >"$WORK/taken" 2>&1 && broken "repduel site takes a name that Caddy refuses"
grep -q 'both files are as they were' "$WORK/taken" || broken "repduel site does not say what Caddy refused: $(tail -n 1 "$WORK/taken")"
equal "Caddy's files after a refusal" "$(caddyfiles)" "$kept"
m repduel site 'a b {' >"$WORK/bad" 2>&1 && broken "repduel site takes what is no name"
equal "Caddy's files after a bad name" "$(caddyfiles)" "$kept"

# Snippets that Caddy refuses: the package with one more line in them.
tree=$WORK/refused version=$(dpkg-deb -f "$DEB" Version)
dpkg-deb -R "$DEB" "$tree"
sed -i "s/^Version: .*/Version: ${version%-1}.9-1/" "$tree/DEBIAN/control"
snippet=usr/share/repduel/caddy/repduel.caddy
sed -i 's/^(repduel-site) {/&\n\tno_such_directive/' "$tree/$snippet"
dpkg-deb --root-owner-group -Znone -b "$tree" "$WORK/refused.deb" >/dev/null
apt_install "$WORK/refused.deb" || broken "apt-get install fails because Caddy refuses a snippet: $(tail -n 5 "$WORK/apt")"
grep -q 'Caddy refuses' "$WORK/apt" || broken "apt-get does not say that Caddy refuses the new snippets"
if m grep -q no_such_directive "/$snippet"; then broken "the refused snippet is in force"; fi
m systemctl restart caddy || broken "Caddy does not start after an upgrade with snippets that it refuses"
eventually 15 far_curl -f -o /dev/null "https://$site/health" || broken "Caddy does not serve the site after such an upgrade"
apt_install "$DEB" || broken "the downgrade failed: $(tail -n 5 "$WORK/apt")"

# Removed, purged, installed again.
state() { m sh -c 'sha256sum /etc/repduel/credentials/* /var/lib/repduel/installation-id'; }
m sh -c 'echo picture >/var/lib/repduel/static/ada.webp; echo "# by hand" >>/etc/repduel/repduel.env'
kept=$(state) lifts=$(sql 'SELECT count(*) FROM lifts')
m env DEBIAN_FRONTEND=noninteractive apt-get remove -y -q repduel >"$WORK/remove" 2>&1 || broken "apt-get remove failed: $(tail -n 3 "$WORK/remove")"
equal "what apt-get remove left" "$(state)" "$kept"
m grep -q '# by hand' /etc/repduel/repduel.env || broken "apt-get remove took the configuration"
[ -z "$(m ss -Hltn 'sport = :9999')" ] || broken "port 9999 still listens after apt-get remove"
m systemctl restart caddy || broken "Caddy does not start once the package is removed"
m env DEBIAN_FRONTEND=noninteractive apt-get purge -y -q repduel >"$WORK/purge" 2>&1 || broken "apt-get purge failed: $(tail -n 3 "$WORK/purge")"
equal "what apt-get purge left" "$(state)" "$kept"
equal "the upload after apt-get purge" "$(m cat /var/lib/repduel/static/ada.webp)" picture
equal "the lifts after apt-get purge" "$(sql 'SELECT count(*) FROM lifts')" "$lifts"
for word in dropdb /var/lib/repduel /etc/repduel; do
  grep -q "$word" "$WORK/purge" || broken "apt-get purge does not say how to remove what it keeps: $word"
done
apt_install "$DEB" || broken "installing it again failed: $(tail -n 5 "$WORK/apt")"
eventually 10 ready || broken "not ready after purge and installation: $(property repduel StatusText)"
equal "keys and id after purge and installation" "$(state)" "$kept"
equal "the lifts after purge and installation" "$(sql 'SELECT count(*) FROM lifts')" "$lifts"
spoiled
