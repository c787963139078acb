"""The demonstration: an invented region, its nights, and where to look. What `make demo` runs."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet
from rich.console import Console
from rich.table import Table

from flows.replay import Plan, nights_in, run_many
from flows.screen import Bar
from linkage import settings


def run_demo(folder: Path, people: int, nights: int, seed: int) -> int:
    """Simulate, replay and say where the reports are. Returns the worst exit status of a night."""
    from sample_data.simulator import simulate

    for part in ("region", "out"):
        shutil.rmtree(folder / part, ignore_errors=True)
    for leftover in folder.glob("store.duckdb*"):
        leftover.unlink()
    with Bar("inventing a region") as bar:
        simulate(people, nights, seed, folder / "region", progress=bar.update)
    landing = folder / "region" / "landing"
    plan = Plan(landing, folder / "store.duckdb", folder / "out", settings.load())
    status = run_many(plan)
    if status != 2:
        _say(folder / "out" / nights_in(landing)[-1].isoformat())
    return status


def _say(night: Path) -> None:
    exceptions = [json.loads(line) for line in (night / "exceptions.jsonl").read_text(encoding="utf-8").splitlines()]
    persons = pyarrow.parquet.read_table(night / "persons.parquet", columns=["person_id"])
    households = pyarrow.parquet.read_table(night / "households.parquet", columns=["household_id"])
    console = Console(file=sys.stdout)
    counts = Table("What", "How many", title=f"Night {night.name} (all people are invented)")
    counts.columns[1].justify = "right"
    counts.add_row("mentions", str(persons.num_rows))
    counts.add_row("people", str(len(set(persons["person_id"].to_pylist()))))
    counts.add_row("households", str(len(set(households["household_id"].to_pylist()))))
    standing = [e for e in exceptions if e["status"] != "resolved"]
    for (kind, priority), count in sorted(Counter((e["kind"], e["priority"]) for e in standing).items()):
        counts.add_row(f"exceptions: {kind.replace('_', ' ')}, priority {priority}", str(count))
    console.print(counts)
    for report in sorted(night.glob("hubs/*/report.html")):
        print(f"report: {report}")
    print(f"data quality: {night / 'quality' / 'index.html'}")
    print("Open a report in any browser; each names what to check next.")
