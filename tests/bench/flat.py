"""Every growing list of a small and of a large server, by turns: medians in milliseconds, and what was scanned.

flat.py SMALL LARGE ROUNDS: SMALL and LARGE are "API FOLDER DSN", where FOLDER has a file `tokens` and a file `people`, whose
lines are a role and an id, and a third word where the role has one. A line for each list: flat_NAME large small.
"""

import asyncio
import statistics
import subprocess
import sys
import time
import urllib.parse

# Name, whose token, path. `{usual}` is another one of fifty each time.
LISTS = [
    ("workouts", "usual", "users/{usual}/workouts"),
    ("workouts_of_many", "usual", "users/{heavy}/workouts"),
    ("routine_submissions", "usual", "routine_submission/user/{usual}"),
    ("routine_submissions_of_many", "usual", "routine_submission/user/{heavy}"),
    ("best_events", "usual", "personal_best_events/user/{usual}"),
    ("best_events_of_many", "usual", "personal_best_events/user/{heavy}"),
    ("lifts_of_an_exercise", "usual", "scores/user/{usual}/scenario/back_squat"),
    ("records", "usual", "users/{usual}/records"),
    ("records_of_many", "usual", "users/{heavy}/records"),
    ("streaks", "usual", "users/{usual}/streaks"),
    ("streaks_of_many", "usual", "users/{heavy}/streaks"),
    ("energy_history", "usual", "energy/history/{usual}"),
    ("energy_history_of_many", "usual", "energy/history/{heavy}"),
    ("energy_daily_of_many", "usual", "energy/daily/{heavy}"),
    ("feed", "usual", "feed"),
    ("feed_of_many", "heavy", "feed"),
    ("followers", "usual", "users/{usual}/followers"),
    ("followers_of_all", "usual", "users/{famous}/followers"),
    ("followers_deep", "usual", "users/{famous}/followers?offset=4000"),
    ("following", "usual", "users/{usual}/following"),
    ("following_many", "usual", "users/{heavy}/following"),
    ("friends_of_many", "usual", "users/{heavy}/friends"),
    ("blocks", "usual", "users/me/blocks"),
    ("lookup_beginning", "usual", "users/lookup?q=synthetic-1-77"),
    ("lookup_piece", "usual", "users/lookup?q=999"),
    # Whoever has this piece lies together, behind three quarters of all names.
    ("lookup_late_piece", "usual", "users/lookup?q=-1-8"),
    # Everybody has this one, and nobody begins with it: of a part all names are read.
    ("lookup_piece_of_all", "usual", "users/lookup?q=thetic"),
    ("lookup_letter", "usual", "users/lookup?q=7"),
    ("lookup_nobody", "usual", "users/lookup?q=qzx"),
    ("guild_board", "usual", "guilds/board"),
    ("guild_board_middle", "usual", "guilds/board?after={middle}"),
    ("guilds", "usual", "guilds"),
    ("quests", "usual", "quests/me"),
    ("quests_of_many", "heavy", "quests/me"),
    ("levels", "usual", "levels/me"),
    ("levels_of_many", "heavy", "levels/me"),
    ("rank_rises", "usual", "users/me/rank-rises"),
    ("rank_rises_of_many", "heavy", "users/me/rank-rises"),
    ("judged_lifts_of_many", "heavy", "users/me/lifts/judged"),
    ("own_audit", "usual", "users/me/audit"),
    ("own_audit_of_many", "heavy", "users/me/audit"),
    ("own_exercises", "usual", "exercises/own"),
    ("routines", "usual", "routines"),
    ("board", "usual", "boards/back_squat"),
    ("board_middle", "usual", "boards/back_squat?around=5000"),
    ("board_dots", "usual", "boards/dots?sex=men"),
    ("board_of_followed", "heavy", "boards/back_squat?following=true"),
    ("energy_board", "usual", "energy/leaderboard"),
    ("energy_board_5000", "usual", "energy/leaderboard?offset=5000"),
    ("exercise_board", "usual", "scores/scenario/back_squat/leaderboard"),
    ("exercise_board_5000", "usual", "scores/scenario/back_squat/leaderboard?offset=5000"),
    ("reports_open", "moderator", "moderation/reports"),
    ("reports_closed", "moderator", "moderation/reports?closed=true"),
    ("lifts_waiting", "moderator", "moderation/lifts?state=waiting"),
    ("lifts_voided", "moderator", "moderation/lifts?state=voided"),
    ("lifts_answered", "moderator", "moderation/lifts?state=answered"),
    ("withheld_accounts", "moderator", "moderation/users"),
    ("accounts", "moderator", "admin/users"),
    ("accounts_found", "moderator", "admin/users?query=synthetic-1-777"),
    ("accounts_not_found", "moderator", "admin/users?query=qzx"),
    ("audit", "moderator", "admin/audit"),
]


class Server:
    def __init__(self, words):
        self.api, folder, self.dsn = words.split(" ", 2)
        self.people, self.tokens, self.usual = {}, {}, []
        lines = zip(open(folder + "/people"), open(folder + "/tokens"))
        for (role, person, *more), token in ((line.split(), token.strip()) for line, token in lines):
            self.people[role] = more[0] if more else person
            self.tokens[role] = token
            if role.startswith("usual"):
                self.usual.append(role)

    async def connect(self):
        host, port = self.api.removeprefix("http://").split(":")
        self.reader, self.writer = await asyncio.open_connection(host, int(port))

    async def get(self, role, path, number):
        usual = self.usual[number % len(self.usual)]
        # Somebody else than whose list it is.
        token = self.tokens[self.usual[(number + 1) % len(self.usual)] if role == "usual" else role]
        path = path.format(**{**self.people, "usual": self.people[usual]})
        began = time.perf_counter()
        self.writer.write(f"GET /api/v1/{path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        await self.reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(f"GET /{path}: {head.splitlines()[0].decode()}")
        return (time.perf_counter() - began) * 1000

    def scans(self):
        sql = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE n_live_tup >= 10000 AND relname NOT LIKE 'bench%'"
        said = subprocess.run(["psql", "-XAtqc", sql, self.dsn], check=True, capture_output=True, text=True).stdout
        return dict(line.split("|") for line in said.split())


async def main():
    small, large, rounds = Server(sys.argv[1]), Server(sys.argv[2]), int(sys.argv[3])
    await small.connect()
    await large.connect()
    for name, role, path in LISTS:
        before = large.scans()
        took = {small: [], large: []}
        for number in range(rounds + 5):
            for server in (small, large):
                milliseconds = await server.get(role, path, number)
                if number >= 5:
                    took[server].append(milliseconds)
        print(f"flat_{name} {statistics.median(took[large]):.2f} {statistics.median(took[small]):.2f}", flush=True)
        # PostgreSQL tells its statistics within a second.
        await asyncio.sleep(1.2)
        for table, number in large.scans().items():
            if number != before.get(table):
                print(f"flat: {name} scans {table}", file=sys.stderr)
                scanned.append(name)


scanned = []
asyncio.run(main())
print(f"flat_lists_that_scan {len(set(scanned))} -")
