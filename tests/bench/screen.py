"""The profile screen of an existing client: all its requests in parallel, for some users, each every two seconds.

screen.py API TOKENS IDS USERS SECONDS: the number of requests, how many failed, and the 95th percentile of one in
milliseconds. TOKENS and IDS are files of as many lines, the first line of both the same user.
"""

import asyncio
import sys
import time

api, tokens, ids, users, seconds = sys.argv[1:]
host, port = api.removeprefix("http://").split(":")
tokens, ids = ([line.strip() for line in open(name)] for name in (tokens, ids))
took, failed = [], 0


async def ask(connection, path, token):
    global failed
    reader, writer = connection
    began = time.perf_counter()
    writer.write(f"GET /api/v1{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    took.append((time.perf_counter() - began) * 1000)
    failed += not head.startswith(b"HTTP/1.1 200")


async def watch(number, start):
    me, token = ids[number], tokens[number]
    # Followees by chance: the screen does not care who they are.
    people = [me] + [ids[(number * 37 + step * 13) % len(ids)] for step in range(1, 20)]
    paths = ["/levels/me", "/quests/me", f"/users/{me}/following"]
    for person in people:
        paths += [f"/routine_submission/user/{person}", f"/personal_best_events/user/{person}", f"/users/{person}"]
    connections = [await asyncio.open_connection(host, int(port)) for _ in paths]
    await asyncio.sleep(start + 2 * number / int(users) - time.perf_counter())
    end = time.perf_counter() + float(seconds)
    while time.perf_counter() < end:
        began = time.perf_counter()
        await asyncio.gather(*(ask(connection, path, token) for connection, path in zip(connections, paths)))
        await asyncio.sleep(max(0, began + 2 - time.perf_counter()))


async def main():
    start = time.perf_counter() + 2
    await asyncio.gather(*(watch(number, start) for number in range(int(users))))
    took.sort()
    print(len(took), failed, round(took[len(took) * 95 // 100], 1))


asyncio.run(main())
