"""Recall and precision by naming tradition, pooled over several regions; writes EQUALITY.md.

    python -m benchmarks.equality [--people N] [--seeds S S …] [--work DIR]

In one region of 20,000 people the largest gap between fourteen traditions is mostly chance. Each region is a cold night of its
own; people of all of them are then counted together. Regions are kept under --work and used again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.night import PACKAGES, night, version
from benchmarks.shaped import kept_region
from linkage.evaluate import groups, people

RESULTS = Path(__file__).with_name("EQUALITY.md")
SEEDS = (65001, 65002, 65003, 65004, 65005, 65006)
MEASURES = ("recall", "precision", "unlinkable")
MENTIONS = ("baby", "emergency_contact")


@dataclass(frozen=True)
class Region:
    """What was measured of one region: the figures of `linkage evaluate` on its people."""

    seed: int
    figures: dict[str, Any]


def add(con: duckdb.DuckDBPyConnection, size: int, seed: int, folder: Path) -> Region:
    """Run a cold night of a region, made where the folder lacks it, and add its people to `pooled`."""
    region = kept_region(folder, size, 1, seed)
    day = next((region / "landing").iterdir()).name
    with tempfile.TemporaryDirectory() as name:
        night(region, Path(name), day, "--no-prefect")
        people.load(con, Path(name) / "out" / day, region / "truth")
        figures = people.figures(con)
    con.execute(
        "CREATE TABLE IF NOT EXISTS pooled AS FROM held WHERE FALSE; INSERT INTO pooled SELECT * REPLACE "
        f"('{seed} ' || person_id AS person_id, '{seed} ' || true_person AS true_person) FROM held"
    )
    return Region(seed, figures)


def render(size: int, regions: list[Region], by: dict[str, Any]) -> str:
    """EQUALITY.md as text."""
    seeds = " ".join(str(r.seed) for r in regions)
    lines = [
        "# Equal for every name", "",
        f"Made by `python -m benchmarks.equality --people {size} --seeds {seeds}`: one cold night a region, "
        + ", ".join(f"{p} {version(p)}" for p in PACKAGES) + ".",
        "All people are invented. Shares of pairs, with 95% intervals by bootstrap over people. To reach: .03 in recall, .005 in precision.", "",
    ]  # fmt: skip
    for measure in MEASURES:
        gap = by["largest_gap"]["name_tradition"][measure]
        lines.append(
            f"- Largest gap in {measure}: **{gap['value']:.4f}** ({gap['interval'][0]:.4f} to {gap['interval'][1]:.4f}; "
            f"{gap['highest']} over {gap['lowest']}); {gap['by_chance']:.4f} were all alike."
        )
    lines += [
        "",
        f"| naming tradition | people | {' | '.join(MEASURES)} |",
        "| --- |" + " ---: |" * (1 + len(MEASURES)),
    ]
    for name, told in sorted(by["by"]["name_tradition"].items(), key=lambda one: one[1]["recall"]["value"]):
        lines.append(f"| {name} | {told['people']:,} | {' | '.join(_cell(told[m]) for m in MEASURES)} |")
    lines += ["", "| seed | precision | recall | " + " | ".join(f"{m} precision | {m} recall" for m in MENTIONS) + " |",
              "| ---: |" + " ---: |" * (2 + 2 * len(MENTIONS))]  # fmt: skip
    for one in regions:
        all_pairs, some = one.figures["pairwise"], one.figures["by_mention"]
        cells = [all_pairs["precision"], all_pairs["recall"]]
        cells += [some[m][share] for m in MENTIONS for share in ("precision", "recall")]
        lines.append(f"| {one.seed} | {' | '.join(f'{c:.4f}' for c in cells)} |")
    return "\n".join([*lines, ""])


def _cell(figure: dict[str, Any]) -> str:
    low, high = figure["interval"]
    return f"{figure['value']:.4f} ({low:.4f} to {high:.4f})"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, default=20_000)
    arguments.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    arguments.add_argument("--work", type=Path, help="where regions are kept (default: a folder that is removed)")
    given = arguments.parse_args()
    con = duckdb.connect()
    with tempfile.TemporaryDirectory() as name:
        work = given.work or Path(name)
        regions = []
        for seed in given.seeds:
            regions.append(add(con, given.people, seed, work))
            print(f"region {seed} done", file=sys.stderr)
        con.execute("CREATE OR REPLACE TABLE held AS FROM pooled")
        groups.describe(con, work, work, None, None)
        text = render(given.people, regions, groups.figures(con, work))
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
