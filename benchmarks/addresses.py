"""Addresses as councils write them: precision, recall and speed of the places stage; writes benchmarks/ADDRESSES.md.

    make addresses   (or python -m benchmarks.addresses [--people 20000] [--seed 4477] [--theirs 1000], without the other matcher)

The gazetteer is a simulated region's; the noise is that of the package address-errors, whose rates were learned from six
councils and which shares nothing with this project. An answer is right when it is the property that the text was made from.
Texts that the noise made equal to another property's are counted apart; and recall is told once over all others and once
over those that name one property: where one text was made of several (`Second Floor Flat, 86 Wellington Road` of five flats) nobody
could tell which is meant. A second run takes a fifth of the properties out of
the gazetteer: of their texts, none should be given a property.

What is missed is told by kind: what the text itself says is then all there is to go by (`KINDS_OF_MISS`).

The speed of a real night: every address group of every contract of the region's first night, exact ones too.

Beside it, where its environment stands (`make addresses` makes it; --other names another place), uk_address_matcher 1.5.3 on a
sample of the same texts, since it takes ten times as long: with its defaults; strict (an exact match, or weight 15 and a gap of
5 to the next); and strict on what ours leaves open, where number and flat agree.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.address_matchers import Found, Text, by_matcher, gazetteer, matched, written
from benchmarks.shaped import shaped
from linkage.places import match, property
from linkage.places.text import flat_of, parse
from linkage.places.words import name

RESULTS = Path(__file__).with_name("ADDRESSES.md")
STYLES = (None, "leeds", "bradford", "derby")
GONE = 0.2
OTHER = Path(__file__).with_name(".venv-matcher") / "bin" / "python"
"""The environment of uk_address_matcher, which needs Splink 4."""
FLOORS = ("BASEMENT", "GROUND", "FIRST", "SECOND", "THIRD", "FOURTH", "TOP")
KINDS_OF_MISS = {
    "several": "one text was made of several properties",
    "street": "the text has another street than the property's",
    "number": "the number, or the flat's, is left out or another",
    "flat": "a floor, or no flat, where the flats have numbers or letters",
    "rest": "anything else",
}
"""Kinds of miss, in the order in which they are asked: the first that holds is counted."""


def several(texts: list[Text]) -> set[str]:
    """The properties whose text was made of another's too."""
    made = Counter((t["recorded_address"], t["recorded_postcode"]) for t in texts)
    return {t["source_uprn"] for t in texts if made[t["recorded_address"], t["recorded_postcode"]] > 1}


def judge(texts: list[Text], found: Found, shared: set[str]) -> dict[str, float]:
    """Shares over texts that were not made equal to another property's; `told`: those that still name one property."""
    plain = [t for t in texts if "other" not in t["collision"]]
    told = [t for t in plain if t["source_uprn"] not in shared]
    given = [t for t in plain if found.get(t["source_uprn"])]
    right = {t["source_uprn"] for t in given if found[t["source_uprn"]] == t["source_uprn"]}
    return {
        "texts": len(plain), "collisions": len(texts) - len(plain), "told": len(told),
        "precision": len(right) / max(len(given), 1), "recall": len(right) / max(len(plain), 1),
        "recall_told": sum(t["source_uprn"] in right for t in told) / max(len(told), 1),
    }  # fmt: skip


def kind_of_miss(one: dict[str, str | None], text: Text, shared: set[str], streets: set[str]) -> str:
    """Which of KINDS_OF_MISS a text is that was given nothing, or another property."""
    if text["source_uprn"] in shared:
        return "several"
    read = parse((text["recorded_address"],), text["recorded_postcode"])
    numbers, flat = {n for n, _ in read.numbered}, flat_of(one["sub_building"])
    said = {*read.names, *(n for _, n in read.numbered)}
    if name(one["street"]) not in said and said & streets:
        return "street"
    number = (one["building_number"] or "").upper().replace(" ", "")
    lettered = number[-1:].isalpha() and number[:-1] in numbers
    if lettered or (flat and (read.flat in (None, *FLOORS) or read.floor)):
        return "flat"
    return "number" if (number and number not in numbers) or (flat and read.flat != flat) else "rest"


def real_night(region: Path, scratch: Path) -> str:
    """How fast the address texts of a region's first night are resolved: one line of the table."""
    day = min(date.fromisoformat(p.name) for p in (region / "landing").iterdir())
    con, night = shaped(region / "landing", day, scratch)
    property.build(con, night.settings.table("hubs"))
    began = time.process_time()
    addresses = match.run(con)
    seconds = time.process_time() - began
    texts, exact = con.execute(
        "SELECT count(*), avg((how IN ('exact', 'given'))::INTEGER) FROM store.resolved_address"
    ).fetchone() or (0, 0.0)
    return f"| {addresses:,} | {texts:,} | {exact:.2f} | {addresses / seconds:,.0f} | {texts / seconds:,.0f} |"


class Bar:
    """A progress bar on the error stream, where somebody looks on."""

    def __init__(self, steps: int) -> None:
        self.steps, self.done = steps, 0

    def step(self, what: str) -> None:
        """Say what begins now."""
        if sys.stderr.isatty() or self.done < self.steps:
            filled = 30 * self.done // self.steps
            end = "" if sys.stderr.isatty() else "\n"
            print(
                f"\r[{'#' * filled}{'.' * (30 - filled)}] {self.done}/{self.steps} {what:<40}",
                end=end,
                file=sys.stderr,
                flush=True,
            )
        self.done += 1


