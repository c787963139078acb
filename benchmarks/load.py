"""Twenty people at once on the review pages while a night runs and is published: nothing refused, lost or out of date.

Run: python -m benchmarks.load [--people N] [--seed N]. Eight officers and seniors, ten practitioners of two hubs, an auditor
and an administrator walk the pages, take questions, give verdicts and answer exceptions without a pause, before, during
and after a second night that runs as a process of its own. Prints one figure a line; exits with 1 where anything failed.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx

from benchmarks.review_pages import PASSWORD, hidden, serve
from linkage.report.dates import spoken
from linkage.review.accounts import Account, Role
from linkage.review.desk import Desk
from linkage.settings import Settings, load

HUBS = ("E08000027", "E08000028")
PEOPLE = [
    *(Account(f"officer{n}", f"Officer{n} Loadtest-Reader", Role.OFFICER) for n in range(5)),
    *(Account(f"senior{n}", f"Senior{n} Loadtest-Reader", Role.SENIOR) for n in range(3)),
    *(Account(f"hub{n}", f"Hub{n} Loadtest-Reader", Role.HUB, HUBS[n % 2]) for n in range(10)),
    Account("auditor", "Auditor Loadtest-Reader", Role.AUDITOR),
    Account("administrator", "Administrator Loadtest-Reader", Role.ADMINISTRATOR),
]
PEOPLE_LIVING, SEED = 3000, 20261125
SECONDS_AFTER = 10
"""How long the twenty go on after the night is published."""


@dataclass
class Told:
    """What the twenty saw. asked: seconds of every request; faults: what should not have happened, by kind."""

    asked: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    verdicts: int = 0
    answers: int = 0
    look_again: int = 0
    published: float = float("inf")
    new_night: str = ""
    held: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Somebody:
    """One of the twenty: signed in, and walking until told to stop."""

    def __init__(self, address: str, account: Account, told: Told, stop: threading.Event) -> None:
        self.client = httpx.Client(base_url=address, timeout=60)
        self.account, self.told, self.stop = account, told, stop
        self.draw = random.Random(account.name)
        form = hidden(self.client.get("/sign-in").text, "form")
        self.home = self.client.post(
            "/sign-in", data={"name": account.name, "password": PASSWORD, "form": form}
        ).headers["location"]

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.walk()
        except Exception as error:
            with self.told.lock:
                self.told.faults[f"{self.account.role.value}: {type(error).__name__}"] += 1

    def walk(self) -> None:
        menu = re.findall(r'app-menu__link" href="([^"]+)"', self.get(self.home))
        self.get(self.draw.choice(menu))
        if self.account.role in (Role.OFFICER, Role.SENIOR):
            self.read_a_question()
        if self.account.role is Role.HUB:
            self.answer_an_exception()

    def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        begun = time.monotonic()
        answer = self.client.request(method, path, data=data)
        taken = time.monotonic() - begun
        with self.told.lock:
            self.told.asked.append(taken)
            if answer.status_code >= 500 or answer.status_code in (401, 403, 429):
                self.told.faults[f"refused with {answer.status_code}"] += 1
            page = answer.status_code == 200 and "app-header__night" in answer.text
            if page and begun > self.told.published and self.told.new_night not in answer.text:
                self.told.faults["a page of the night before, after the publication"] += 1
        return answer

    def get(self, path: str) -> str:
        return self.ask("GET", path).text

    def read_a_question(self) -> None:
        token = hidden(self.get("/questions"), "csrf")
        path = self.ask("POST", "/questions/next", {"csrf": token}).headers["location"]
        if not path.startswith("/questions/Q"):
            return
        with self.told.lock:
            if path in self.told.held:
                self.told.faults["two people with one question"] += 1
            self.told.held[path] = self.account.name
        page = self.get(path)
        evidence = re.findall(r'name="evidence" value="([^"]*)"', page)
        told = {
            "csrf": token,
            "outcome": self.draw.choice(["same", "cannot_tell"]),
            "reason": "names_and_birth",
            "note": "",
        }
        with (
            self.told.lock
        ):  # given up before it is judged: once it is settled somebody else may get it as second reader
            del self.told.held[path]
        said = self.ask("POST", f"{path}/verdict", {**told, "evidence": evidence[0]}) if evidence else None
        with self.told.lock:
            kept = said is not None and said.status_code == 303
            self.told.verdicts += kept
            self.told.look_again += not kept

    def answer_an_exception(self) -> None:
        listed = self.get("/exceptions")
        references = re.findall(r'href="/exceptions/(X[^"]+)"', listed)
        if not references:
            return
        path = f"/exceptions/{self.draw.choice(references)}"
        page = self.get(path)
        evidence = re.findall(r'name="evidence" value="([^"]*)"', page)
        if not evidence:
            return  # a notice, or one that the new night resolved
        told = {"csrf": hidden(listed, "csrf"), "code": "already_known", "note": "", "evidence": evidence[0]}
        said = self.ask("POST", f"{path}/answer", told)
        with self.told.lock:
            self.told.answers += said.status_code == 303
            self.told.look_again += said.status_code != 303


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=PEOPLE_LIVING)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told, kept = measure(Path(folder), given.people, given.seed)
    for what, number in figures(told, kept).items():
        print(f"{what}: {number}")
    return int(bool(told.faults) or kept != (told.verdicts, told.answers))


def measure(work: Path, people: int, seed: int) -> tuple[Told, tuple[int, int]]:
    """What the twenty saw, and how many verdicts and answers the inbox holds in the end."""
    _linkage("simulate", "--people", str(people), "--nights", "2", "--seed", str(seed), "--out", str(work))
    nights = sorted(f.name for f in (work / "landing").iterdir())
    _night(work, nights[0])
    desk = Desk(work / "store.duckdb", _patient())
    for account in PEOPLE:
        desk.accounts.add(account, PASSWORD)
    address, stop = serve(desk), threading.Event()
    told = Told()
    everybody = [Somebody(address, account, told, stop) for account in PEOPLE]
    told.new_night = spoken(date.fromisoformat(nights[1]))
    threads = [threading.Thread(target=one.run) for one in everybody]
    for thread in threads:
        thread.start()
    watcher = threading.Thread(target=_watch, args=(work / "store.duckdb", told, stop), daemon=True)
    watcher.start()
    _night(work, nights[1])
    time.sleep(SECONDS_AFTER)
    stop.set()
    for thread in threads:
        thread.join(120)
    if told.published == float("inf"):
        told.faults["the second night was not seen to be published"] += 1
    verdicts = desk.inbox.read("SELECT count(*) FROM verdict")[0][0]
    answers = desk.inbox.read("SELECT count(*) FROM answer")[0][0]
    return told, (verdicts, answers)


def _watch(store: Path, told: Told, stop: threading.Event) -> None:
    first = store.stat().st_ino
    while not stop.is_set():
        if store.stat().st_ino != first:
            told.published = time.monotonic()
            return
        time.sleep(0.005)


def figures(told: Told, kept: tuple[int, int]) -> dict[str, str]:
    """What assurance.md shows: words and number."""
    asked = sorted(told.asked)
    return {
        "people at once": str(len(PEOPLE)),
        "requests": f"{len(asked):,}",
        "median and 95th of a hundred, milliseconds": f"{statistics.median(asked) * 1000:.0f}, {asked[int(len(asked) * 0.95)] * 1000:.0f}",
        "verdicts given, kept in the inbox": f"{told.verdicts}, {kept[0]}",
        "answers given, kept in the inbox": f"{told.answers}, {kept[1]}",
        "asked to look again, since the new night changed the records": str(told.look_again),
        "refused, out of date, or two people with one question": str(sum(told.faults.values())),
        **{f"  {what}": str(number) for what, number in sorted(told.faults.items())},
    }  # fmt: skip


def _night(work: Path, night: str) -> None:
    store, out = str(work / "store.duckdb"), str(work / "out")
    _linkage(
        "run", "--no-prefect", "--landing", str(work / "landing"), "--night", night, "--store", store, "--out", out
    )


def _linkage(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "linkage", *arguments], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"linkage {arguments[0]} failed: {done.stderr}")


def _patient() -> Settings:
    """The shipped settings, but for how often one may ask: these ask faster than people read."""
    told = load()
    review = {**told.table("review"), "requests_per_minute": 10**6, "sign_ins_per_minute": 10**6}
    return Settings({**told.values, "review": review})


if __name__ == "__main__":
    sys.exit(main())
