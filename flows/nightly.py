"""One night, in order. This list is the product's table of contents; each line names a stage and what it does.

Stages meet only in tables. `run_night` is the whole job as a plain function; `nightly` is the same under Prefect, one
task a stage, with nothing but names and counts between tasks.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.meter import Meter
from flows.workroom import NightImpossible, Workroom

Counts = Mapping[str, int]
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
        Stage("standardise", "one shape for every mention", do.standardise),
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
    measured: dict[str, dict[str, float]] = {}
    job.handed["stages"] = measured
    for place, stage in enumerate(stages):
        if progress:
            progress(stage.name, place, len(stages))
        with Meter() as meter:
            counts = _guarded(wrap(stage) if wrap else stage, job)
        job.counts[stage.name] = dict(counts)
        measured[stage.name] = {
            "seconds": round(meter.seconds, 3),
            "peak_mb": round(meter.peak_mb, 1),
            "rows": next(iter(counts.values()), 0),
        }
        _fail_here_when_told(stage.name)
    from flows.stages import write_run

    write_run(job)
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
        raise NightImpossible(
            f"stage {stage.name} failed: {type(error).__name__} in {Path(place.filename).name} line {place.lineno}; "
            "last night's output stands. Set LINKAGE_DEBUG=1 on a safe terminal to see the whole error."
        ) from None


def _fail_here_when_told(stage: str) -> None:
    """Fault injection for the tests: die as a killed process does, right after a stage."""
    if os.environ.get("LINKAGE_DIE_AFTER") == stage:
        os.kill(os.getpid(), 9)


def run_under_prefect(job: Job, progress: Progress | None = None) -> Job:
    """The same night as a Prefect flow: one task a stage. Nothing of a record reaches Prefect."""
    from prefect import flow, task
    from prefect.cache_policies import NO_CACHE

    logging.getLogger("prefect").setLevel(logging.WARNING)

    def as_task(stage: Stage) -> Stage:
        def run_it(job: Job) -> Counts:
            # The job stays in this closure: Prefect sees a name and counts, never a row.
            @task(name=stage.name, description=stage.does, cache_policy=NO_CACHE, persist_result=False, retries=0)
            def run_stage() -> dict[str, int]:
                return dict(_guarded(stage, job))

            counts: dict[str, int] = run_stage()
            return counts

        return Stage(stage.name, stage.does, run_it)

    @flow(name="nightly", flow_run_name=f"night-{job.work.night.date}", validate_parameters=False)
    def nightly() -> dict[str, int]:
        run_night(job, progress, as_task)
        return {stage: next(iter(counts.values()), 0) for stage, counts in job.counts.items()}

    nightly()
    return job
