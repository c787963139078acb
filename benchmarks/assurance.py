"""What was tried against the job, in figures: runs what tries it and writes docs/operating/assurance.md.

    make assurance

The figures are what the tests themselves counted (`record_property`), how many of them passed, and what benchmarks.fuzz and
benchmarks.load saw; nothing is typed in here. A figure that did not come stands as missing, and then the command fails.
Where the code changed meanwhile the figures are of no code that ever was: nothing is written.
Also writes docs/information-governance/error-by-group.md from the last benchmark.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks import fuzz, load

ROOT = Path(__file__).resolve().parents[1]
TRIED = {
    "Disclosure": ["tests/night/test_disclosure.py", "tests/night/test_protection_tells_nothing.py", "tests/stages/test_protect_gate.py"],
    "At rest and in flight": ["tests/unit/test_at_rest.py", "tests/unit/test_store.py"],
    "Audit": ["tests/unit/test_audit.py"],
    "Faults: killed, late, refused, run again; exceptions rebuilt": ["tests/night/test_nights.py", "tests/night/test_faults.py"],
    "Retention and one person's rights": ["tests/night/test_upkeep.py"],
    "Hostile input": ["tests/unit/test_hostile_values.py", "tests/unit/test_sources_reading.py", "tests/night/test_hostile_night.py",
                      "tests/review/test_hostile_walk.py"],
    "Who gets in, and what each may see": ["tests/review/test_letting_in.py", "tests/review/test_accounts.py", "tests/review/test_oidc.py"],
    "Supply chain": ["tests/repo/test_supply_chain.py"],
}  # fmt: skip

CODE = ("flows", "expectations", "linkage", "sample_data", "tests", "benchmarks")
MISSING = "missing"
HEADLINES = {
    "protected people planted as canaries": (
        ["protected people (mother, older child, baby), by 9 marks in 7 orders"],
        ["whereabouts found", "whereabouts found in the store", "protected people found on a review page"],
    ),
    "nights under Prefect where there is no way out": (
        ["nights under Prefect where there is no way out"],
        ["attempts to reach the outside in nights under Prefect"],
    ),
    "nights killed": (
        ["nights killed, each right after another step"],
        ["killed nights after which something was lost or half-made"],
    ),
    "inputs fuzzed": (["inputs run by the fuzzer"], ["inputs that broke a promise"]),
    "requests to the pages, hostile": (
        ["hostile requests to the review pages (each route and method, every role)"],
        ["hostile requests that broke a page or were told too much"],
    ),
    "requests to the pages, twenty people at once": (["requests"], ["refused, out of date, or two people with one question"]),
}  # fmt: skip
"""What was tried: the figures that say how much of it, and those that say what was lost or leaked; they must be zero."""


@dataclass
class Found:
    """What one area's tests gave: how many ran, failed and were skipped, and the figures they counted."""

    ran: int = 0
    failed: int = 0
    skipped: int = 0
    figures: dict[str, str] = field(default_factory=dict)


def code() -> str:
    """Digest of all that the job, its tests and these measurements are made of."""
    found = hashlib.sha256()
    for file in sorted(
        f
        for folder in CODE
        for kind in ("py", "sql", "toml", "html", "json", "csv")
        for f in (ROOT / folder).rglob(f"*.{kind}")
    ):
        if not any(part.startswith(".") for part in file.relative_to(ROOT).parts):
            found.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:12]


def run(tried: dict[str, list[str]] = TRIED) -> dict[str, Found]:
    """Run every area's tests once, in one process."""
    files = [f for group in tried.values() for f in group]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "junit_family=xunit1"),
            f"--junitxml={report}",
            *files,
        ]
        subprocess.run(command, cwd=ROOT, check=False)
        cases = list(ET.parse(report).getroot().iter("testcase"))
    return {area: _sum(cases, group) for area, group in tried.items()}


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


def fuzzed(minutes: float) -> dict[str, str]:
    """What the fuzzer gave, in figures."""
    found = fuzz.measure(minutes)
    return {
        "inputs run by the fuzzer": f"{sum(e.executions for e in found.values()):,}",
        **{f"  {target}": f"{e.executions:,}" for target, e in found.items()},
        "inputs that broke a promise": str(sum(e.failures for e in found.values())),
    }


def headlines(figures: dict[str, str]) -> list[tuple[str, str, str]]:
    """What was tried, how many, and how many were lost or leaked."""

    def total(names: list[str]) -> str:
        if any(not figures.get(name, "").replace(",", "").isdecimal() for name in names):
            return MISSING
        return f"{sum(int(figures[name].replace(',', '')) for name in names):,}"

    told = {what: (total(many), total(lost)) for what, (many, lost) in HEADLINES.items()}
    return [(what, many, lost) for what, (many, lost) in told.items()]


def page(areas: dict[str, Found], fuzz_: dict[str, str], load_: dict[str, str]) -> str:
    """docs/operating/assurance.md."""
    counted = {what: number for f in areas.values() for what, number in f.figures.items()}
    lines = [
        "# Assurance", "",
        "Made by `make assurance`: the tests that try to make the job leak, lose or lie, a fuzzer, and twenty people at once.", "",
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, DuckDB {duckdb.__version__}, code {code()}.", "",
        *_table("what was tried | how many | lost or leaked", headlines({**counted, **fuzz_, **load_})),
        "## The tests", "",
        *_table("area | tests | failed | skipped", [(area, f.ran, f.failed, f.skipped) for area, f in areas.items()]),
        *_table("what they counted | how many", counted.items()),
        "## The fuzzer", "", "Guided by coverage (`make fuzz`), from a few hand-made inputs on:", "",
        *_table("what was fuzzed | how many", fuzz_.items()),
        "## Twenty people at once", "", "On the review pages while a night runs and is published (`python -m benchmarks.load`):", "",
        *_table("what was seen | how many", load_.items()),
    ]  # fmt: skip
    return "\n".join(lines)


def _table(head: str, rows: Iterable[tuple[object, ...]]) -> list[str]:
    columns = head.count("|")
    shown = [f"| {' | '.join(str(value) for value in row)} |" for row in rows]
    return [f"| {head} |", f"| --- |{' ---: |' * columns}", *shown, ""]


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2, help="for the fuzzer")
    minutes = parser.parse_args().minutes
    tried = code()
    areas = run()
    inputs = fuzzed(minutes)
    with tempfile.TemporaryDirectory() as folder:
        told, kept = load.measure(Path(folder), load.PEOPLE_LIVING, load.SEED)
    if code() != tried:
        print(
            "the code changed while it was tried; nothing was written: run it again on code that stands still",
            file=sys.stderr,
        )
        return 2
    words = page(areas, inputs, load.figures(told, kept))
    (ROOT / "docs" / "operating" / "assurance.md").write_text(words, encoding="utf-8")
    (ROOT / "docs" / "information-governance" / "error-by-group.md").write_text(error_by_group(), encoding="utf-8")
    every = {**{w: n for f in areas.values() for w, n in f.figures.items()}, **inputs, **load.figures(told, kept)}
    held = all(many != MISSING and lost == "0" for _, many, lost in headlines(every))
    return int(not held or any(f.failed for f in areas.values()) or kept != (told.verdicts, told.answers))


if __name__ == "__main__":
    sys.exit(main())
