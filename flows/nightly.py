"""One night, in order. This list is the product's table of contents; each line names a stage and what it does.

Stages meet only in tables. `run_night` is the whole job as a plain function; `nightly` is the same under Prefect, one
task a stage, with nothing but names and counts between tasks.
"""

from __future__ import annotations

import gc
import logging
import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.meter import Meter
from flows.workroom import NightImpossible, Workroom, die_when_told, no_room
from linkage.memory import leave_room

Counts = Mapping[str, int]
RETRIED = ("sources",)
"""The stages that read from other machines: these may succeed on a second try. Sending tries again by itself."""
Progress = Callable[[str, int, int], None]
"""Called before each stage with its name, its place (from 0) and how many there are."""


@dataclass
class Job:
    """A night under way: its workroom, and what stages hand to the report."""

    work: Workroom
    exit_code: int = 0
    warnings: list[str] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    handed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """One stage: its name, what it does in words, and the function that does it."""

    name: str
    does: str
    run: Callable[[Job], Counts]


def _stages() -> tuple[Stage, ...]:
    from flows import stages as do

    return (
        Stage("sources", "read tonight's files", do.sources),
        Stage("gates", "check them; set bad rows aside, refuse bad files", do.gates),
        Stage("protect", "cut off what may not be disclosed", do.protect),
        Stage("history", "remember what each supplier says, and since when", do.history),
        Stage("standardise", "one shape for every mention and every property", do.standardise),
        Stage("places", "addresses to properties", do.places),
        Stage("score", "compare mentions in pairs", do.score),
        Stage("people", "pairs to people", do.people),
        Stage("claims", "who is said to live where, since when, by whom", do.claims),
        Stage("protect_clusters", "spread protection over people and places", do.protect_clusters),
        Stage("households", "who lives together, and links between households", do.households),
        Stage("detect", "what no single record says", do.detect),
        Stage("ledger", "what is new, changed or resolved", do.ledger),
        Stage("questions", "what data officers are asked", do.questions),
        Stage("audit", "check the linked tables before anything is published", do.audit),
        Stage("report", "write the night's files", do.report),
    )


def run_night(job: Job, progress: Progress | None = None, wrap: Callable[[Stage], Stage] | None = None) -> Job:
    """Run every stage in order. Raises NightImpossible, with a message that holds no personal value."""
    stages = _stages()
    # A night makes millions of rows and hardly a cycle: looking for cycles at Python's usual pace takes a third of its time.
    gc.set_threshold(100_000, 50, 100)
    if not gc.get_freeze_count():  # What was imported stays; it need not be gone through again and again.
        gc.freeze()
    measured: dict[str, dict[str, float]] = {}
    job.handed["stages"] = measured
    for place, stage in enumerate(stages):
        if progress:
            progress(stage.name, place, len(stages))
        leave_room(job.work.con, job.work.night.memory)
        with Meter() as meter:
            counts = _guarded(wrap(stage) if wrap else stage, job)
            # Splink's comparisons are cycles, and hold of a million mentions most of a gigabyte.
            gc.collect()
        job.counts[stage.name] = dict(counts)
        measured[stage.name] = {
            "seconds": round(meter.seconds, 3),
            "cpu_seconds": round(meter.cpu_seconds, 3),
            "peak_mb": round(meter.peak_mb, 1),
            "rows": next(iter(counts.values()), 0),
        }
        die_when_told(stage.name)
    from flows.stages import write_run

    write_run(job)
    die_when_told("write_run")
    return job


def _guarded(stage: Stage, job: Job) -> Counts:
    """Run a stage; turn any error into one whose text cannot hold a value of a record."""
    try:
        return stage.run(job)
    except NightImpossible:
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        if os.environ.get("LINKAGE_DEBUG"):
            raise
        if told := no_room(error, job.work.night.memory):
            raise NightImpossible(f"stage {stage.name}: {told}") from None
        raise NightImpossible(
            f"stage {stage.name} failed: {type(error).__name__} in {Path(place.filename).name} line {place.lineno}; "
            "last night's output stands. Set LINKAGE_DEBUG=1 on a safe terminal to see the whole error."
        ) from None


def _not_said_in_words(record: logging.LogRecord) -> bool:
    """Whether a line of Prefect's tells more than the command does: it says in one line why a night could not be done."""
    told = record.exc_info and isinstance(record.exc_info[1], NightImpossible)
    return not told and f" {NightImpossible.__name__}: " not in record.getMessage()


def run_under_prefect(job: Job, progress: Progress | None = None, retries: tuple[int, float] = (0, 0.0)) -> Job:
    """The same night as a Prefect flow: one task a stage. Nothing of a record reaches Prefect.

    retries: how often the stages of RETRIED are tried again, and seconds between. Its artifacts: how far the night is,
    and the counts of its stages.
    """
    from prefect import flow, task
    from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
    from prefect.cache_policies import NO_CACHE

    logging.getLogger("prefect").setLevel(logging.WARNING)
    for told in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(told).addFilter(_not_said_in_words)

    def as_task(stage: Stage) -> Stage:
        def run_it(job: Job) -> Counts:
            # The job stays in this closure: Prefect sees a name and counts, never a row.
            @task(name=stage.name, description=stage.does, cache_policy=NO_CACHE, persist_result=False,
                  retries=retries[0] if stage.name in RETRIED else 0, retry_delay_seconds=retries[1])  # fmt: skip
            def run_stage() -> dict[str, int]:
                return dict(_guarded(stage, job))

            counts: dict[str, int] = run_stage()
            return counts

        return Stage(stage.name, stage.does, run_it)

    @flow(name="nightly", flow_run_name=f"night-{job.work.night.date}", validate_parameters=False)
    def nightly() -> dict[str, int]:
        shown = create_progress_artifact(0.0, key="night-progress", description=f"Night {job.work.night.date}")

        def show(words: str, done: int, total: int) -> None:
            update_progress_artifact(shown, 100.0 * done / total)
            if progress:
                progress(words, done, total)

        run_night(job, show, as_task)
        update_progress_artifact(shown, 100.0)
        told = [{"stage": stage, **counts} for stage, counts in job.counts.items()]
        create_table_artifact(told, key="night-counts", description=f"Night {job.work.night.date}, counts by stage")
        return {stage: next(iter(counts.values()), 0) for stage, counts in job.counts.items()}

    nightly()
    return job
