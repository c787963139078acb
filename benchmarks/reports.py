"""How long one hub's report takes in all formats: the exceptions of a simulated region, repeated to 200; writes REPORTS.md.

python -m benchmarks.reports [--exceptions N] [--people N] [--seed S]
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from unittest.mock import patch

from flows.replay import Plan, run_one
from linkage import settings
from linkage.report import hub, nightly_content, page, pdf, sheet, summary
from linkage.report.content import NightContent
from sample_data.simulator import simulate

RESULTS = Path(__file__).with_name("REPORTS.md")
NIGHT = date(2026, 1, 5)


def content(people: int, seed: int, folder: Path) -> NightContent:
    """What one night's reports of a simulated region are made of."""
    kept: list[NightContent] = []
    build = nightly_content.build
    simulate(people, 1, seed, folder)
    with patch.object(nightly_content, "build", lambda *given: kept.append(build(*given)) or kept[-1]):
        run_one(
            Plan(folder / "landing", folder / "store.duckdb", folder / "out", settings.load(), prefect=False), NIGHT
        )
    return kept[0]


def repeated(found: NightContent, count: int) -> tuple[NightContent, str]:
    """The exceptions to look at of the hub that leads most of them, over and over, each under an id of its own."""
    shown = [e for e in found.exceptions if not e["waiting"]]
    lead = max(sorted({e["hubs"][0] for e in shown}), key=lambda gss: sum(e["hubs"][0] == gss for e in shown))
    theirs = [e for e in shown if e["hubs"][0] == lead]
    exceptions, details = [], {}
    for number, one in enumerate(islice(cycle(theirs), count)):
        key = f"X{number:012d}"
        exceptions.append({**one, "exception_id": key})
        details[key] = found.details[one["exception_id"]]
    return replace(found, exceptions=exceptions, details=details), lead


def main() -> None:
    """Measure each format once, in one process, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exceptions", type=int, default=200)
    parser.add_argument("--people", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=20261124)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        many, lead = repeated(content(given.people, given.seed, Path(folder)), given.exceptions)
        share = summary.hub(many, lead)
        formats: dict[str, Callable[[], bytes | str]] = {
            "report.html": lambda: page.html(many, share),
            "report.pdf": lambda: pdf.pdf(many, share),
            "exceptions.csv": lambda: sheet.table_csv(share),
            "exceptions.xlsx": lambda: sheet.table_xlsx(share),
            "exceptions.json": lambda: hub.data(share),
        }
        rows = [(name, *_timed(make)) for name, make in formats.items()]
    RESULTS.write_text(_page(given, rows), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


def _timed(make: Callable[[], bytes | str]) -> tuple[float, float, int]:
    """Wall seconds, processor seconds of all threads, size."""
    wall, cpu = time.monotonic(), time.process_time()
    made = make()
    return time.monotonic() - wall, time.process_time() - cpu, len(made)


def _page(given: argparse.Namespace, rows: list[tuple[str, float, float, int]]) -> str:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    lines = [
        "# Reports", "",
        f"Made by `python -m benchmarks.reports`: {given.exceptions} exceptions of a region of {given.people} people (seed {given.seed}),",
        f"one hub, all formats, 2 cores; load average at the end {os.getloadavg()[0]:.1f}; peak memory, the night included,",
        f"{peak} MB. A load average above 2 means that others used the cores: then compare processor seconds.",
        "", "| file | seconds | processor seconds | kB |", "| --- | ---: | ---: | ---: |",
        *(f"| {name} | {wall:.1f} | {cpu:.1f} | {size // 1024} |" for name, wall, cpu, size in rows),
        f"| all | {sum(r[1] for r in rows):.1f} | {sum(r[2] for r in rows):.1f} | {sum(r[3] for r in rows) // 1024} |", "",
    ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    main()
