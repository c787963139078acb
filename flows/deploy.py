"""The schedule: a Prefect deployment that runs the nights that have come, one at a time.

`linkage schedule` serves it from one machine, with the server of flows/server.py. Prefect is told paths, dates, stage names
and counts, and nothing of a record.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.flows import EntrypointType
from prefect.runner import Runner
from prefect.schedules import Cron, Schedule

from flows.outcome import Outcome, announce
from flows.replay import Plan, nights_in, run_one
from flows.workroom import NightImpossible, last_published
from linkage import settings as settings_of
from linkage.settings import Settings

NAME = "linkage"
"""Name of the deployment; its flow is `nights`."""


@flow(name="nights", validate_parameters=False, log_prints=False)
def nights(landing: str, store: str, out: str, config: str | None, threads: int, memory: str,
           engine: str = "duckdb") -> dict[str, int]:  # fmt: skip
    """Run every night that has come since the last published one, in order. Fails when one could not be done."""
    settings = settings_of.load(Path(config) if config else None)
    plan = Plan(Path(landing), Path(store), Path(out), settings, threads, memory, scheduled=True, engine=engine)
    status = {}
    for night in _awaited(plan):
        status[night.isoformat()] = code = run_one(plan, night)
        if code == 2:
            raise NightImpossible(f"night {night} was not done; see the status file")
    return status


def _awaited(plan: Plan) -> list[date]:
    """The nights that have come; reading is tried again, since a share may be away or a supplier slow."""
    retries, delay = plan.retries
    try:
        found: list[date] = task(
            _come,
            name="find_nights",
            cache_policy=NO_CACHE,
            persist_result=False,
            retries=retries,
            retry_delay_seconds=delay,
        )(plan)
    except NightImpossible as error:
        last = last_published(plan.store)
        stands = last.night.isoformat() if last else None
        announce(Outcome(today(plan.settings).isoformat(), 2, [str(error)], stands), plan.store, plan.settings)
        raise
    return found


def _come(plan: Plan) -> list[date]:
    """Nights of the landing folder after the last published one, up to today. Raises NightImpossible when there is none."""
    last = last_published(plan.store)
    found = [n for n in nights_in(plan.landing) if n <= today(plan.settings) and (last is None or n > last.night)]
    if not found:
        since = f" since night {last.night}" if last else ""
        raise NightImpossible(f"no folder named for a night has come in {plan.landing}{since}; the last night stands")
    return found


def today(settings: Settings) -> date:
    """The date in the schedule's time zone."""
    return datetime.now(ZoneInfo(settings.text("schedule.timezone"))).date()


class _Runner(Runner):  # type: ignore[misc]  # Prefect is not followed
    """Prefect's runner, which on SIGTERM stops as it does on Ctrl-C: its own way leaves a run without its server."""

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:
        signal.raise_signal(signal.SIGINT)


def _when(settings: Settings) -> Schedule:
    """The schedule of the settings. Raises SettingsError for one that is none."""
    cron, timezone = settings.text("schedule.cron"), settings.text("schedule.timezone")
    try:
        CronSchedule(cron=cron, timezone=timezone)
    except ValueError:
        raise settings_of.SettingsError(
            f"schedule.cron ({cron!r}) must be minute, hour, day, month and weekday as cron reads them, and "
            f"schedule.timezone ({timezone!r}) a name like Europe/London"
        ) from None
    return Cron(cron, timezone=timezone)


def serve(parameters: dict[str, Any], settings: Settings) -> None:
    """Put the deployment on the schedule of the settings and run what falls due, until stopped."""
    runner = _Runner(name=NAME, limit=1)
    runner.add_flow(
        nights,
        name=NAME,
        schedule=_when(settings),
        parameters=parameters,
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(runner.start())
