"""Nights, one or many, in order: lock, run, publish. What `linkage run` and `linkage replay` do."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.nightly import Job, run_night, run_under_prefect
from flows.screen import Bar
from flows.workroom import (
    NightImpossible,
    fingerprint,
    finish_publication,
    last_published,
    lock,
    workroom,
)
from linkage.audit import AuditError
from linkage.night import Night
from linkage.people.model import PARAMETERS
from linkage.protect import purge
from linkage.settings import Settings, SettingsError
from linkage.sources import decisions
from linkage.store import StoreError
from linkage.version import SOFTWARE

OFFLINE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "false",
}
"""Settings under which neither Prefect nor Great Expectations tries to reach the outside (measured: 0 connections)."""


@dataclass(frozen=True)
class Plan:
    """Where nights come from and go to, and what they run with."""

    landing: Path
    store: Path
    out: Path
    settings: Settings
    threads: int = 2
    memory: str = "4GB"
    prefect: bool = True


def run_one(plan: Plan, night: date) -> int:
    """One night. Returns the exit status; says on standard error what an operator must know."""
    # Store, key, results and Prefect's records are for the operator alone.
    os.umask(0o077)
    try:
        with lock(plan.store):
            status = _night(plan, night)
    except (NightImpossible, StoreError, AuditError) as error:
        print(f"linkage: night {night}: {error}", file=sys.stderr)
        return 2
    return max(status, _deliver(plan, night))


def _deliver(plan: Plan, night: date) -> int:
    """Hand the published night over, where an outbox is set. Whatever happens here, the night stands."""
    if not plan.settings.text("delivery.outbox"):
        return 0
    from linkage.deliver import command

    try:
        status = command.run(plan.out, None, night, plan.settings, plan.store)
    except Exception as error:
        # The text of a settings error is ours; that of any other might hold a value of a record.
        why = str(error) if isinstance(error, SettingsError) else type(error).__name__
        print(f"linkage: night {night} stands but was not delivered: {why}", file=sys.stderr)
        return 1
    return min(status, 1)


def run_many(plan: Plan, first: date | None = None, last: date | None = None) -> int:
    """Every night of the landing folder in order. Stops at the first that cannot be done; returns the worst status."""
    nights = [n for n in nights_in(plan.landing) if (first is None or n >= first) and (last is None or n <= last)]
    if not nights:
        print(f"linkage: {plan.landing} holds no folder named YYYY-MM-DD in that span", file=sys.stderr)
        return 2
    worst = 0
    with ExitStack() as stack:
        if plan.prefect:
            _one_server(stack, plan)
        for night in nights:
            worst = max(worst, status := run_one(plan, night))
            if status == 2:
                break
    return worst


def nights_in(landing: Path) -> list[date]:
    """The nights of a landing folder, in order."""
    found = []
    for folder in landing.iterdir() if landing.is_dir() else []:
        try:
            found.append(date.fromisoformat(folder.name))
        except ValueError:
            continue
    return sorted(found)


def _night(plan: Plan, day: date) -> int:
    plan.out.mkdir(parents=True, exist_ok=True)
    last = last_published(plan.store)
    finish_publication(plan.out, last)
    if last and day < last.night:
        raise NightImpossible(f"it is older than the last published night, {last.night}; nights run forward only")
    night = Night(day, plan.landing, plan.out / f".building-{day}", plan.settings, plan.threads, plan.memory)
    said = decisions.digest(decisions.inbox_of(plan.store), day)
    mark = fingerprint(night, SOFTWARE, PARAMETERS.read_text(encoding="utf-8"), said)
    if last and (last.night, last.fingerprint) == (day, mark) and (plan.out / day.isoformat() / "run.json").exists():
        print(f"night {day} is done already; nothing changed")
        return last.exit_code
    with workroom(night, plan.store, mark) as work, Bar(f"night {day}") as bar:
        job = _run(plan, Job(work), bar)
        purge.earlier_nights(work.con, plan.out, day, plan.store)
        folder = work.publish(plan.out, job.exit_code)
    for warning in job.warnings:
        print(f"linkage: night {day}: {warning}", file=sys.stderr)
    print(f"night {day}: {folder}")
    return job.exit_code


def _run(plan: Plan, job: Job, bar: Bar) -> Job:
    if not plan.prefect:
        os.environ.update(OFFLINE)
        return run_night(job, bar.update)
    offline(plan.store)
    return run_under_prefect(job, bar.update)


def offline(store: Path) -> None:
    """Keep Prefect's own records beside the store and keep it from the outside. Before Prefect is imported."""
    os.umask(0o077)
    os.environ.update(OFFLINE)
    home = store.parent.absolute() / f".{store.name}.prefect"
    home.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_HOME", str(home))


def _one_server(stack: ExitStack, plan: Plan) -> None:
    """One temporary server for all nights of a replay: its start costs 15 seconds, a further flow one."""
    offline(plan.store)
    if os.environ.get("PREFECT_API_URL"):
        return
    from prefect.server.api.server import SubprocessASGIServer

    server = SubprocessASGIServer()
    server.start(timeout=180)
    stack.callback(server.stop)
    os.environ["PREFECT_API_URL"] = server.api_url
    stack.callback(os.environ.pop, "PREFECT_API_URL", None)
