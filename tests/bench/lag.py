"""How long after its answer a lift taken by one process stands on another one's board: median and worst, in milliseconds.

lag.py FIRST SECOND TOKENS IDS: the two processes' addresses, and the same lifters' tokens and ids, a line each.
"""

import http.client
import json
import statistics
import sys
import time

first, second = (http.client.HTTPConnection(url.removeprefix("http://")) for url in sys.argv[1:3])
tokens, ids = (open(name).read().split() for name in sys.argv[3:5])


def ask(connection, method, path, body=None, token=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection.request(method, path, body and json.dumps(body), headers)
    return json.loads(connection.getresponse().read())


took = []
for turn in range(100):
    place = f"/api/v1/boards/overhead_press/users/{ids[turn]}"
    heavier = ask(second, "GET", place)["value"] + 1
    ask(first, "POST", "/api/v1/scores/scenario/overhead_press", {"weight_lifted": heavier}, tokens[turn])
    began = time.perf_counter()
    while ask(second, "GET", place)["value"] != heavier:
        if time.perf_counter() - began > 5:
            sys.exit(f"lag.py: a lift of lifter {ids[turn]} did not arrive")
    took.append((time.perf_counter() - began) * 1000)
print(f"{statistics.median(took):.0f} {max(took):.0f}")