def of_style(
    properties: pl.DataFrame, style: str | None, given: argparse.Namespace, folder: Path, bar: Bar
) -> Iterator[tuple[str, str]]:
    """Lines of the tables of one style: (table, line)."""
    draw, called = random.Random(given.seed), style or "pooled"
    gone = set(draw.sample(properties["uprn"].to_list(), int(GONE * properties.height)))
    left = properties.filter(~pl.col("uprn").is_in(sorted(gone)))
    texts = written(properties, style, given.seed, folder)
    shared, absent = several(texts), [t for t in texts if t["source_uprn"] in gone]
    bar.step(f"{called}: ours")
    found, seconds = matched(properties, texts)
    wrongly = matched(left, absent)[0]
    yield "all", _line(called, "ours", judge(texts, found, shared), len(texts) / seconds, wrongly, absent)
    rows, streets = {p["uprn"]: p for p in properties.to_dicts()}, {name(s) for s in properties["street"] if s}
    plain = [t for t in texts if "other" not in t["collision"]]
    missed = [t for t in plain if found.get(t["source_uprn"]) != t["source_uprn"]]
    kinds = Counter(kind_of_miss(rows[t["source_uprn"]], t, shared, streets) for t in missed)
    yield "missed", f"| {called} | {len(missed)} | " + " | ".join(str(kinds[kind]) for kind in KINDS_OF_MISS) + " |"
    if given.other.exists():
        some = draw.sample(texts, min(given.theirs, len(texts)))
        few = draw.sample(absent, min(given.theirs // 3, len(absent)))
        bar.step(f"{called}: uk_address_matcher")
        without = by_matcher(left, few, folder, given.other)
        for matcher, (answers, took) in by_matcher(properties, some, folder, given.other).items():
            told = judge(some, answers, shared)
            yield "beside", _line(called, matcher, told, len(some) / took, without[matcher][0], few)


def _line(style: str, matcher: str, f: dict[str, float], speed: float, wrongly: Found, absent: list[Text]) -> str:
    share = sum(u is not None for u in wrongly.values()) / max(len(absent), 1)
    return (
        f"| {style} | {f['texts']:,} | {f['collisions']:,} | {matcher} | {f['precision']:.4f} | {f['recall']:.4f} | "
        f"{f['recall_told']:.4f} of {f['told']:,} | {speed:,.0f} | {share:.4f} of {len(absent):,} |"
    )


HEAD = [
    "| style | texts | made equal to another's | matcher | precision | recall | recall where one is named | texts a processor second | "
    "given though absent |",
    "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
]


def report(given: argparse.Namespace, scratch: Path) -> str:
    """The whole file."""
    bar = Bar(2 + len(STYLES) * (2 if given.other.exists() else 1))
    load = os.getloadavg()[0]
    bar.step("a region")
    properties = gazetteer(given.people, given.seed, scratch / "region")
    bar.step("its first night")
    night = real_night(scratch / "region", scratch / "out")
    tables: dict[str, list[str]] = {"all": [], "missed": [], "beside": []}
    for style in STYLES:
        for table, line in of_style(properties, style, given, scratch, bar):
            tables[table].append(line)
    lines = [
        "# Addresses as councils write them", "", "Made by `python -m benchmarks.addresses`; what is measured stands there.", "",
        f"{properties.height:,} properties (seed {given.seed}), address-errors {version('address-errors')}, "
        f"duckdb {duckdb.__version__}, 2 cores, load average {load:.1f} when it began and {os.getloadavg()[0]:.1f} when it ended "
        "(a busy machine takes more processor seconds for the same work).", "",
        "## Ours, on every text", "", *HEAD, *tables["all"], "",
        "## What is missed, by kind", "",
        "By what the text says against the property it was made from; the first kind that holds is counted.", "",
        *[f"- {kind}: {what}" for kind, what in KINDS_OF_MISS.items()], "",
        f"| style | missed | {' | '.join(KINDS_OF_MISS)} |", "| --- |" + " ---: |" * (1 + len(KINDS_OF_MISS)), *tables["missed"], "",
        "## A real night", "",
        f"Every address group of every contract of a region of {given.people:,} people on its first night, in one process.", "",
        "| addresses | distinct texts | exact or given with a UPRN | addresses a processor second | texts a processor second |",
        "| ---: | ---: | ---: | ---: | ---: |", night, "",
    ]  # fmt: skip
    if tables["beside"]:
        lines += [
            f"## Beside uk_address_matcher 1.5.3, on {given.theirs:,} texts of each style",
            "",
            *HEAD,
            *tables["beside"],
            "",
        ]
    return "\n".join(lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=4477)
    arguments.add_argument(
        "--theirs", type=int, default=1_000, help="most texts of a style given to uk_address_matcher"
    )
    arguments.add_argument("--other", type=Path, default=OTHER, help="python of the environment of uk_address_matcher")
    with tempfile.TemporaryDirectory() as scratch:
        text = report(arguments.parse_args(), Path(scratch))
    print(text)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
