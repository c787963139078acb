"""Whole nights as plain functions, without Prefect."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.replay import Plan, run_one
from linkage import settings

Exceptions = list[dict[str, Any]]


def plan(landing: Path, work: Path) -> Plan:
    return Plan(landing, work / "store.duckdb", work / "out", settings.load(), prefect=False)


def exceptions(work: Path, night: date) -> Exceptions:
    file = work / "out" / night.isoformat() / "exceptions.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


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
