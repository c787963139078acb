"""Full person records of an invented region, by our people stage and by plain Splink; writes SIMULATED.md.

    python -m benchmarks.accuracy.simulated [--people N] [--seed S] [--memory 4GB] [--work DIR]

A full record has a given name, a family name and a date of birth: GP patients, mothers, police subjects, and the liable persons
and fathers of whom a date is told. Ours links the whole night with the shipped model, contacts and accounts too, and is judged
on the full records; plain Splink is trained on and given the full records alone. Places come first, as in a night. What DuckDB
holds is bounded by --memory and spills to the folder; people are resolved in batches (components.py). Splink
runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import plain_splink
from benchmarks.shaped import kept_region
from benchmarks.speed import MENTIONS
from flows import training
from flows.meter import Meter
from linkage import settings, store
from linkage.night import Night
from linkage.people import components, measured, model, score
from linkage.store import run_sql

RESULTS = Path(__file__).with_name("SIMULATED.md")
AT = 0.95
"""The probability that a pair is one person from which on it counts as linked: ours as it states it, calibrated."""
WEIGHT_AT = 4.25
"""Match weight of a probability of .95: log2(.95 / .05)."""
FULL = "given_called IS NOT NULL AND family_last IS NOT NULL AND date_of_birth IS NOT NULL"


def ours(region: Path, folder: Path, memory: str) -> dict[str, Any]:
    """Figures over full records of the region's first night, which are written as a plain table for Splink."""
    landing = region / "landing"
    with Meter() as meter:
        con = store.connect(memory=memory, spill=folder / "spill")
        con.execute(f"ATTACH '{folder / 'store.duckdb'}' AS store")
        night = Night(training.nights_in(landing)[0], landing, folder, settings.load())
        training._from_landing(con, night)
        training._people_only(con, night)
        parameters = model.load_parameters()
        score.score(con, parameters, night.settings.number("people.keep_pairs_above_weight"))
        run_sql(con, score.HERE / "pair.sql")
        con.execute("DROP TABLE scored")
        components.resolve(con, stated_at(AT, parameters["calibration"]))
    con.execute(f"CREATE TABLE full_record AS SELECT mention_id FROM mention WHERE {FULL}")
    con.execute(f"COPY (FROM ({MENTIONS}) SEMI JOIN full_record USING (mention_id)) TO '{folder / 'full.parquet'}'")
    measured.read_truth(con, region / "truth")
    con.execute(
        "CREATE TABLE held AS SELECT r.cluster AS cluster_id, t.true_person FROM resolved AS r SEMI JOIN full_record USING (mention_id) "
        "INNER JOIN true_person AS t USING (mention_id)"
    )
    precision, recall = plain_splink.pairwise(con)
    found = {"records": _number(con, "SELECT count(*) FROM held"), "pairs": _number(con, TRUE_PAIRS)}
    con.close()
    return found | {"precision": precision, "recall": recall, "cpu": meter.cpu_seconds, "peak_mb": meter.peak_mb}


def stated_at(probability: float, calibration: list[list[float]]) -> float:
    """The model's own probability at which it states a calibrated one: `persons.calibrated` the other way round."""
    for (x0, y0), (x1, y1) in pairwise(calibration):
        if y0 < probability <= y1:
            return x0 + (x1 - x0) * (probability - y0) / (y1 - y0)
    raise ValueError(f"no model probability is stated as {probability}")


TRUE_PAIRS = "SELECT sum(k * (k - 1) // 2) FROM (SELECT count(*) AS k FROM held GROUP BY true_person)"


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def plain(records: Path, truth: Path) -> dict[str, Any]:
    """Plain Splink's figures on the same records, at the same probability."""
    command = [sys.executable, "-m", "benchmarks.plain_splink", str(records), str(truth), str(WEIGHT_AT), "8", "14"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def row(name: str, precision: float, recall: float, cpu: float, peak_mb: float) -> str:
    """One row of the table."""
    f1 = 2 * precision * recall / (precision + recall)
    return f"| {name} | {precision:.4f} | {recall:.4f} | {f1:.4f} | {cpu:.0f} | {peak_mb:.0f} |"


def render(people: int, seed: int, memory: str, mine: dict[str, Any], theirs: dict[str, Any]) -> str:
    """SIMULATED.md as text."""
    cpu, peak = theirs["cpu"], theirs["peak_mb"]
    rows = [row("ours at .95", *(mine[k] for k in ("precision", "recall", "cpu", "peak_mb")))]
    rows += [
        row(f"plain Splink, {name}", one["precision"], one["recall"], cpu, peak)
        for name, one in zip(("at .95", "match weight 8", "match weight 14"), theirs["accuracy"], strict=True)
    ]
    made = ", ".join(f"{package} {version(package)}" for package in ("splink", "duckdb"))
    return f"""# Simulated person records

Made by `python -m benchmarks.accuracy.simulated --people {people} --seed {seed} --memory {memory}`:
{mine["records"]:,} full records of {people:,} people, {mine["pairs"]:,} true pairs;
Python {platform.python_version()}, {made}, {os.cpu_count()} cores, other work running.

A full record has a given name, a family name and a date of birth. Pairs of full records that stand in one cluster are counted.
To reach: F1 .990, precision .997 at .95, on a million records.

| | precision | recall | F1 | processor seconds | peak MB |
| --- | ---: | ---: | ---: | ---: | ---: |
{chr(10).join(rows)}

What to know when reading it:

- The region is our own simulator's, and our model was fitted on regions of it: take the margin as flattering. Splink was
  trained on these records.
- Ours also reads the night's contacts and accounts, files, checks and addresses, and its seconds hold all of it; Splink's
  hold scoring and clustering.
- Memory does not grow with the pairs: DuckDB spills beyond --memory, and people are resolved 50,000 mentions at a time. The
  simulator itself holds the region in memory (2 GB for a million people).
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, default=900_000, help="900,000 have about a million full records")
    arguments.add_argument("--seed", type=int, default=424242)
    arguments.add_argument("--memory", default="4GB")
    arguments.add_argument("--work", type=Path, help="where regions are kept (default: a folder that is removed)")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        region = kept_region(given.work or folder, given.people, 1, given.seed)
        mine = ours(region, folder, given.memory)
        theirs = plain(folder / "full.parquet", region / "truth" / "mentions.parquet")
    text = render(given.people, given.seed, given.memory, mine, theirs)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
