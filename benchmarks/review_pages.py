"""How long each review page takes: median and slowest of a number of requests over a published store, one at a time.

Run: python -m benchmarks.review_pages STORE. It works on a copy of the store and its key; the inbox is a new one.
"""

from __future__ import annotations

import re
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import uvicorn

from linkage.review.app import DEMONSTRATION, build
from linkage.review.desk import Desk
from linkage.settings import Settings, load

PASSWORD = "a long enough sentence"
TIMES = 25


def main(store: Path) -> None:
    """Print one line a page: role, path, median and slowest in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        for file in (store, store.with_name(store.name + ".key")):
            shutil.copy(file, Path(folder) / file.name)
        told = load()
        review = {**told.table("review"), "requests_per_minute": 10**6, "sign_ins_per_minute": 10**6}
        desk = Desk(Path(folder) / store.name, Settings({**told.values, "review": review}))
        for account in DEMONSTRATION:
            desk.accounts.add(account, PASSWORD)
        address = serve(desk)
        print(f"questions: {len(desk.published.questions())}; store: {store.stat().st_size / 1e6:.0f} MB")
        for name in ("olive", "dudley", "audrey", "adam"):
            measure(address, name)


def serve(desk: Desk) -> str:
    """Serve in a thread; gives the address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build(desk), log_level="warning", access_log=False))
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
    while not server.started:
        time.sleep(0.02)
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def measure(address: str, name: str) -> None:
    """Time every page that a role finds in its menu, and the first page behind each."""
    with httpx.Client(base_url=address, timeout=60) as client:
        form = hidden(client.get("/sign-in").text, "form")
        home = client.post("/sign-in", data={"name": name, "password": PASSWORD, "form": form}).headers["location"]
        menu = re.findall(r'app-menu__link" href="([^"]+)"', client.get(home).text)
        more = []
        if name == "olive":
            token = hidden(client.get("/questions").text, "csrf")
            more = [client.post("/questions/next", data={"csrf": token}).headers["location"]]
        if name == "dudley":
            more = re.findall(r'href="(/exceptions/X[^"]+)"', client.get("/exceptions").text)[:3]
        for path in (*menu, *more):
            times = [timed(client, path) for _ in range(TIMES)]
            print(f"{name:8} {path:28} median {statistics.median(times):6.0f} ms   slowest {max(times):6.0f} ms")


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[0]


def timed(client: httpx.Client, path: str) -> float:
    """Milliseconds of one request."""
    start = time.perf_counter()
    client.get(path).raise_for_status()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main(Path(sys.argv[1]))
