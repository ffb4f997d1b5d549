#!/usr/bin/env bash
# The database moved to another cluster in the old one's place (pg_upgradecluster where a newer PostgreSQL is installed,
# else a dump and a restore): it recovers by itself, and boards and ranks are equal. A fresh empty cluster in that place is
# refused, since it is not the one that this host was set up with.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/load.sh
source "$here/load.sh"

installed_machine
start_load lifts direct --seconds 2 --rate 300
end_load lifts
process=$(property repduel MainPID)
read -r old newest < <(m sh -c 'ls /usr/lib/postgresql | sort -V' | sed -n '1h;${H;x;s/\n/ /;p}')

boards() {
  near curl -sf "$api/api/v1/energy/leaderboard?limit=100" "$api/api/v1/scores/scenario/deadlift/leaderboard?limit=100" | sha256sum
  sql 'SELECT md5(string_agg(l::text, chr(10) ORDER BY id)) FROM lifts l'
  sql 'SELECT md5(string_agg(b::text, chr(10) ORDER BY user_id, exercise_id)) FROM personal_bests b'
}
as_postgres() { m runuser -u postgres -- "$@"; }
# A cluster moves to the port, and so to the socket, where the service looks for its database.
take_place() { m sh -ec 'pg_conftool "$1" "$2" set port 5432; pg_ctlcluster "$1" "$2" start' - "$1" "$2"; }
before=$(boards)

if [ "$old" != "$newest" ]; then
  m pg_upgradecluster -v "$newest" "$old" main >"$WORK/move" 2>&1 || broken "pg_upgradecluster failed: $(tail -n 3 "$WORK/move")"
  way="pg_upgradecluster from $old to $newest"
else
  m pg_createcluster -p 5433 "$newest" second --start >"$WORK/move" 2>&1
  as_postgres sh -c 'pg_dumpall | psql -q -p 5433 -d postgres' >"$WORK/restore" 2>&1
  m sh -ec 'pg_ctlcluster "$1" main stop; pg_ctlcluster "$1" second stop' - "$newest"
  equal "/health/ready without a cluster" "$(status "$api/health/ready")" 503
  take_place "$newest" second
  way="dump and restore from one cluster of $newest into another"
fi
since=$(now_ms)
eventually 5 ready || broken "not ready 5 s after the move: $(property repduel StatusText)"
figure "$way: ready $(($(now_ms) - since)) ms after the new cluster"
equal "the process after the move" "$(property repduel MainPID)" "$process"
equal "boards, lifts and bests after the move" "$(boards)" "$before"

moved=second
[ "$old" = "$newest" ] || moved=main
m pg_createcluster -p 5434 "$newest" third --start >"$WORK/third" 2>&1
as_postgres sh -c 'createuser -p 5434 repduel && createdb -p 5434 -O repduel repduel'
m sh -ec 'pg_ctlcluster "$1" "$2" stop; pg_ctlcluster "$1" third stop' - "$newest" "$moved"
take_place "$newest" third
mark=$(journal_mark)
m timeout 20 systemctl restart repduel >"$WORK/restart" 2>&1 || true
m systemctl start repduel-setup repduel-migrate >"$WORK/setup" 2>&1 || true
sleep 2
if ready; then broken "it serves from an empty cluster in the place of its own"; fi
m journalctl --sync
journal --since "$mark" -o cat | found 'not the database that I was set up with' ||
  broken "the journal does not say that it is another database: $(journal --since "$mark" -o cat | tail -n 3 | tr '\n' '|')"
equal "the tables that were made in the empty cluster" \
  "$(sql "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")" 0
m pg_ctlcluster "$newest" third stop
m pg_ctlcluster "$newest" "$moved" start
since=$(now_ms)
eventually 8 ready || broken "not ready after its own cluster came back: $(property repduel StatusText)"
figure "its own cluster back in its place: ready after $(($(now_ms) - since)) ms"
spoiled
