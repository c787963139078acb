"""The same night under Prefect: the same bytes, and nothing of a record in Prefect's own files."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from flows.replay import run_one
from sample_data.simulator import simulate
from tests.night.conftest import plan

NIGHT = date(2026, 1, 5)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    work = tmp_path_factory.mktemp("prefect")
    simulate(600, 1, 77, work)
    assert run_one(plan(work / "landing", work / "plain"), NIGHT) in (0, 1)
    command = [
        sys.executable, "-m", "linkage", "run", "--landing", str(work / "landing"), "--night", str(NIGHT),
        "--store", str(work / "flow" / "store.duckdb"), "--out", str(work / "flow" / "out"),
    ]  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return work


def digest(folder: Path) -> dict[str, bytes]:
    return {
        str(f.relative_to(folder)): f.read_bytes()
        for f in sorted(folder.rglob("*"))
        if f.is_file() and f.name != "run.json"
    }


def test_the_same_bytes(both):
    assert digest(both / "flow" / "out") == digest(both / "plain" / "out")


def test_nothing_of_a_record_in_prefects_files(both):
    home = both / "flow" / ".store.duckdb.prefect"
    kept = b"".join(f.read_bytes() for f in home.rglob("*") if f.is_file())
    assert b"protect_clusters" in kept, "stages are told"
    for file in (both / "landing" / str(NIGHT)).glob("gp__*.csv"):
        with open(file, newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                for column in ("nhs_number", "mobile", "email", "address_line_1"):
                    assert not (len(row[column]) > 5 and row[column].encode() in kept), column


def test_files_are_for_the_operator_alone(both):
    for file in (both / "flow").rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, file.name
