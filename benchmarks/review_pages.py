"""How long each review page takes: median and slowest of a number of requests over a published store, one at a time.

Run: python -m benchmarks.review_pages STORE [--write]. It works on a copy of the store and its key; the inbox is a new one.
With --write the table goes to benchmarks/PAGES.md. Exits with 1 where a page takes 300 ms or more at the median.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn

from linkage.review.app import DEMONSTRATION, build
from linkage.review.desk import Desk
from linkage.settings import Settings, load

PASSWORD = "a long enough sentence"
TIMES = 25
LONGEST = 300  # milliseconds at the median: what a page may take


def main(store: Path, *, write: bool) -> int:
    """Print a table of role, page, median and slowest in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        for file in (store, store.with_name(store.name + ".key")):
            shutil.copy(file, Path(folder) / file.name)
        told = load()
        review = {**told.table("review"), "requests_per_minute": 10**6, "sign_ins_per_minute": 10**6}
        desk = Desk(Path(folder) / store.name, Settings({**told.values, "review": review}))
        for account in DEMONSTRATION:
            desk.accounts.add(account, PASSWORD)
        address = serve(desk)
        row = desk.published.rows(
            "SELECT count(DISTINCT person_id) AS people FROM store.person_member WHERE known_to IS NULL"
        )[0]
        pages = [
            page for name in ("olive", "sena", "dudley", "audrey", "adam") for page in measure(desk, address, name)
        ]
    lines = [
        "# Review pages", "",
        f"Made by `python -m benchmarks.review_pages STORE --write`, {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, "
        f"others at work on them (load {os.getloadavg()[0]:.0f}).", "",
        f"The store of a published night: {row['people']:,} people, {len(desk.published.questions())} questions, "
        f"{store.stat().st_size / 1e6:.0f} MB. {TIMES} requests a page, one at a time; milliseconds.", "",
        "| role | page | median | slowest |", "| --- | --- | ---: | ---: |",
        *(f"| {role} | {path} | {statistics.median(times):.0f} | {max(times):.0f} |" for role, path, times in pages), "",
    ]  # fmt: skip
    print("\n".join(lines))
    if write:
        (Path(__file__).parent / "PAGES.md").write_text("\n".join(lines), encoding="utf-8")
    return int(any(statistics.median(times) >= LONGEST for _, _, times in pages))


def serve(desk: Desk) -> str:
    """Serve in a thread; gives the address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build(desk), log_level="warning", access_log=False))
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
    while not server.started:
        time.sleep(0.02)
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def measure(desk: Desk, address: str, name: str) -> list[tuple[str, str, list[float]]]:
    """Time every page that a role finds in its menu, and pages behind each: role, page, milliseconds of each request."""
    with httpx.Client(base_url=address, timeout=60) as client:
        form = hidden(client.get("/sign-in").text, "form")
        home = client.post("/sign-in", data={"name": name, "password": PASSWORD, "form": form}).headers["location"]
        menu = re.findall(r'app-menu__link" href="([^"]+)"', client.get(home).text)
        more = {path: path for path in menu}
        if "/nights" in menu:
            more[f"/nights/{desk.published.night}"] = "/nights/… (one night)"
        if name == "olive":
            more |= _questions(desk, client)
        if name == "dudley":
            found = re.findall(r'href="(/exceptions/X[^"]+)"', client.get("/exceptions").text)[:3]
            more |= {path: f"/exceptions/… ({n} of 3)" for n, path in enumerate(found, start=1)}
        return [(name, shown, [timed(client, path) for _ in range(TIMES)]) for path, shown in more.items()]


def _questions(desk: Desk, client: httpx.Client) -> dict[str, str]:
    """The first question of the worklist, judged, and that of the most records, taken."""
    csrf = {"csrf": hidden(client.get("/questions").text, "csrf")}
    first = client.post("/questions/next", data=csrf).headers["location"]
    seen = hidden(client.get(first).text, "evidence")
    client.post(
        f"{first}/verdict", data={**csrf, "evidence": seen, "outcome": "same", "reason": "names_and_birth", "note": ""}
    )
    records = {q: sum(map(len, told["groups"])) for q, told in desk.published.questions().items()}
    largest = max(records, key=lambda q: (records[q], q))
    client.post(f"/questions/{largest}/take", data=csrf)
    return {
        first: "/questions/… (first, judged)",
        f"/questions/{largest}": f"/questions/… ({records[largest]} records)",
        "/questions?reason=sample&page=2": "/questions (filtered, page 2)",
    }


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[0]


def timed(client: httpx.Client, path: str) -> float:
    """Milliseconds of one request."""
    start = time.perf_counter()
    client.get(path).raise_for_status()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    sys.exit(main(given.store, write=given.write))
