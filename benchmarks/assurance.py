"""What was tried against the job, in figures: runs what tries it and writes docs/operating/assurance.md.

python -m benchmarks.assurance

The figures are what the tests themselves counted (`record_property`), how many of them passed, and what benchmarks.load
saw; nothing is typed in here.
Also writes docs/information-governance/error-by-group.md from the last benchmark.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks import load

ROOT = Path(__file__).resolve().parents[1]
TRIED = {
    "Disclosure": ["tests/night/test_disclosure.py", "tests/night/test_protection_tells_nothing.py", "tests/stages/test_protect_gate.py"],
    "At rest and in flight": ["tests/unit/test_at_rest.py", "tests/unit/test_store.py"],
    "Audit": ["tests/unit/test_audit.py"],
    "Faults: killed, late, refused, run again; exceptions rebuilt": ["tests/night/test_nights.py", "tests/night/test_faults.py"],
    "Retention and one person's rights": ["tests/night/test_upkeep.py"],
    "Hostile input": ["tests/unit/test_hostile_values.py", "tests/unit/test_sources_reading.py", "tests/night/test_hostile_night.py"],
    "Supply chain": ["tests/repo/test_supply_chain.py"],
}  # fmt: skip


@dataclass
class Found:
    """What one area's tests gave: how many ran, failed and were skipped, and the figures they counted."""

    ran: int = 0
    failed: int = 0
    skipped: int = 0
    figures: dict[str, str] = field(default_factory=dict)


def run() -> dict[str, Found]:
    """Run every area's tests once, in one process."""
    files = [f for group in TRIED.values() for f in group]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-o",
            "junit_family=xunit1",
            f"--junitxml={report}",
            *files,
        ]
        subprocess.run(command, cwd=ROOT, check=False)
        cases = list(ET.parse(report).getroot().iter("testcase"))
    return {area: _sum(cases, group) for area, group in TRIED.items()}


def _sum(cases: list[ET.Element], files: list[str]) -> Found:
    found = Found()
    modules = {f.removesuffix(".py").replace("/", ".") for f in files}
    for case in cases:
        if case.get("classname") in modules:
            found.ran += 1
            found.failed += case.find("failure") is not None or case.find("error") is not None
            found.skipped += case.find("skipped") is not None
            found.figures |= {p.get("name", ""): p.get("value", "") for p in case.iter("property")}
    return found


def page(areas: dict[str, Found], load_: dict[str, str]) -> str:
    """docs/operating/assurance.md."""
    lines = [
        "# Assurance", "", "Made by `make assurance`: the tests that try to make the job leak, lose or lie, and what they counted.", "",
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, DuckDB {duckdb.__version__}.", "",
        "| area | tests | failed | skipped |", "| --- | ---: | ---: | ---: |",
    ]  # fmt: skip
    lines += [f"| {area} | {f.ran} | {f.failed} | {f.skipped} |" for area, f in areas.items()]
    lines += ["", "| what was tried | how many |", "| --- | ---: |"]
    lines += [f"| {what} | {number} |" for f in areas.values() for what, number in f.figures.items()]
    lines += [
        "",
        "Twenty people at once on the review pages while a night runs and is published (`python -m benchmarks.load`):",
        "",
    ]
    lines += [
        "| what was seen | how many |",
        "| --- | ---: |",
        *(f"| {what} | {number} |" for what, number in load_.items()),
    ]
    return "\n".join([*lines, ""])


def error_by_group() -> str:
    """The tables of error by group out of benchmarks/RESULTS.md, as they stand there."""
    text = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    made = re.search(r"^\d[\d,]* people, .*$", text, re.MULTILINE)
    parts = [
        re.search(rf"^{head}.*?(?=\n\n)", text, re.MULTILINE | re.DOTALL)
        for head in ("People", "By naming tradition", "By sex", "By age", "By borough")
    ]
    shown = "\n\n".join(p.group(0) for p in parts if p)
    head = "# Error by group\n\nMade by `make assurance` from `benchmarks/RESULTS.md`; invented regions, over mentions."
    return f"{head}\n\n{made.group(0) if made else ''}\n\n```\n{shown}\n```\n"


def main() -> int:
    areas = run()
    with tempfile.TemporaryDirectory() as folder:
        told, kept = load.measure(Path(folder), load.PEOPLE_LIVING, load.SEED)
    words = page(areas, load.figures(told, kept))
    (ROOT / "docs" / "operating" / "assurance.md").write_text(words, encoding="utf-8")
    (ROOT / "docs" / "information-governance" / "error-by-group.md").write_text(error_by_group(), encoding="utf-8")
    return int(any(f.failed for f in areas.values()) or bool(told.faults) or kept != (told.verdicts, told.answers))


if __name__ == "__main__":
    sys.exit(main())
