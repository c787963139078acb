"""Whole nights as plain functions, without Prefect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.replay import Plan, run_many, run_one
from linkage import settings
from sample_data.simulator import simulate

Exceptions = list[dict[str, Any]]
FIRST, SECOND = date(2026, 1, 5), date(2026, 1, 6)


def plan(landing: Path, work: Path, threads: int = 1) -> Plan:
    """A night as a plain function, on one core: of a small region that takes a fifth less of a processor.

    `done` and tests/night/test_faults.py's `calm` run on two, as shipped; whatever is compared with them must have the same bytes.
    """
    return Plan(landing, work / "store.duckdb", work / "out", settings.load(), threads, prefect=False)


def exceptions(work: Path, night: date) -> Exceptions:
    file = work / "out" / night.isoformat() / "exceptions.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def digest(folder: Path) -> dict[str, str]:
    """SHA-256 by path of every file but run.json, which holds times."""
    return {
        str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in sorted(folder.rglob("*"))
        if f.is_file() and f.name != "run.json"
    }


@pytest.fixture(scope="session")
def region(tmp_path_factory):
    """A small region of two nights, FIRST and SECOND."""
    folder = tmp_path_factory.mktemp("region")
    simulate(900, 2, 4242, folder)
    return folder


@pytest.fixture(scope="session")
def done(region, tmp_path_factory):
    """The region's two nights, run. Not to be written to: copy it first."""
    work = tmp_path_factory.mktemp("done")
    assert run_many(plan(region / "landing", work, threads=2)) in (0, 1)
    return work


@pytest.fixture(scope="session")
def nights() -> Callable[[Path, Path, list[date]], dict[date, Exceptions]]:
    """Run the given nights of a landing folder in order; the exceptions of each."""

    def run(landing: Path, work: Path, dates: list[date]) -> dict[date, Exceptions]:
        found = {}
        for night in dates:
            assert run_one(plan(landing, work), night) in (0, 1)
            found[night] = exceptions(work, night)
        return found

    return run
