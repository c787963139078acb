"""The same cold night scored by DuckDB and by Spark in local mode; writes ENGINES.md. Needs requirements-spark.lock and Java.

    python -m benchmarks.engines [--people N N …] [--seed S]

Every night is a process of its own without Prefect, on a store of its own. Processor seconds are those of the whole night,
Spark's own process included: on a machine that others use they say more than seconds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.night import night, version
from linkage.people import spark
from sample_data.simulator import simulate

ENGINES_PAGE = Path(__file__).with_name("ENGINES.md")
PEOPLE = (5_000, 20_000)
ENGINES = ("duckdb", "spark")


@dataclass(frozen=True)
class Scored:
    """One cold night: pairs kept, seconds of the stage that scores, processor seconds of the night, digest of its files."""

    mentions: int
    pairs: int
    seconds: float
    processor: float
    files: str


def measure(people: int, seed: int) -> dict[str, Scored]:
    """The first night of a simulated region by engine."""
    with tempfile.TemporaryDirectory() as folder:
        region = Path(folder) / "region"
        simulate(people, 1, seed, region)
        day = next((region / "landing").iterdir()).name
        return {engine: _night(region, Path(folder) / engine, day, engine) for engine in ENGINES}


def _night(region: Path, work: Path, day: str, engine: str) -> Scored:
    before = _processor()
    night(region, work, day, "--no-prefect", "--engine", engine)
    out = work / "out" / day
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256()
    for file in sorted(f for f in out.rglob("*") if f.is_file() and f.name != "run.json"):
        digest.update(str(file.relative_to(out)).encode() + b"\0" + file.read_bytes())
    score = told["counts"]["score"]
    return Scored(
        score["mentions"], score["pairs"], told["stages"]["score"]["seconds"], _processor() - before, digest.hexdigest()
    )


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def render(found: dict[int, dict[str, Scored]], seed: int) -> str:
    """ENGINES.md as text."""
    lines = [
        "# Engines",
        "",
        "Made by `python -m benchmarks.engines`. Machines here are noisy: compare processor seconds.",
        "",
        f"Cold nights, seed {seed}, one run each, {os.cpu_count()} cores, `--threads 2`, Spark in local mode with 4 GB, "
        + ", ".join(f"{p} {version(p)}" for p in ("duckdb", "splink", "pyspark"))
        + f". Load average at the end {os.getloadavg()[0]:.1f}: above 2, others used the cores too.",
        "",
        "| people | mentions | pairs kept | engine | scoring, seconds | whole night, processor seconds | files |",
        "| ---: | ---: | ---: | --- | ---: | ---: | --- |",
    ]
    for people, by_engine in found.items():
        for engine, s in by_engine.items():
            same = "the same, byte for byte" if s.files == by_engine["duckdb"].files else "NOT the same"
            lines.append(
                f"| {people:,} | {s.mentions:,} | {s.pairs:,} | {engine} | {s.seconds:.1f} | {s.processor:.0f} | "
                f"{'' if engine == 'duckdb' else same} |"
            )
    return "\n".join([*lines, ""])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, nargs="+", default=list(PEOPLE))
    arguments.add_argument("--seed", type=int, default=20261124)
    given = arguments.parse_args()
    if reason := spark.missing():
        sys.exit(reason)
    text = render({people: measure(people, given.seed) for people in given.people}, given.seed)
    ENGINES_PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
