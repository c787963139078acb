"""Nights, one or many, in order: lock, run, publish. What `linkage run` and `linkage replay` do."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path

import duckdb

from expectations.judged import judges_tonight
from flows.nightly import Job, run_night, run_under_prefect
from flows.outcome import Outcome, alert_command, announce, counts_of
from flows.screen import Bar
from flows.workroom import (
    AnotherRun,
    NightImpossible,
    Published,
    fingerprint,
    finish_publication,
    lock,
    no_room,
    published,
    workroom,
)
from linkage.audit import AuditError
from linkage.night import Night
from linkage.people.model import in_force, parameters_file
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
    scheduled: bool = False
    engine: str = "duckdb"
    delivers: bool = True
    """Whether a published night is handed over, where an outbox is set."""

    @property
    def retries(self) -> tuple[int, float]:
        """How often reading and sending are tried again, and seconds between. Only where nobody waits at a screen."""
        if not self.scheduled:
            return 0, 0.0
        return self.settings.integer("schedule.retries"), self.settings.number("schedule.retry_delay_seconds")


def run_one(plan: Plan, night: date, *, again: bool = False) -> int:
    """One night. Returns the exit status; says on standard error what an operator must know.

    `again` allows a night older than the last published one: the store is put back to the night before it.
    """
    # Store, key, results and Prefect's records are for the operator alone.
    os.umask(0o077)
    in_force(plan.settings)
    if plan.engine == "spark":
        from linkage.people import spark

        spark.check(plan.settings)
    alert_command(plan.settings)  # a fault of the settings is told before the night, not after it
    try:
        with lock(plan.store):
            outcome = _tried(plan, night, again=again)
        if outcome.exit_code != 2 and plan.delivers and (status := _deliver(plan, night)) > outcome.exit_code:
            outcome = replace(
                outcome,
                exit_code=status,
                messages=[*outcome.messages, "it stands but not all of it was delivered"],
                passed_over=False,
            )
        announce(outcome, plan.store, plan.settings)
    except AnotherRun as error:
        # The status file is the other run's to write.
        outcome = Outcome(night.isoformat(), 2, [str(error)], None)
    except (OSError, StoreError) as error:
        outcome = Outcome(night.isoformat(), 2, [_cannot_write(error, plan.memory)], None)
        announce(outcome, plan.store, plan.settings)
    for message in outcome.messages:
        print(f"linkage: night {night}: {message}", file=sys.stderr)
    return outcome.exit_code


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


def _tried(plan: Plan, night: date, *, again: bool) -> Outcome:
    """The night, or why it could not be done."""
    last: Published | None = None
    try:
        nights = published(plan.store)
        last = next(iter(nights), None)
        return _night(plan, night, nights, again=again)
    except (NightImpossible, StoreError, AuditError) as error:
        reason = str(error)
    except (OSError, duckdb.Error) as error:
        reason = _cannot_write(error, plan.memory)
    return Outcome(night.isoformat(), 2, [reason], last.night.isoformat() if last else None)


def _cannot_write(error: Exception, memory: str) -> str:
    """A fault of disk or store in words that hold no value of a record."""
    if isinstance(error, StoreError):
        return str(error)
    if told := no_room(error, memory):
        return told
    if isinstance(error, OSError):
        return f"cannot write {error.filename or 'a file'}: {error.strerror}; last night's output stands"
    return f"the store cannot be written ({type(error).__name__}); last night's output stands"


def run_many(plan: Plan, first: date | None = None, last: date | None = None) -> int:
    """Every night of the landing folder in order. Stops at the first that cannot be done; returns the worst status.

    Nights that are published and would give the same are passed over. With `first`, nights from the first one that would
    give something else are done again, and all later ones with them. The last night alone is handed over: a later one may clean
    an earlier one, and what has left does not come back.
    """
    try:
        nights = _nights_between(plan.landing, first, last)
    except NightImpossible as error:
        print(f"linkage: {error}", file=sys.stderr)
        return 2
    worst = 0
    with ExitStack() as stack:
        if plan.prefect:
            _one_server(stack, plan)
        again = first is not None and _loses_none(plan, nights)
        for night in nights:
            worst = max(worst, status := run_one(replace(plan, delivers=night == nights[-1]), night, again=again))
            if status == 2:
                break
    return worst


def _loses_none(plan: Plan, nights: list[date]) -> bool:
    """Whether every published night from the first of these on is among them, so that doing them again loses none."""
    return all(p.night in nights for p in published(plan.store) if p.night >= nights[0])


def _nights_between(landing: Path, first: date | None, last: date | None) -> list[date]:
    """The nights of a landing folder in a span, in order. Raises NightImpossible where there is none, or it cannot be read."""
    try:
        if not landing.is_dir():
            raise NightImpossible(f"there is no landing folder {landing}")
        nights = nights_in(landing)
    except OSError as error:
        raise NightImpossible(f"cannot read the landing folder {landing}: {error.strerror}") from None
    if found := [n for n in nights if (first is None or n >= first) and (last is None or n <= last)]:
        return found
    raise NightImpossible(f"{landing} holds no folder named YYYY-MM-DD in that span")


def nights_in(landing: Path) -> list[date]:
    """The nights of a landing folder, in order: its folders named YYYY-MM-DD. What else lies there is no night."""
    folders = [f for f in landing.iterdir() if f.is_dir()] if landing.is_dir() else []
    return sorted(night for folder in folders if (night := _night_of(folder.name)))


def _night_of(name: str) -> date | None:
    try:
        night = date.fromisoformat(name)
    except ValueError:
        return None
    return night if night.isoformat() == name else None  # 20260106 is a date too, but no night's name.


def _night(plan: Plan, day: date, nights: list[Published], *, again: bool) -> Outcome:
    """The night, on a store that has published `nights`, the last first."""
    last = next(iter(nights), None)
    plan.out.mkdir(parents=True, exist_ok=True)
    finish_publication(plan.out, last)
    staging = plan.out / f".building-{day}"
    night = Night(day, plan.landing, staging, plan.settings, plan.threads, plan.memory, plan.engine)
    said = decisions.digest(decisions.inbox_of(plan.store), day)
    mark = fingerprint(night, SOFTWARE, parameters_file(plan.settings).read_text(encoding="utf-8"), said)
    known = next((p for p in nights if p.night == day), None)
    if known and known.fingerprint == mark and (plan.out / day.isoformat() / "run.json").exists():
        print(f"night {day} is done already; nothing changed")
        stands = last.night.isoformat() if last else None
        return Outcome(day.isoformat(), known.exit_code, [], stands, passed_over=True)
    if last and day < last.night and not again:
        raise NightImpossible(_too_old(day, last, known))
    _load("flows.stages")
    with workroom(night, plan.store, mark) as work, Bar(f"night {day}") as bar:
        job = _run(plan, Job(work), bar)
        purge.earlier_nights(work.con, plan.out, day, plan.store)
        folder = work.publish(plan.out, job.exit_code)
    print(f"night {day}: {folder}")
    return Outcome(day.isoformat(), job.exit_code, job.warnings, day.isoformat(), counts_of(job))


def _too_old(day: date, last: Published, known: Published | None) -> str:
    why = (
        "its files, the settings, the software, the model or people's decisions changed since it was published"
        if known
        else "it was never run"
    )
    return (
        f"it is older than the last published night, {last.night}; nights run forward only ({why}). The registers of later "
        f"nights stand. To do it and all later nights again, "
        f"while their folders are all there: linkage replay --from {day}, without --to"
    )


def _run(plan: Plan, job: Job, bar: Bar) -> Job:
    if not plan.prefect:
        os.environ.update(OFFLINE)
        _load_judge(job)
        return run_night(job, bar.update)
    offline(plan.store)
    _load_judge(job)
    return run_under_prefect(job, bar.update, plan.retries)


def _load(module: str) -> None:
    """Import beside other work, as the copy of the store and Prefect's start: imports take seconds, which no night need wait for."""
    threading.Thread(target=import_module, args=(module,), daemon=True).start()


def _load_judge(job: Job) -> None:
    if judges_tonight(job.work.con):
        _load("great_expectations")


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
