"""How long a wrong login takes for an e-mail that has an account and for one that has none: medians in milliseconds."""

import json
import statistics
import sys
import time
import urllib.error
import urllib.request

url, times = sys.argv[1] + "/api/v1/auth/login", int(sys.argv[2])
took = {"bench@example.org": [], "nobody@example.org": []}
for turn in range(times):
    for email, list_of_times in took.items():
        body = json.dumps({"email": email, "password": "wrong horse battery"}).encode()
        headers = {"Content-Type": "application/json", "X-Forwarded-For": f"198.51.{turn % 250}.7"}
        began = time.perf_counter()
        try:
            urllib.request.urlopen(urllib.request.Request(url, body, headers))
        except urllib.error.HTTPError as refusal:
            if refusal.code != 401:
                continue
        list_of_times.append((time.perf_counter() - began) * 1000)
print(*(f"{statistics.median(list_of_times):.2f}" for list_of_times in took.values()))
