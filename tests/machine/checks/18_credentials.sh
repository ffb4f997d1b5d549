#!/usr/bin/env bash
# Secrets encrypted with a key of the host: nothing plain is left, it serves, the same sessions go on, and commands by
# root still read them. A key that cannot be decrypted is named. A database by TCP works with the drop-in for that.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"

installed_machine
spoiled
m repduel smoke-account >"$WORK/account"
token() { near curl -sf "$api/api/v1/auth/login" --json @- <"$WORK/account" | jq -r .access_token; }
me() { near curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $1" "$api/api/v1/users/me"; }
before=$(token)
equal "the answer to a token" "$(me "$before")" 200

m repduel encrypt-credentials >"$WORK/encrypt" 2>&1 || broken "repduel encrypt-credentials failed: $(tail -n 3 "$WORK/encrypt")"
equal "what is left in plain" "$(m sh -c 'ls /etc/repduel/credentials')" ""
equal "the number of encrypted secrets" "$(m sh -c 'ls /etc/repduel/credentials.encrypted | wc -l')" 3
m systemctl restart repduel
eventually 5 ready || broken "not ready with encrypted secrets: $(property repduel StatusText)"
equal "the answer to a token made before" "$(me "$before")" 200
m repduel check-config >"$WORK/config" 2>&1 || broken "repduel check-config fails: $(tail -n 1 "$WORK/config")"
grep -q '^DATA_KEY=(hidden, .*(credential)' "$WORK/config" || broken "repduel check-config does not see the encrypted secrets"
m systemctl start repduel-setup repduel-migrate || broken "setup or migrate fail with encrypted secrets"
equal "what setup made beside the encrypted secrets" "$(m sh -c 'ls /etc/repduel/credentials')" ""

# A key that was rotated in plain counts at once, and the plain file is told of until it is encrypted.
m sh -c 'umask 077; tr -dc a-f0-9 </dev/urandom | head -c 96 >/etc/repduel/credentials/jwt_secret_key'
m repduel check-config >"$WORK/config" 2>&1 || broken "repduel check-config fails: $(tail -n 1 "$WORK/config")"
grep -q 'JWT_SECRET_KEY: lies in plain' "$WORK/config" || broken "a secret in plain beside its encrypted form is not told of"
m systemctl restart repduel
eventually 5 ready || broken "not ready with a rotated key: $(property repduel StatusText)"
equal "the answer to a token of the key before" "$(me "$before")" 401
equal "the answer to a token of the rotated key" "$(me "$(token)")" 200

# A database that is reached by TCP and knows a password: the way to another host.
password=squat$RANDOM$RANDOM
sql "ALTER ROLE repduel PASSWORD '$password'"
for unit in repduel repduel-migrate; do
  m install -D -m 644 /usr/share/repduel/systemd/remote-database.conf "/etc/systemd/system/$unit.service.d/remote-database.conf"
done
m sh -c "umask 077; printf 'postgresql://repduel:$password@10.99.0.1/repduel?sslmode=disable' >/etc/repduel/credentials/database_url"
m sh -c 'echo "host repduel repduel 10.99.0.0/24 scram-sha-256" >>$(ls -d /etc/postgresql/*/main)/pg_hba.conf
  echo "listen_addresses = '"'*'"'" >>$(ls -d /etc/postgresql/*/main)/postgresql.conf'
m systemctl restart postgresql
m repduel encrypt-credentials >"$WORK/encrypt" 2>&1 || broken "encrypting one more secret failed: $(tail -n 3 "$WORK/encrypt")"
m systemctl daemon-reload
m systemctl start repduel-migrate || broken "repduel-migrate cannot reach a database by TCP: $(m journalctl -q -u repduel-migrate -n 2 -o cat)"
m systemctl restart repduel
eventually 5 ready || broken "not ready with a database by TCP: $(property repduel StatusText)"
equal "connections by TCP" "$(sql "SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'repduel' AND client_addr IS NOT NULL")" t
if m journalctl --no-pager -o export | grep -aq "$password"; then broken "the database's password is in the journal"; fi

m sh -c 'echo nonsense >/etc/repduel/credentials.encrypted/data_key'
m repduel check-config >"$WORK/config" 2>&1 && broken "repduel check-config takes a secret that cannot be decrypted"
grep -q 'data_key: cannot be decrypted' "$WORK/config" || broken "the secret that cannot be decrypted is not named: $(tail -n 1 "$WORK/config")"
