"""Nights scored on Spark: the files of every night are those of DuckDB, byte for byte, and nothing leaves the machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.changed import change
from linkage.people import spark
from tests.night.conftest import FIRST, SECOND, digest
from tests.night.no_network import INSIDE, permitted

MISSING = spark.missing()
needs_spark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))


def command(region: Path, work: Path, *more: str, engine: str = "spark") -> list[str]:
    return [sys.executable, "-m", "linkage", "replay", "--no-prefect", "--landing", str(region / "landing"),
            "--store", str(work / "store.duckdb"), "--out", str(work / "out"), "--engine", engine, *more]  # fmt: skip


@pytest.fixture(scope="module")
def changing(region, tmp_path_factory):
    """The region, of whose second night one row in two hundred is another."""
    folder = tmp_path_factory.mktemp("changing")
    shutil.copytree(region / "landing" / FIRST.isoformat(), folder / "landing" / FIRST.isoformat())
    change(region / "landing" / SECOND.isoformat(), folder / "landing" / SECOND.isoformat())
    return folder


@pytest.fixture(scope="module")
def on_spark(changing, tmp_path_factory):
    """The two nights scored on Spark, without a way out where this machine can shut it."""
    work = tmp_path_factory.mktemp("on spark")
    shut = [*INSIDE, str(work / "attempts")] if permitted() else []
    told = subprocess.run([*shut, *command(changing, work)], capture_output=True, text=True, check=False)
    assert told.returncode in (0, 1), told.stderr
    return work, told.stdout + told.stderr


@needs_spark
def test_every_file_of_both_nights_is_that_of_duckdb(changing, on_spark, tmp_path):
    work, _ = on_spark
    subprocess.run(command(changing, tmp_path, engine="duckdb"), capture_output=True, check=False)
    for night in (FIRST, SECOND):
        here, there = (digest(folder / "out" / night.isoformat()) for folder in (tmp_path, work))
        assert here == there
        assert "persons.parquet" in here


@needs_spark
def test_the_second_night_compares_what_is_new_with_the_rest(on_spark):
    work, _ = on_spark
    counts = json.loads((work / "out" / SECOND.isoformat() / "run.json").read_text())["counts"]["score"]
    assert 0 < counts["compared"] < counts["mentions"] / 2


@needs_spark
def test_spark_says_nothing_leaves_nothing_and_calls_nobody(on_spark):
    work, said = on_spark
    assert [
        line for line in said.splitlines() if "WARN" in line or "spark" in line.lower().replace(str(work), "")
    ] == []
    assert sorted(p.name for p in work.iterdir() if p.name != "attempts") == [
        "out", "store.duckdb", "store.duckdb.audit.jsonl", "store.duckdb.audit.key", "store.duckdb.key", "store.duckdb.lock",
        "store.duckdb.status.json",
    ]  # fmt: skip
    if permitted():
        assert (work / "attempts").read_text() == "0"


@needs_spark
def test_a_spark_that_fails_publishes_nothing(region, tmp_path):
    (tmp_path / "mine.toml").write_text('[engine]\nmemory = "100m"\n', encoding="utf-8")
    more = ("--to", str(FIRST), "--config", str(tmp_path / "mine.toml"))
    told = subprocess.run(command(region, tmp_path, *more), capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "Spark failed: Py4JJavaError of org.apache.spark.SparkIllegalArgumentException" in told.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_without_java_the_night_is_not_begun_and_says_what_to_install(region, tmp_path):
    without = {**os.environ, "PATH": str(tmp_path), "JAVA_HOME": ""}
    told = subprocess.run(command(region, tmp_path), capture_output=True, text=True, check=False, env=without)
    assert told.returncode == 2
    assert "--engine spark needs" in told.stderr
    assert "install" in told.stderr
    assert not (tmp_path / "out").exists()
