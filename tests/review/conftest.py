"""A published night of an invented region, its review pages on a real port, and a real browser."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, sync_playwright

from flows.replay import run_one
from linkage import settings
from linkage.review import accounts as passwords
from linkage.review.accounts import Account, Role
from linkage.review.app import build
from linkage.review.desk import Desk
from linkage.settings import Settings
from sample_data.simulator import simulate
from tests.night.conftest import plan
from tests.review import planted

FIRST, SECOND = date(2026, 1, 5), date(2026, 1, 6)
PASSWORD = "a long enough sentence"
DUDLEY, SANDWELL = "E08000027", "E08000028"
CHROMIUM = shutil.which("chromium")
PEOPLE = [
    Account("olive", "Olive Tester-Reader", Role.OFFICER),
    Account("omar", "Omar Tester-Reader", Role.OFFICER),
    Account("sena", "Sena Tester-Senior", Role.SENIOR),
    Account("dee", "Dee Tester-Practitioner", Role.HUB, DUDLEY),
    Account("sandy", "Sandy Tester-Practitioner", Role.HUB, SANDWELL),
    Account("audrey", "Audrey Tester-Auditor", Role.AUDITOR),
    Account("adam", "Adam Tester-Administrator", Role.ADMINISTRATOR),
]


@dataclass
class Pages:
    """Review pages that are being served."""

    desk: Desk
    address: str
    work: Path
    landing: Path
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, name: str = "", password: str = PASSWORD) -> httpx.Client:
        """A browser without a screen, signed in under a name."""
        made = browsing(base_url=self.address)
        self.clients.append(made)
        if name:
            form = hidden(made.get("/sign-in").text, "form")
            answer = made.post("/sign-in", data={"name": name, "password": password, "form": form})
            assert answer.status_code == 303, answer.status_code
        return made


def browsing(**more: Any) -> httpx.Client:
    """A client of pages that are served without TLS: reading every authority's certificate first takes longer than they do."""
    return httpx.Client(timeout=30, verify=False, **more)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"the page has no field {name}"
    return found.group(1)


@pytest.fixture(scope="session")
def region(tmp_path_factory) -> Path:
    """A region whose second night says what the first said, so that whatever differs on it was decided or changed by a test."""
    folder = tmp_path_factory.mktemp("review_region")
    simulate(900, 1, 77, folder)
    planted.write(folder / "landing" / str(FIRST))
    shutil.copytree(folder / "landing" / str(FIRST), folder / "landing" / str(SECOND))
    return folder


@pytest.fixture(scope="session")
def published(region, tmp_path_factory) -> Path:
    """A folder whose store holds the first night."""
    work = tmp_path_factory.mktemp("review_night")
    assert run_one(plan(region / "landing", work), FIRST) in (0, 1)
    return work


@contextmanager
def serving(
    work: Path, landing: Path, told: Settings, accounts: list[Account] = PEOPLE, port: int = 0
) -> Iterator[Pages]:
    """Serve the pages of a store, on a free port if none is given."""
    desk = Desk(work / "store.duckdb", told)
    with pytest.MonkeyPatch.context() as patch:
        _hash_quickly(patch)
        yield from _served(desk, work, landing, accounts, port)


def _hash_quickly(patch: pytest.MonkeyPatch) -> None:
    """Passwords by argon2 as ever, but for its dearness, which is meant for a thief: tests/review/test_accounts.py has it in full."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch.setattr(passwords, "WORDS", quick)
    patch.setattr(passwords, "_NOBODY", quick.hash("nobody's"))


def _served(desk: Desk, work: Path, landing: Path, accounts: list[Account], port: int) -> Iterator[Pages]:
    for account in accounts:
        if desk.accounts.named(account.name) is None:
            desk.accounts.add(account, PASSWORD)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        server = uvicorn.Server(uvicorn.Config(build(desk), log_level="warning", access_log=False, server_header=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        pages = Pages(desk, f"http://127.0.0.1:{listener.getsockname()[1]}", work, landing)
        yield pages
        for client in pages.clients:
            client.close()
        server.should_exit = True
        thread.join(10)


def patient() -> Settings:
    """The shipped settings, but for how often one may ask: a test asks faster than a person reads."""
    told = settings.load()
    review = {**told.table("review"), "requests_per_minute": 100_000, "sign_ins_per_minute": 100_000}
    return Settings({**told.values, "review": review})


def copied(published: Path, into: Path) -> Path:
    """A store of one's own, so that what one test decides no other sees."""
    for file in published.glob("store.duckdb*"):
        if file.is_file():
            shutil.copy(file, into / file.name)
    return into


@pytest.fixture(scope="module")
def pages(published, region, tmp_path_factory) -> Iterator[Pages]:
    work = copied(published, tmp_path_factory.mktemp("review"))
    with serving(work, region / "landing", patient()) as served:
        yield served


@pytest.fixture(scope="module")  # not longer: other tests start a browser of their own
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs Debian's chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield started
        started.close()


def opened(browser: Browser, pages: Pages, name: str, *, script: bool = True) -> Page:
    """A page of the browser, signed in by typing."""
    page = browser.new_context(viewport={"width": 1200, "height": 900}, java_script_enabled=script).new_page()
    page.goto(f"{pages.address}/sign-in")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    return page


def press(page: Page, button: str) -> None:
    """Press a button that sends a form, and wait for the page that answers: a click alone may return before it."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()
